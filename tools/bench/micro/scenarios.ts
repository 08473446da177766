import { cpuTime } from "../cpu_time.ts";
import type { Contender, Scenario } from "./contenders.ts";
import type { PodState } from "./full_pod.ts";
import type { Programs } from "./programs.ts";
import type { Samples } from "./samples.ts";
import type { ServerProcess } from "./server_process.ts";
import { startTraced, type TracedRun } from "./traced_run.ts";
import { memoryOf } from "./usage.ts";

/** Where contenders run, and where what is measured goes. */
export interface Place {
  readonly programs: Programs;
  readonly server: ServerProcess;
  readonly samples: Samples;
  readonly restMs: number;
  readonly idleMs: number;
  readonly updates: number;
}

const WAITING: PodState = { proxyReady: false, mainEnded: false, others: 0, update: 0 };
const READY: PodState = { ...WAITING, proxyReady: true };
const OVER: PodState = { ...READY, mainEnded: true };

/** How long it is between two updates, in milliseconds: each is done with before the next comes. */
const BETWEEN_UPDATES_MS = 10;

/** After this a launch is over, with what is put off until nobody waits, in milliseconds. */
const LAUNCHED_AFTER_MS = 400;

/** A command that ends at once, by each way that a contender has to it. */
export async function launchOnce(contender: Contender, place: Place): Promise<void> {
  const { server, samples } = place;
  const { name } = contender;
  for (const scenario of ["none", "empty", "supervised", "gate"] as const) {
    if (scenario === "gate") await server.begin(READY);
    const run = await start(contender, scenario, "end", place);
    if (run === undefined) continue;
    const [executed, first, last, over] = await momentsOf(run, ["X", "S", "E", "W"]);
    samples.add(`launch-${scenario}`, name, first - executed);
    if (scenario === "supervised") samples.add("end-supervised", name, over - last);
    if (scenario === "gate") {
      const [request] = await server.asked("list", 1);
      if (request !== undefined) samples.add("first-request", name, request.at - executed);
    }
    await run.end();
  }
}

/** A whole life: waits, launches when `proxy` is ready, stops when `main` has ended. */
export async function liveOnce(contender: Contender, place: Place): Promise<void> {
  const { server, samples, restMs } = place;
  const { name } = contender;
  await server.begin(WAITING);
  const run = await start(contender, "life", "stay", place);
  if (run === undefined) return;
  try {
    const watch = (await server.asked("watch", 1)).find(({ verb }) => verb === "watch");
    if (watch !== undefined) samples.add("watch-request", name, watch.at - await run.at("X"));
    await pause(restMs);
    const waiting = await memoryOf(run.pid);
    const waited = cpuTime(run.pid);
    const ready = await server.change(READY);
    samples.add("event-to-exec", name, await run.at("S") - ready);
    await pause(LAUNCHED_AFTER_MS);
    samples.add("launch-cpu", name, cpuTime(run.pid) - waited);
    await pause(restMs);
    const running = await memoryOf(run.pid);
    const ran = cpuTime(run.pid);
    const stop = await server.change(OVER);
    const [stopped, last, over] = await momentsOf(run, ["T", "E", "W"]);
    samples.add("stop-to-term", name, stopped - stop);
    samples.add("end-to-end", name, over - last);
    samples.add("end-cpu", name, await run.cpu() - ran);
    for (const [when, use] of [["waiting", waiting], ["running", running]] as const) {
      samples.add(`anon-${when}`, name, use.rssAnon);
      samples.add(`file-${when}`, name, use.rssFile);
      samples.add(`pss-${when}`, name, use.pss);
    }
  } finally {
    await run.end();
  }
}

/** The processor's time of one that waits, first with nothing to hear and then with updates. */
export async function restOnce(contender: Contender, place: Place): Promise<void> {
  const { server, samples, restMs, idleMs, updates } = place;
  const { name } = contender;
  await server.begin(WAITING);
  const run = await start(contender, "life", "stay", place);
  if (run === undefined) return;
  try {
    await server.asked("watch", 1);
    await pause(restMs);
    const before = cpuTime(run.pid);
    await pause(idleMs);
    const idle = cpuTime(run.pid);
    samples.add("idle-cpu", name, (idle - before) / idleMs * 60_000);
    for (let update = 1; update <= updates; update++) {
      await server.change({ ...WAITING, update });
      await pause(BETWEEN_UPDATES_MS);
    }
    samples.add("update-cpu", name, (cpuTime(run.pid) - idle) / updates * 1e3);
  } finally {
    await run.end();
  }
}

async function start(
  { words, env }: Contender,
  scenario: Scenario,
  mode: "end" | "stay",
  { programs: { runner, probe } }: Place,
): Promise<TracedRun | undefined> {
  const variables = env(scenario);
  return variables === undefined
    ? undefined
    : await startTraced(runner, [...words, probe, mode], variables);
}

async function momentsOf<const Moments extends readonly Parameters<TracedRun["at"]>[0][]>(
  run: TracedRun,
  moments: Moments,
): Promise<{ readonly [Index in keyof Moments]: number }>;
async function momentsOf(run: TracedRun, moments: readonly Parameters<TracedRun["at"]>[0][]) {
  return await Promise.all(moments.map((moment) => run.at(moment)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
