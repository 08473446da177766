import { startApiServer } from "../scripted_cluster/api_server.ts";
import { ended, pod, ready, unready } from "../scripted_cluster/pods.ts";

/** How long each step of a life may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * The command takes a moment to end: by then what it was watched for is broken off, and chance does not decide
 * how much of that is compiled before all ends.
 */
const SLOW_END = 'trap "sleep 0.5; exit" TERM';

/** By which it ends should nobody end it; a shell hears of a signal only between two commands. */
const A_MINUTE = "for n in $(seq 600); do sleep 0.1; done";

const CONTAINERS = ["main", "proxy"].map((name) => ({ name, readinessProbe: {} }));

/**
 * Lets a program live as a supervisor mostly does: its command waits for a container that the API server
 * knows, is launched, runs until koordinator has come to rest, and is stopped once what it serves ends.
 *
 * @param program a compiled koordinator that writes into the file that AT_REST names whenever it comes to
 * rest (tools/compile/code_of_a_life.js)
 * @param folder a scratch folder of this life's own
 * @param env what it is told beside that
 * @throws {Error} if it ends otherwise, or does not get on
 */
export async function live(
  program: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const [launched, atRest] = [`${folder}/launched`, `${folder}/at_rest`];
  await Deno.mkdir(folder, { recursive: true });
  await using server = await startApiServer({
    pod: pod([unready("main"), unready("proxy")], { containers: CONTAINERS }),
  });
  await server.writeServiceAccount(folder);
  await using child = new Deno.Command(program, {
    args: ["/bin/sh", "-c", `${SLOW_END}; : > "$0"; ${A_MINUTE}`, launched],
    clearEnv: true,
    env: {
      ...server.env(folder),
      HOME: "/",
      PATH: "/usr/bin:/bin",
      AT_REST: atRest,
      KOORDINATOR_STATE_DIR: `${folder}/state`,
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_SPEC: '{"startDeps":["proxy"],"stopDeps":["main"]}',
      ...env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const step = async (what: string, isDone: () => boolean) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error(`a life cannot be played: no ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await step("watch", () => server.watching > 0);
  server.setPod(pod([unready("main"), ready("proxy")], { containers: CONTAINERS }));
  await step("launch", () => changed(launched) !== undefined);
  await step("rest", () => (changed(atRest) ?? 0) > (changed(launched) ?? Infinity));
  server.setPod(pod([ended("main", 0), ready("proxy")], { containers: CONTAINERS }));
  const { success, stderr } = await output;
  if (!success) throw new Error(`a life cannot be played: ${new TextDecoder().decode(stderr)}`);
}

/** When a file was written, in milliseconds since 1970; undefined if it is not there. */
function changed(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch {
    return undefined;
  }
}
