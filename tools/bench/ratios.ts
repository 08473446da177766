/** What koordinator does on its own, as multiples of an empty program's start. */
import { ended, pod, ready, unready } from "../scripted_cluster/pods.ts";
import { compareStarts } from "../cost/starts.ts";
import { untilQuiet } from "../support/quiet.ts";
import { cpuTime } from "./cpu_time.ts";
import { startSupervised } from "./supervised.ts";
import { median } from "../support/statistics.ts";

export const RATIOS = [
  "start without dependencies",
  "start of what is supervised",
  "gate open to command",
  "stop to the supervisor's end",
  "CPU of ten updates",
] as const;
export type RatioName = typeof RATIOS[number];

/** A life, and a start of the empty program just before. */
interface Lived {
  readonly start: Start;
  readonly lived: Life;
}

const LIFE_RATIOS: Readonly<Partial<Record<RatioName, (life: Lived) => number>>> = {
  "gate open to command": ({ start, lived }) => lived.gate / start.elapsed,
  "stop to the supervisor's end": ({ start, lived }) => lived.stop / start.elapsed,
  "CPU of ten updates": ({ start, lived }) => lived.cpu / start.cpu,
};

const PAIRS = 21;
const LIVES = 7;
const UPDATES = 100;

/** Measures some of the ratios. */
export async function measureRatios(
  executable: string,
  empty: string,
  names: readonly RatioName[],
): Promise<ReadonlyMap<RatioName, number>> {
  const ratios = new Map<RatioName, number>();
  const starts = {
    "start without dependencies": "{}",
    "start of what is supervised": '{"handOver":false}',
  };
  for (const [way, spec] of Object.entries(starts)) {
    const name = RATIOS.find((name) => name === way);
    if (name === undefined || !names.includes(name)) continue;
    const env = { KOORDINATOR_SPEC: spec };
    const pairs = await compareStarts(
      { argv: [executable, "/bin/true"], env },
      { argv: [empty], env: {} },
      PAIRS,
    );
    ratios.set(name, median(pairs.map(({ ours, other }) => ours / other)));
  }
  const lifeNames = RATIOS.slice(2).filter((name) => names.includes(name));
  if (lifeNames.length === 0) return ratios;
  const lives: Lived[] = [];
  for (let life = 0; life <= LIVES; life++) {
    const start = await startOf(empty);
    const lived = await live(executable);
    // The first one brings files into memory, and does not count.
    if (life > 0) lives.push({ start, lived });
  }
  for (const name of lifeNames) {
    const ratio = LIFE_RATIOS[name];
    if (ratio !== undefined) ratios.set(name, median(lives.map(ratio)));
  }
  return ratios;
}

/** What a start of the empty program takes, in milliseconds. */
interface Start {
  readonly elapsed: number;
  readonly cpu: number;
}

/** So many at a time: the kernel tells CPU time of ended processes in hundredths of a second. */
const STARTS = 6;
const TICK_MS = 10;

async function startOf(program: string): Promise<Start> {
  const before = endedCpuTicks();
  const elapsed: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const startedAt = performance.now();
    await new Deno.Command(program, { clearEnv: true, stdout: "null", stderr: "null" }).output();
    elapsed.push(performance.now() - startedAt);
  }
  return { elapsed: median(elapsed), cpu: (endedCpuTicks() - before) * TICK_MS / STARTS };
}

/** proc_pid_stat(5): cutime and cstime are fields 16 and 17, counted from 3 behind the name. */
function endedCpuTicks(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const [user = "0", system = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(13, 15);
  return Number(user) + Number(system);
}

/** Milliseconds. */
interface Life {
  /** From the sibling's readiness, as the API server tells it, to the command's first word. */
  readonly gate: number;
  /** From the sibling's end to that of the supervisor, whose command ends at once. */
  readonly stop: number;
  /** CPU time of ten updates of the pod. */
  readonly cpu: number;
}

async function live(executable: string): Promise<Life> {
  await using supervised = await startSupervised(executable, {
    pod: pod([unready("main"), unready("proxy")]),
    argv: ["/bin/sh", "-c", "echo runs; exec sleep 60"],
    spec: { startDeps: ["proxy"], stopDeps: ["proxy"] },
    stdout: "piped",
  });
  const { server, child } = supervised;
  const output = child.stdout.getReader();
  try {
    await untilQuiet(child.pid, 100);
    const before = cpuTime(child.pid);
    for (let update = 1; update <= UPDATES; update++) {
      server.setPod(pod([unready("main"), { ...unready("proxy"), restartCount: update }]));
      await new Promise((done) => setTimeout(done, 2));
    }
    await untilQuiet(child.pid, 100);
    const cpu = (cpuTime(child.pid) - before) / UPDATES * 10;
    const openedAt = performance.now();
    server.setPod(pod([unready("main"), ready("proxy")]));
    await output.read();
    const gate = performance.now() - openedAt;
    await untilQuiet(child.pid, 100);
    const endedAt = performance.now();
    server.setPod(pod([ready("main"), ended("proxy", 0)]));
    await child.status;
    return { gate, stop: performance.now() - endedAt, cpu };
  } finally {
    await output.cancel();
  }
}
