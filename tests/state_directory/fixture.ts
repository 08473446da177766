import { fileURLToPath } from "node:url";
import { errnoOf, syscallAside } from "../../lib/linux/libc.ts";
import { pendingSignals } from "../../lib/linux/signal_calls.ts";
import { followReports } from "../../lib/state_directory/follow.ts";
import type { SiblingNews } from "../../lib/state_directory/sibling.ts";
import type { Report } from "../../lib/supervisor/report.ts";

// Opened here, since they stay open: no test is to be blamed for it.
pendingSignals();
errnoOf(() => {});
await syscallAside(-1);

/** The run of the pod that the tests are in. */
export const RUN = { pod: undefined, sandbox: "boot/1" };

/** A folder that is not there yet, in one that is taken away afterwards. */
export async function stateDirectory() {
  const parent = await Deno.makeTempDir();
  return {
    parent,
    path: `${parent}/state`,
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

/** What was told of siblings so far. */
export interface Followed extends AsyncDisposable {
  readonly news: readonly SiblingNews[];
  /** Resolves once `count` news were told; rejects after a minute. */
  readonly told: (count: number) => Promise<readonly SiblingNews[]>;
}

/** Follows a folder as a supervisor does. */
export function follow(path: string, names: readonly string[], run = RUN): Followed {
  const news: SiblingNews[] = [];
  const listeners = new Set<() => void>();
  const done = new AbortController();
  const tell = (told: SiblingNews) => {
    news.push(told);
    for (const listener of [...listeners]) listener();
  };
  followReports(path, names, "self", run, tell, done.signal);
  return {
    news,
    told: async (count) => {
      const enough = Promise.withResolvers<void>();
      const look = () => news.length >= count && enough.resolve();
      const deadline = setTimeout(
        () => enough.reject(new Error(`${count} news, not ${JSON.stringify(news)}`)),
        60_000,
      );
      listeners.add(look);
      look();
      await enough.promise.finally(() => {
        clearTimeout(deadline);
        listeners.delete(look);
      });
      return news;
    },
    async [Symbol.asyncDispose]() {
      done.abort();
      // The thread that waited tells that it does not any more.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

/** A process that holds the lock of its reports. */
export interface Supervisor extends AsyncDisposable {
  readonly pid: number;
  readonly publish: (report: Report) => Promise<void>;
  /** Becomes a command. */
  readonly handOver: (argv: readonly string[]) => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Lets it come to its end. */
  readonly end: () => Promise<void>;
}

/** Starts one. */
export function startSupervisor(
  path: string,
  container: string,
  { sandbox = RUN.sandbox, uid }: { readonly sandbox?: string; readonly uid?: number } = {},
): Supervisor {
  const program = fileURLToPath(new URL("fixtures/supervisor.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, path, container, sandbox],
    stdin: "piped",
    stdout: "piped",
    ...(uid === undefined ? {} : { uid }),
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.getReader();
  const write = (told: unknown) =>
    input.write(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
  let over = false;
  const wait = async () => {
    over = true;
    await child.status;
    await output.cancel();
    await input.close().catch(() => {});
  };
  return {
    pid: child.pid,
    publish: async (report) => {
      await write(report);
      await output.read();
    },
    handOver: async (argv) => {
      await write(argv);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await wait();
    },
    end: async () => {
      over = true;
      await input.close();
      await child.status;
      await output.cancel();
    },
    async [Symbol.asyncDispose]() {
      if (over) return;
      child.kill("SIGKILL");
      await wait();
    },
  };
}
