import { type ApiServer, startApiServer } from "../scripted_cluster/api_server.ts";
import { pod, unready } from "../scripted_cluster/pods.ts";
import { findRestingPages, type PageRun, pagesOfStart, type Start } from "./resting_pages.ts";

const HELD = pod([unready("main"), unready("proxy")]);
const CHANGED = pod([unready("main"), unready("proxy")], { phase: "Pending" });

/**
 * What may go otherwise from one start to the next, and with it what V8 lays out and counts: so in a group it
 * does, and no chance decides which pages are the same.
 */
interface Variant {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** How long it rests, in milliseconds. */
  readonly restMs: number;
  /** What happens at the API server before the process has come to rest. */
  readonly course: (server: ApiServer) => void | Promise<void>;
}

const DEBUG = { KOORDINATOR_LOG_LEVEL: "debug" };

const VARIANTS: readonly Variant[] = [
  { cwd: "/", env: {}, args: [], restMs: 2_400, course: () => {} },
  {
    cwd: Deno.cwd(),
    env: { OTHER: "x".repeat(313) },
    args: ["x".repeat(100)],
    restMs: 3_200,
    course: async (server) => {
      await server.seen("watch", 1);
      server.setPod(CHANGED);
    },
  },
  {
    cwd: "/",
    env: { OTHER: "x".repeat(626), ...DEBUG },
    args: ["x".repeat(200), "x"],
    restMs: 3_600,
    course: async (server) => {
      await server.seen("watch", 1);
      server.endWatches();
      await server.seen("watch", 2);
      server.bookmark();
    },
  },
  { cwd: "/", env: {}, args: ["x"], restMs: 2_800, course: (server) => server.turnAway(1) },
  {
    cwd: "/",
    env: DEBUG,
    args: [],
    restMs: 4_000,
    course: async (server) => {
      server.turnAway(1);
      await server.seen("watch", 1);
      server.setPod(CHANGED);
      server.setPod(HELD);
    },
  },
];

/** It ends by itself should nobody end it. */
const COMMAND = ["/bin/sh", "-c", "exec sleep 60"] as const;

/**
 * Finds the pages that supervisors have in common, whatever they wait for: with any other program of the same
 * runtime, in front of a command that they hold back or that they have launched, and without an API server.
 *
 * @param koordinator compiled, and without any pages yet
 * @param others programs that come to rest and do not end
 * @param scratch a folder for what is mounted into pods
 */
export async function findPagesOfWaits(
  koordinator: string,
  others: readonly string[],
  scratch: string,
): Promise<readonly PageRun[]> {
  const start = (program: string, { args, cwd, env, restMs }: Variant, spec: unknown): Start => ({
    program,
    args: [...COMMAND, ...args],
    cwd,
    restMs,
    env: { ...env, KOORDINATOR_SPEC: JSON.stringify(spec) },
  });
  // The path of a program is laid out as well, and differs from one image to the next.
  await Deno.mkdir(scratch, { recursive: true });
  const linked = await Promise.all(VARIANTS.map(async (_, nth) => {
    const path = `${scratch}/${"k".repeat(1 + 17 * nth)}`;
    await Deno.link(koordinator, path);
    return path;
  }));
  const waitsForFile = (programs: readonly string[]) =>
    VARIANTS.map((variant, nth) => () => {
      const spec = { startDeps: [{ file: `/no/such/file/${nth ** 6}` }] };
      return pagesOfStart(start(programs[nth] ?? koordinator, variant, spec));
    });
  let pods = 0;
  const inPod = (spec: unknown) =>
    VARIANTS.map((variant, nth) => async () => {
      const mounted = `${scratch}/pod${pods++}`;
      await using server = await startApiServer({ pod: HELD });
      await server.writeServiceAccount(mounted);
      const { env, ...rest } = start(linked[nth] ?? koordinator, variant, spec);
      const [pages] = await Promise.all([
        pagesOfStart({
          ...rest,
          env: {
            ...env,
            ...server.env(mounted),
            KOORDINATOR_STATE_DIR: `${mounted}/state`,
            KOORDINATOR_POD_NAME: "pod",
            KOORDINATOR_POD_NAMESPACE: "default",
          },
        }),
        variant.course(server),
      ]);
      return pages;
    });
  return await findRestingPages([
    [koordinator, ...others].flatMap((program) => waitsForFile(VARIANTS.map(() => program))),
    inPod({ startDeps: ["proxy"] }),
    inPod({ stopDeps: ["proxy"] }),
    waitsForFile(linked),
  ]);
}
