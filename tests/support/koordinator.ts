import { executable } from "./executable.ts";

/** A koordinator that runs, and what it has said on stderr so far. */
export interface Koordinator extends AsyncDisposable {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  /** All of stdout and stderr so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  kill(signal: Deno.Signal): void;
  /** Resolves when `pattern` stands in stdout or stderr; rejects after a minute. */
  says(pattern: RegExp): Promise<void>;
}

// The real thing: what a pod runs, not the sources it is made of.
const PROGRAM = await executable();

/**
 * Starts the executable with nothing in the environment but PATH, a state directory of its own unless
 * `env` names one, and `env`. Beside the executable every test would be a sibling of all others.
 */
export function startKoordinator(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Koordinator {
  const folder = Deno.makeTempDirSync();
  const child = new Deno.Command(PROGRAM, {
    args: [...args],
    env: {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      KOORDINATOR_STATE_DIR: `${folder}/state`,
      ...env,
    },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  const read = async (name: "stdout" | "stderr") => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      said[name] += text;
      for (const listener of [...listeners]) listener();
    }
  };
  const done = Promise.all([read("stdout"), read("stderr")]);
  const status = Promise.all([child.status, done]).then(([status]) => status);
  return {
    pid: child.pid,
    status,
    output: () => ({ ...said }),
    kill: (signal) => child.kill(signal),
    says: (pattern) => {
      const found = Promise.withResolvers<void>();
      const look = () => {
        if (pattern.test(said.stdout) || pattern.test(said.stderr)) found.resolve();
      };
      const deadline = setTimeout(
        () => found.reject(new Error(`${pattern} not in ${JSON.stringify(said)}`)),
        60_000,
      );
      listeners.add(look);
      look();
      return found.promise.finally(() => {
        clearTimeout(deadline);
        listeners.delete(look);
      });
    },
    async [Symbol.asyncDispose]() {
      // A command outlives a supervisor that is killed, and would keep stdout open.
      for (const pid of [child.pid, ...childrenOf(child.pid)]) {
        try {
          Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended already.
        }
      }
      await status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The processes whose parent is this one. */
export function childrenOf(parent: number): readonly number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
    } catch {
      return false;
    }
  });
}
