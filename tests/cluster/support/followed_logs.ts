/** The logs of all containers of a namespace, of every run, as they are written. */
import type { Namespace, Pod } from "./cluster.ts";

/** A line that a container has written. */
export interface LogLine {
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

/**
 * Follows the logs of containers, by one `kubectl proxy` for all of them: a pod that is deleted takes its
 * logs with it.
 */
export class FollowedLogs {
  readonly #lines = new Map<string, LogLine>();
  readonly #followed = new Set<string>();
  readonly #reading = new Set<Promise<void>>();
  readonly #proxy: Deno.ChildProcess;
  readonly #ready: Promise<void>;
  readonly #client: Deno.HttpClient;
  readonly #closed = new AbortController();

  constructor(readonly namespace: Namespace, readonly socket: string) {
    const args = ["proxy", `--unix-socket=${socket}`];
    this.#proxy = new Deno.Command(namespace.program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#ready = this.#begin();
    this.#client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  }

  /** Follows all containers of a pod that have been started and are not followed yet. */
  follow({ metadata: { name }, status }: Pod): void {
    for (const one of [...status.initContainerStatuses, ...status.containerStatuses]) {
      const run = one.restartCount ?? 0;
      const isThere = one.state.waiting === undefined;
      if (isThere) this.#followOnce(name, one.name, run, "current");
      if (one.lastState?.terminated !== undefined) {
        this.#followOnce(name, one.name, isThere ? run - 1 : run, "previous");
      }
    }
  }

  /** The lines of all containers that have come so far, each once. */
  get lines(): readonly LogLine[] {
    return [...this.#lines.values()];
  }

  /** Waits for the ends of the logs of containers that have ended, then ends the proxy. */
  async close(): Promise<void> {
    let timer: number | undefined;
    const late = new Promise<void>((done) => timer = setTimeout(done, 20_000));
    await Promise.race([Promise.all(this.#reading), late]);
    clearTimeout(timer);
    this.#closed.abort();
    await Promise.all(this.#reading);
    this.#client.close();
    this.#proxy.kill();
    await this.#proxy.status;
  }

  async #begin(): Promise<void> {
    const reader = this.#proxy.stdout.getReader();
    await reader.read();
    await reader.cancel();
  }

  #followOnce(pod: string, container: string, run: number, which: "current" | "previous"): void {
    const key = `${pod} ${container} ${run} ${which}`;
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    const reading = this.#read(pod, container, which).finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }

  async #read(pod: string, container: string, which: "current" | "previous"): Promise<void> {
    await this.#ready;
    const query = which === "current" ? "follow=true" : "previous=true";
    const url = `http://localhost/api/v1/namespaces/${this.namespace.name}/pods/${pod}/log` +
      `?container=${container}&timestamps=true&${query}`;
    let rest = "";
    try {
      const answer = await fetch(url, { client: this.#client, signal: this.#closed.signal });
      if (!answer.ok || answer.body === null) return await answer.body?.cancel();
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#keep(pod, container, line);
      }
    } catch {
      // The container is gone, or nobody waits for its log any more: what came is kept.
    }
  }

  /** The runtime's time is a line's own: what two requests give is one. */
  #keep(pod: string, container: string, line: string): void {
    const text = line.slice(line.indexOf(" ") + 1);
    this.#lines.set(`${pod} ${container} ${line}`, { pod, container, text });
  }
}
