import { TextLineStream } from "./text_lines.ts";

/** A moment that runner.c or probe.c tells of. */
export type Moment =
  /** The program was executed. */
  | "X"
  /** The command's first instruction. */
  | "S"
  /** SIGTERM has come to the command. */
  | "T"
  /** The command's last moment. */
  | "E"
  /** The program's end was known. */
  | "W";

/** A program that runs. */
export interface TracedRun {
  /** Its number. */
  readonly pid: number;
  /** Resolves to a moment by the monotonic clock in milliseconds, once it has come. */
  readonly at: (moment: Moment) => Promise<number>;
  /** The processor's time that it has had by its end, in milliseconds, once it has ended. */
  readonly cpu: () => Promise<number>;
  /** Ends it, if it has not ended. */
  readonly end: () => Promise<void>;
}

/** Longer than any run that is measured. */
const PATIENCE_MS = 60_000;

/** Runs a program under runner.c; what it says itself, on stderr, goes into a pipe that somebody reads. */
export async function startTraced(
  runner: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TracedRun> {
  const child = new Deno.Command(runner, {
    args: [...command],
    env,
    clearEnv: true,
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  let said = "";
  const silent = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (said += text) }),
  );
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const seen = new Map<string, { readonly at: number; readonly number: number }>();
  // Whoever hangs holds the pipes, and the runner waits for it: its end is told as any other.
  const timer = setTimeout(() => {
    const hanging = seen.get("X")?.number;
    if (hanging !== undefined) Deno.kill(hanging, "SIGKILL");
    child.kill("SIGKILL");
  }, PATIENCE_MS);
  const until = async (moment: Moment) => {
    for (;;) {
      const known = seen.get(moment);
      if (known !== undefined) return known;
      const { value } = await lines.read();
      if (value === undefined) {
        throw new Error(`${command.join(" ")} has not come to ${moment}; it said: ${said}`);
      }
      const [word = "", at = "", number = "0"] = value.split(" ");
      seen.set(word, { at: Number(at) / 1e6, number: Number(number) });
    }
  };
  const { number: pid } = await until("X");
  return {
    pid,
    at: async (moment) => (await until(moment)).at,
    cpu: async () => (await until("W")).number / 1e3,
    end: async () => {
      if (!seen.has("W")) {
        try {
          Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }
      await lines.cancel();
      await child.status;
      await silent;
      clearTimeout(timer);
    },
  };
}
