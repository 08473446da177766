import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";
import { type Koordinator, startKoordinator } from "./koordinator.ts";

/** A pod of a scripted API server, whose containers have a token and share a state directory. */
export interface PodWithToken extends AsyncDisposable {
  readonly server: ApiServer;
  /** The state directory, which is not made yet. */
  readonly state: string;
  /** The environment of a container. */
  readonly as: (name: string, spec: string) => Readonly<Record<string, string>>;
  /** Starts a container's script in it, with more variables. */
  readonly start: (
    name: string,
    spec: unknown,
    script: string,
    more?: Readonly<Record<string, string>>,
  ) => Koordinator;
}

/** @param inject called before a container starts: how the API server is to answer */
export async function podWithToken(
  inject: (server: ApiServer) => void = () => {},
): Promise<PodWithToken> {
  const server = await startApiServer({ pod: pod([ready("main"), unready("proxy")]) });
  inject(server);
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  const state = `${root}/state`;
  const as = (name: string, spec: string) => ({
    ...server.env(root),
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
    KOORDINATOR_STATE_DIR: state,
    KOORDINATOR_CONTAINER_NAME: name,
    KOORDINATOR_SPEC: spec,
  });
  return {
    server,
    state,
    as,
    start: (name, spec, script, more) =>
      startKoordinator(["sh", "-c", script], { ...as(name, JSON.stringify(spec)), ...more }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}
