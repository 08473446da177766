/** A fixture that runs in a process of its own: reaping takes every child of its process. */
import { fileURLToPath } from "node:url";
export interface Fixture extends AsyncDisposable {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  /** stdout and stderr so far, together. */
  readonly output: () => string;
  /** Writes to the command's stdin. */
  write(text: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  /** Resolves with the match once `pattern` stands in the output; rejects after half a minute. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** How a fixture is started. */
export interface FixtureOptions {
  /** A command put in front of Deno, such as `["env", "--ignore-signal=HUP"]`. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts `fixtures/NAME.ts` with `argv`. */
export function startFixture(
  name: "supervise" | "hand_over" | "launch_each_code",
  argv: readonly string[] = [],
  { under = [], ...options }: FixtureOptions = {},
): Fixture {
  const script = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
  return startProcess([...under, ...fromSources(script), ...argv], options);
}

/** Runs a program on a terminal whose other side the test types on. */
export const TERMINAL: readonly string[] = [
  "bash",
  "-c",
  'exec script --quiet --return --command "${*@Q}" /dev/null',
  "bash",
];

/** The command line that runs a script with the project's configuration. */
export function fromSources(script: string): readonly string[] {
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  return [Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--config", config, script];
}

/** Starts a program whose output and end a test waits for. */
export function startProcess(
  [program = "", ...args]: readonly string[],
  { env = {}, cwd }: Omit<FixtureOptions, "under"> = {},
): Fixture {
  const child = new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  };
  const bothRead = Promise.all([read(child.stdout), read(child.stderr)]);
  const status = Promise.all([child.status, bothRead]).then(([status]) => status);
  return {
    pid: child.pid,
    status,
    output: () => output,
    write: (text) => stdin.write(new TextEncoder().encode(text)),
    kill: (signal) => child.kill(signal),
    says: (pattern) =>
      eventually(() => pattern.exec(output) ?? undefined, () => `${pattern} in: ${output}`),
    async [Symbol.asyncDispose]() {
      // What it launched holds its stdout open: without an end of that there is none of status.
      for (const pid of [...descendantsOf(child.pid), child.pid]) {
        try {
          Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended already.
        }
      }
      await stdin.close().catch(() => {});
      await status;
    },
  };
}

/** The children of a process, none if it has ended. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const pids = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return pids.split(" ").filter((pid) => pid !== "").map(Number);
  } catch {
    return [];
  }
}

/** The children of a process, and theirs. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Asks until there is an answer, for half a minute. */
export async function eventually<T>(
  ask: () => T | undefined,
  wanted: () => string,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${wanted()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A field of `/proc/PID/status`; undefined once the process is gone, zombies not being gone. */
export function processField(pid: number, field: string): string | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1];
  } catch {
    return undefined;
  }
}
