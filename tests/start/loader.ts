import { assertEquals, assertMatch } from "@std/assert";

/** How a program ended, and what it said. */
export interface Ended {
  /** 128 + n after signal n. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell script whose arguments are programs, with nothing in the environment but PATH and `env`. */
export async function shell(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The loader's one line: the step, and the remedy. */
export const LOADER_LINE = /^koordinator: loader: [^\n]+ failed: [^\n]+\n$/;

/** Asserts that the loader gave up with its one line, which matches `remedy`, and exit code 125. */
export function assertLoaderFailed({ code, stderr }: Ended, remedy: RegExp): void {
  assertMatch(stderr, LOADER_LINE);
  assertMatch(stderr, remedy);
  assertEquals(code, 125);
}

/** Asserts that `koordinator version` has told its version, and nothing else. */
export function assertStarted({ code, stdout, stderr }: Ended): void {
  assertEquals(stderr, "");
  assertMatch(stdout, /^koordinator \d+\.\d+\.\d+\n$/);
  assertEquals(code, 0);
}

/** Number of memfd_create(2) on this machine. */
export const MEMFD_CREATE = Deno.build.arch === "x86_64" ? "319" : "279";

/** How a filter may refuse a system call (errno(3)). */
export const REFUSALS = { ENOSYS: "38", EPERM: "1", EACCES: "13" } as const;
