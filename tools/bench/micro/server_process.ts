import { fileURLToPath } from "node:url";
import type { PodState } from "./full_pod.ts";
import { TextLineStream } from "./text_lines.ts";

/** What the server is told. */
export type Order =
  | { readonly kind: "pod"; readonly state: PodState; readonly afresh: boolean }
  | { readonly kind: "requests" };

/** A request as the server saw it; by the monotonic clock, in milliseconds. */
export interface Request {
  readonly verb: "list" | "watch" | "get" | "other";
  readonly at: number;
}

/** The running server. `await using` ends it. */
export interface ServerProcess extends AsyncDisposable {
  /** The environment of who asks over TLS. */
  readonly tls: Readonly<Record<string, string>>;
  /** Where plain HTTP is served. */
  readonly plainPort: number;
  /** Makes a pod like this, and forgets what was asked until now. */
  readonly begin: (state: PodState) => Promise<void>;
  /** Changes the pod; resolves to the moment before that, by the monotonic clock in milliseconds. */
  readonly change: (state: PodState) => Promise<number>;
  /** Resolves once it has been asked so often for this, to what was asked. */
  readonly asked: (verb: Request["verb"], times: number) => Promise<readonly Request[]>;
}

const PATIENCE_MS = 20_000;

/** Starts server.ts. */
export async function startServer(root: string): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(new URL("server.ts", import.meta.url)), root],
    ...{ stdin: "piped", stdout: "piped" },
  }).spawn();
  const input = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const answer = async <T>(): Promise<T> => {
    const { value } = await answers.read();
    if (value === undefined) throw new Error("the scripted API server has ended");
    return JSON.parse(value);
  };
  const order = async <T>(order: Order): Promise<T> => {
    await input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    return await answer<T>();
  };
  const places = await answer<Pick<ServerProcess, "tls" | "plainPort">>();
  return {
    ...places,
    begin: async (state) => void await order({ kind: "pod", state, afresh: true }),
    change: async (state) => {
      const { at } = await order<{ at: number }>({ kind: "pod", state, afresh: false });
      return at;
    },
    asked: async (verb, times) => {
      const deadline = performance.now() + PATIENCE_MS;
      do {
        const requests = await order<Request[]>({ kind: "requests" });
        if (requests.filter((request) => request.verb === verb).length >= times) return requests;
        await new Promise((resolve) => setTimeout(resolve, 20));
      } while (performance.now() < deadline);
      throw new Error(`no ${verb} of pods within ${PATIENCE_MS} ms`);
    },
    async [Symbol.asyncDispose]() {
      await input.close();
      await answers.cancel();
      await child.status;
    },
  };
}
