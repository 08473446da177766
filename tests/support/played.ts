/** Plays one fault to the real program, while a command waits and while one runs. */
import { assertEquals, assertMatch } from "@std/assert";
import type { ContainerStatus, Pod } from "../../lib/pod/pod.ts";
import { ended, pod, ready, status, unready } from "../../tools/scripted_cluster/pods.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { IDLE } from "./idle_shell.ts";
import { type Koordinator, startKoordinator } from "./koordinator.ts";

/** A program that does not learn in this time of a change never will, in ms: its own patience ends before. */
const PATIENCE = 300_000;

/** A sidecar's script: says when it runs and each time that it is stopped. */
const SIDECAR = `trap 'echo stopped; exit 0' TERM; echo up; ${IDLE}`;

/** One koordinator in one pod of a scripted API server. */
export interface Played extends AsyncDisposable {
  readonly server: ApiServer;
  readonly program: Koordinator;
  readonly root: string;
  /** What `koordinator status` has, or nothing. */
  readonly status: () => string;
  /** Resolves once the program knows of a change that means nothing to its command. */
  readonly knows: (marker: string) => Promise<void>;
  /** Makes the dependency hold: the proxy is ready, or the main has ended. */
  readonly fulfil: () => void;
}

/** What may be different from an ordinary pod. */
export interface PlayOptions {
  /** Called before the program starts. */
  readonly inject?: (server: ApiServer, root: string) => void | Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** Where the API server listens. @default "127.0.0.1" */
  readonly hostname?: string;
}

/** A main that is held back until its proxy is ready. */
export function waiting(options: PlayOptions = {}): Promise<Played> {
  const held = (proxy: ContainerStatus) => pod([unready("main"), proxy]);
  return play("main", ["echo", "launched"], '{"startDeps":["proxy"]}', {
    ...options,
    undecided: (marker) => held(status("proxy", { waiting: { reason: marker } })),
    fulfilled: held(ready("proxy")),
  });
}

/** A sidecar that runs until its main has ended. */
export async function running(options: PlayOptions = {}): Promise<Played> {
  const serves = (main: ContainerStatus) => pod([main, ready("proxy")]);
  const played = await play("proxy", ["sh", "-c", SIDECAR], '{"stopDeps":["main"]}', {
    ...options,
    undecided: (marker) => serves(status("main", { waiting: { reason: marker } })),
    fulfilled: serves(ended("main", 0)),
  });
  await played.program.says(/up/);
  return played;
}

async function play(
  container: string,
  ordinary: readonly string[],
  spec: string,
  { inject, env, hostname = "127.0.0.1", command = ordinary, undecided, fulfilled }: PlayOptions & {
    readonly undecided: (marker: string) => Pod;
    readonly fulfilled: Pod;
  },
): Promise<Played> {
  const server = await startApiServer({ pod: undecided("Before"), hostname });
  const root = await Deno.makeTempDir();
  const folder = `${root}/state`;
  await Deno.mkdir(folder);
  await server.writeServiceAccount(root);
  await inject?.(server, root);
  const program = startKoordinator(command, {
    ...server.env(root),
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
    KOORDINATOR_CONTAINER_NAME: container,
    KOORDINATOR_STATE_DIR: folder,
    KOORDINATOR_SPEC: spec,
    ...env,
  });
  const status = () => {
    try {
      return Deno.readTextFileSync(`${folder}/${container}.status`);
    } catch {
      return "";
    }
  };
  return {
    server,
    program,
    root,
    status,
    knows: async (marker) => {
      server.setPod(undecided(marker));
      const deadline = Date.now() + PATIENCE;
      while (!status().includes(marker)) {
        if (Date.now() > deadline) {
          throw new Error(`${marker} is not known; ${status()}; ${program.output().stderr}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    fulfil: () => server.setPod(fulfilled),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** A main is launched, once its proxy is ready and not before. */
export async function playWaiting(
  options: PlayOptions,
  says?: RegExp,
  meanwhile?: (played: Played) => Promise<void>,
): Promise<void> {
  await using played = await waiting(options);
  const { program } = played;
  await meanwhile?.(played);
  await played.knows("Meanwhile");
  assertEquals(program.output().stdout, "", "launched early");
  played.fulfil();
  assertEquals((await program.status).code, 0);
  assertEquals(program.output().stdout, "launched\n");
  assertSaid(program, says);
}

/** A sidecar is stopped, once its main has ended and not before. */
export async function playRunning(
  options: PlayOptions,
  says?: RegExp,
  meanwhile?: (played: Played) => Promise<void>,
): Promise<void> {
  await using played = await running(options);
  const { program } = played;
  await meanwhile?.(played);
  await played.knows("Meanwhile");
  assertEquals(program.output().stdout, "up\n", "stopped early");
  played.fulfil();
  assertEquals((await program.status).code, 0);
  assertEquals(program.output().stdout, "up\nstopped\n");
  assertSaid(program, says);
}

/** What is wrong was told once, and that it is over; or there was nothing to tell. */
export function assertSaid(program: Koordinator, says: RegExp | undefined): void {
  const warnings = warningsOf(program);
  if (says === undefined) {
    assertEquals(warnings, []);
    return;
  }
  assertMatch(warnings[0] ?? "nothing", says);
  assertEquals(new Set(warnings).size, warnings.length, "told twice");
}

/** The warnings in a log, but for the one of a sibling that is silent: it is, since only the API tells of it. */
export function warningsOf(program: Koordinator): readonly string[] {
  return program.output().stderr.trim().split("\n")
    .filter((line) => line.includes('"severity":"WARNING"'))
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event !== "siblingSilent")
    .map(({ message }) => String(message));
}
