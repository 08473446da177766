import { cProgram } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";

/** What a command found, and how its parent saw it end. */
export interface View {
  readonly code: number;
  readonly stderr: string;
  /** The report of look.c, empty if there is none. */
  readonly report: string;
}

/** How look.c is started, with koordinator in front of it and without. */
export interface Start {
  /**
   * A shell script that executes `"$@"` as its last command: koordinator, if any, and the command. What
   * it prepares is the same for both.
   */
  readonly script: string;
  /** KOORDINATOR_SPEC; both see it. */
  readonly spec?: unknown;
  /** More variables; both see them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Between koordinator and the command: `--`. */
  readonly dashes?: boolean;
  /** The command, if it is not look.c itself. */
  readonly command?: string;
}

/** What koordinator does in front of a command; all are to look the same to it. */
export const MODES = [
  // By the loader.
  { name: "handed over to", mode: {} },
  {
    name: "handed over to where koordinator is switched off",
    mode: { env: { KOORDINATOR_DISABLED: "true" } },
  },
  // By the program.
  {
    name: "handed over to where koordinator is not switched off",
    mode: { env: { KOORDINATOR_DISABLED: "false" } },
  },
  {
    name: "handed over to after waiting",
    mode: { spec: { startDeps: [{ file: "/proc/self" }] } },
  },
  { name: "supervised", mode: { spec: { handOver: false } } },
  {
    name: "supervised after waiting",
    mode: { spec: { handOver: false, startDeps: [{ file: "/proc/self" }] } },
  },
] as const;

/** Starts the command behind koordinator. */
export async function behindKoordinator(start: Start): Promise<View> {
  const dashes = start.dashes === true ? ["--"] : [];
  return await look(start, [await executable(), ...dashes]);
}

/** Starts the same command in the same way without koordinator. */
export function directly(start: Start): Promise<View> {
  return look(start, []);
}

async function look(
  { script, spec, env = {}, command }: Start,
  supervisor: readonly string[],
): Promise<View> {
  const report = await Deno.makeTempFile();
  try {
    // The name of the report, which differs, is not in it.
    const program = [command ?? await cProgram("look"), report];
    const { code, stderr } = await new Deno.Command(await cProgram("fresh"), {
      args: ["sh", "-c", script, "sh", ...supervisor, ...program],
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        ...(spec === undefined ? {} : { KOORDINATOR_SPEC: JSON.stringify(spec) }),
        ...env,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    const text = new TextDecoder();
    // The pipe is another one each time.
    const found = text.decode(await Deno.readFile(report)).replace(/pipe:\[\d+\]/g, "pipe");
    return { code, stderr: text.decode(stderr), report: found };
  } finally {
    await Deno.remove(report);
  }
}
