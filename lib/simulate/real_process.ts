import type { ContainerTemplate } from "../manifest/workload.ts";

/** A variable that each process of a simulated container has, and by which it is found again. */
export const MARK = "KOORDINATOR_ROOT";

/** A process that runs for a container. */
export interface RealProcess {
  /** Resolves with its exit code, 128 + n after signal n, once all that it has said was told. */
  readonly ended: Promise<number>;
  /** One that has ended is no error. */
  kill(signal: Deno.Signal): void;
}

/**
 * Starts a process in a session of its own: Ctrl-C at the terminal is not meant for it.
 *
 * @param argv the program, found as it is or along the PATH of `env`, and its arguments
 * @param tell gets each line of stdout and stderr
 * @throws {Deno.errors.NotFound} if there is no such program
 */
export function startProcess(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  tell: (stream: "stdout" | "stderr", line: string) => void,
): RealProcess {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    clearEnv: true,
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const told = Promise.all([
    eachLine(child.stdout, (line) => tell("stdout", line)),
    eachLine(child.stderr, (line) => tell("stderr", line)),
  ]);
  return {
    ended: child.status.then(async ({ code }) => {
      // What holds the pipes open is killed with its container.
      const mark = env[MARK];
      if (mark !== undefined) await killAll(mark);
      await told;
      return code;
    }),
    kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended.
      }
    },
  };
}

/** How often the processes of a container are looked for until none is left, and how long between. */
const MOST_LOOKS = 100;
const BETWEEN_LOOKS = 20;

/** Kills every process that has a mark, or one that begins with it, and waits until none is left. */
export async function killAll(mark: string): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const left = processesOf(mark);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended, by itself or with another.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
}

/** The living processes that have a mark in their environment, or one below it. */
export function processesOf(mark: string): readonly number[] {
  const found = new RegExp(
    `(^|\\0)${MARK}=${mark.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(/[^\\0]*)?(\\0|$)`,
  );
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!Number.isInteger(pid) || pid === Deno.pid) return false;
    try {
      return found.test(Deno.readTextFileSync(`/proc/${pid}/environ`));
    } catch {
      // Somebody else's, or it has ended.
      return false;
    }
  });
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(line);
  }
  if (rest !== "") tell(rest);
}

/** The environment that this process was started with, the executable's loader or not. */
export function machineEnvironment(): Readonly<Record<string, string>> {
  const text = Deno.readTextFileSync("/proc/self/environ");
  const variables = text.split("\0").flatMap((variable) => {
    const at = variable.indexOf("=");
    return at < 1 ? [] : [[variable.slice(0, at), variable.slice(at + 1)] as const];
  });
  // A cluster or a supervisor that this terminal knows of is none of the pod's.
  return Object.fromEntries(
    variables.filter(([name]) => !/^(KO{2,3}RDINATOR|KUBERNETES)_/.test(name)),
  );
}

/** What the kubelet stops a container with. */
export function stopSignalOf({ stopSignal }: ContainerTemplate): Deno.Signal {
  return STOP_SIGNALS.find((name) => name === stopSignal) ?? "SIGTERM";
}

/** What images and `lifecycle.stopSignal` ask for. */
const STOP_SIGNALS: readonly Deno.Signal[] = [
  ...["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"] as const,
  "SIGWINCH",
];
