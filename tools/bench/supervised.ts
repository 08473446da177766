import type { Pod } from "../../lib/pod/pod.ts";
import { type ApiServer, startApiServer } from "../scripted_cluster/api_server.ts";

/** A supervisor that follows its pod, to be measured; both are gone when this is. */
export interface Supervised extends AsyncDisposable {
  readonly server: ApiServer;
  readonly child: Deno.ChildProcess;
}

/** What is supervised. */
export interface Supervision {
  /** As the API server tells it at first. */
  readonly pod: Pod;
  readonly argv: readonly string[];
  /** Of the container main. */
  readonly spec: unknown;
  /** Where the command's words go. */
  readonly stdout: "piped" | "null";
}

/** Starts a supervisor beside an API server of its own, and waits until it watches its pod. */
export async function startSupervised(
  executable: string,
  { pod, argv, spec, stdout }: Supervision,
): Promise<Supervised> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await startApiServer({ pod }));
  const root = await Deno.makeTempDir();
  started.defer(() => Deno.remove(root, { recursive: true }));
  await server.writeServiceAccount(root);
  const child = new Deno.Command(executable, {
    args: [...argv],
    env: {
      ...server.env(root),
      PATH: "/usr/bin:/bin",
      KOORDINATOR_STATE_DIR: `${root}/state`,
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_CONTAINER_NAME: "main",
      KOORDINATOR_SPEC: JSON.stringify(spec),
    },
    ...{ clearEnv: true, stdin: "null", stdout, stderr: "null" },
  }).spawn();
  started.defer(async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended, as it may.
    }
    await child.status;
  });
  await server.seen("watch", 1);
  const parts = started.move();
  return { server, child, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
