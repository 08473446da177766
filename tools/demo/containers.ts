import * as v from "valibot";
import type { ExampleContainer } from "./example.ts";
import type { Say } from "./timeline.ts";

/** One container of the demo's pod: koordinator, and under it the container's own program. */
export interface RunningContainer {
  /** Resolves with the exit code once koordinator has ended. */
  readonly ended: Promise<number>;
  /** Ends it when the demo must give up; one that has ended is no error. */
  kill(): void;
}

const logLine = v.object({ message: v.string() });

/**
 * Starts `deno run main.ts PROGRAM...` as the kubelet starts a container.
 *
 * @param env what the kubelet would have put into its environment
 * @param program the container's command, a script beside this file and its arguments
 * @param say where its lines go: stdout is the program's, JSON lines on stderr are koordinator's
 */
export function startContainer(
  container: ExampleContainer,
  env: Readonly<Record<string, string>>,
  program: readonly string[],
  say: Say,
): RunningContainer {
  const [script = "", ...args] = program;
  const here = (path: string) => new URL(path, import.meta.url).pathname;
  const deno = Deno.execPath();
  const run = ["run", "--quiet", "-A"];
  const child = new Deno.Command(deno, {
    args: [...run, here("../../main.ts"), deno, ...run, here(script), ...args],
    env: {
      ...env,
      // the demo's own environment shall not leak into the pod
      KOORDINATOR_SPEC: "",
      KOORDINATOR_DISABLED: "",
      KOORDINATOR_LOG_LEVEL: "",
      KOORDINATOR_LOG_FORMAT: "json",
      KOORDINATOR_POD_NAME: "",
      KOORDINATOR_POD_NAMESPACE: "",
      KOORDINATOR_CONTAINER_NAME: container.name,
      KOOORDINATOR_SPEC: container.spec,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const told = Promise.all([
    eachLine(child.stdout, (line) => say(container.name, line)),
    eachLine(child.stderr, (line) => say("koordinator", messageOf(line), container.name)),
  ]);
  return {
    ended: Promise.all([child.status, told]).then(([{ code }]) => code),
    kill() {
      try {
        // twice: the second signal cuts the example's stop delay short
        child.kill("SIGTERM");
        child.kill("SIGTERM");
      } catch {
        // it has ended
      }
    },
  };
}

/** The message of a JSON log line; the line itself if it is none. */
function messageOf(line: string): string {
  try {
    return v.parse(logLine, JSON.parse(line)).message;
  } catch {
    return line;
  }
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
