import { assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../lib/manifest/manifest.ts";
import type { Workload } from "../../lib/manifest/workload.ts";
import { type Duration, milliseconds, seconds } from "../../lib/spec/duration.ts";
import type { CommandFlags, VirtualMode } from "../../lib/simulate/options.ts";
import { lanesOf } from "../../lib/simulate/shown.ts";
import { timelineOf } from "../../lib/simulate/moment.ts";
import { playVirtually } from "../../lib/simulate/virtual_play.ts";
import { showVirtually } from "../../lib/simulate/virtual_show.ts";
import { withoutKoordinator } from "../../lib/simulate/without.ts";

const JOB = readExample("job.yaml");

function readExample(name: string): Workload {
  const text = Deno.readTextFileSync(new URL(`../../examples/${name}`, import.meta.url));
  const [workload] = readManifest({ name, text }).workloads;
  if (workload === undefined) throw new Error(`${name} holds no pod`);
  return workload;
}

function flags(change: Partial<CommandFlags>): CommandFlags {
  return { ready: undefined, ends: undefined, slow: undefined, ...change };
}

function virtual(commands: Readonly<Record<string, CommandFlags>> = {}, seed = 1): VirtualMode {
  return { kind: "virtual", commands: new Map(Object.entries(commands)), outages: [], seed };
}

function played(
  workload: Workload,
  mode: VirtualMode,
  deleteAfter?: Duration,
) {
  const play = playVirtually(workload, mode, { deleteAfter, limit: undefined });
  const lanes = lanesOf({ workload, without: false });
  const timeline = timelineOf(play.moments, { ...play, title: "", lanes });
  const lane = (name: string) =>
    timeline.lanes.find(({ container }) => container === name) ?? { spans: [], marks: [] };
  return { ...play, timeline, lane, said: timeline.story.map(({ what }) => what) };
}

/** Jobs of the pages, with the container that serves and the one that is served. */
const SERVED = [
  ["job.yaml", "cloud-sql-proxy", "main-container"],
  ["without-rights.yaml", "cloud-sql-proxy", "main-container"],
  ["first.yaml", "server", "client"],
] as const;

const [PROXY, MAIN] = ["cloud-sql-proxy", "main-container"];

Deno.test("the README's Job is played: main is held, launched when the proxy is ready, the proxy stopped", () => {
  const { outcome, lane, timeline } = played(
    JOB,
    virtual({
      [PROXY]: flags({ ready: seconds(3) }),
      [MAIN]: flags({ ends: { code: 0, after: seconds(10) } }),
    }),
  );
  assertEquals(outcome, { good: true, what: "Job complete" });
  assertEquals(lane(MAIN).spans.map(({ doing }) => doing), ["held", "ready", "ended"]);
  assertEquals(lane(PROXY).spans.map(({ doing }) => doing), [
    ...["starting", "ready", "stopping", "ended"] as const,
  ]);
  const lasted = (name: string, doing: string) => {
    const span = lane(name).spans.find((each) => each.doing === doing);
    return (span?.to ?? 0) - (span?.from ?? 0);
  };
  assertEquals([lasted(PROXY, "starting"), lasted(MAIN, "ready")], [3_000, 10_000]);
  assertEquals(timeline.arrows.map(({ from, to }) => [from.container, to.container]), [
    [PROXY, MAIN],
    [MAIN, PROXY],
  ]);
});

Deno.test("the same seed is the same play, another seed another one", () => {
  const times = (seed: number) => played(JOB, virtual({}, seed)).moments;
  assertEquals(times(1), times(1));
  assertEquals(JSON.stringify(times(1)) === JSON.stringify(times(2)), false);
});

Deno.test("without koordinator the Job never ends, and says who runs on", () => {
  const { outcome, lane } = played(withoutKoordinator(JOB), virtual());
  assertEquals(outcome, { good: false, what: `the Job never ends: ${PROXY} runs on` });
  assertEquals(lane(MAIN).spans.map(({ doing }) => doing), ["ready", "ended"]);
});

Deno.test("beside it stands the same pod without koordinator, in which main fails: it starts too early", () => {
  const options = { deleteAfter: undefined, limit: undefined, without: true };
  const [first, second, ...more] = showVirtually(JOB, options, virtual());
  assertEquals(more, []);
  assertEquals(first?.timeline.outcome?.what, "Job complete");
  assertEquals(second?.timeline.title, "Job example, without koordinator");
  const main = second?.timeline.lanes.find(({ container }) => container === MAIN);
  assertEquals(main?.marks.map((mark) => mark.kind === "exit" && mark.code), [1]);
});

for (const [name, server, main] of SERVED) {
  Deno.test(`${name} without koordinator: ${main} fails, ${server} runs on, and both are said to be assumed`, () => {
    const options = { deleteAfter: undefined, limit: undefined, without: true };
    const [, second] = showVirtually(readExample(name), options, virtual());
    const said = second?.lines.map((line) => line.map(({ text }) => text).join("")).join(" ") ?? "";
    assertStringIncludes(
      said.replaceAll(/\s+/g, " "),
      `assumed: ${server} runs until it is stopped; ${main} fails, since it starts before what it waits for`,
    );
    assertEquals(second?.timeline.outcome, {
      good: false,
      what: `the Job never ends: ${server} runs on`,
    });
  });
}

Deno.test("a proxy that never becomes ready leaves main waiting for ever", () => {
  const { outcome } = played(JOB, virtual({ [PROXY]: flags({ ready: "never" }) }));
  assertEquals(outcome.good, false);
  assertStringIncludes(outcome.what, `${MAIN} waits for ever`);
});

Deno.test("a main container that fails makes the Job fail, and the proxy ends all the same", () => {
  const { outcome, lane } = played(
    JOB,
    virtual({ [MAIN]: flags({ ends: { code: 3, after: undefined } }) }),
  );
  assertEquals(outcome, { good: false, what: `Job failed: ${MAIN} ended with 3` });
  assertEquals(lane(PROXY).marks.map(({ kind }) => kind), ["signal", "exit"]);
});

Deno.test("on deletion main is told after its delay, and the proxy after main, which it serves", () => {
  const { outcome, lane, timeline } = played(
    JOB,
    virtual({ [MAIN]: flags({ ends: { code: 0, after: seconds(60) } }) }),
    seconds(20),
  );
  assertEquals(outcome, { good: true, what: `the pod is gone: ${MAIN} ended with 143` });
  assertEquals(timeline.podMarks.map(({ what, from }) => [what, from]), [["pod deleted", 20_000]]);
  const at = (name: string, kind: string) =>
    lane(name).marks.find((mark) => mark.kind === kind)?.at ?? 0;
  const order = [at(MAIN, "signal"), at(MAIN, "exit"), at(PROXY, "signal"), at(PROXY, "exit")];
  assertEquals(order, order.toSorted((a, b) => a - b));
  assertEquals((order[0] ?? 0) >= 30_000, true, "the stop delay of 10 s");
});

Deno.test("a command that ignores its stop signal is killed in the end", () => {
  const { lane, outcome } = played(JOB, virtual({ [PROXY]: flags({ slow: "never" }) }));
  assertEquals(lane(PROXY).marks.map(({ kind }) => kind), ["signal", "kill", "exit"]);
  assertEquals(outcome, { good: false, what: `Job failed: ${PROXY} ended with 137` });
});

function read(manifest: unknown): Workload {
  const [workload] = readManifest({ name: "pod.yaml", text: JSON.stringify(manifest) }).workloads;
  if (workload === undefined) throw new Error("no pod");
  return workload;
}

Deno.test("a container that is started again and again is told so, and is no good end", () => {
  const spec = { containers: [{ name: "main", command: ["main"] }, { name: "x", command: ["x"] }] };
  const { outcome, said } = played(
    read({ apiVersion: "v1", kind: "Pod", metadata: { name: "pod" }, spec }),
    virtual({ main: flags({ ends: { code: 1, after: undefined } }) }),
  );
  assertEquals(outcome.good, false);
  assertStringIncludes(outcome.what, "main is started again and again, x runs on");
  assertEquals(said.some((text) => /^waits \d+s before it starts main again$/.test(text)), true);
});

Deno.test("a container whose own supervisor is asked is ready when that says so, and not before", () => {
  const { lane, timeline } = played(readExample("without-rights.yaml"), virtual());
  const [arrow] = timeline.arrows;
  const ready = lane(PROXY).spans.find(({ doing }) => doing === "ready")?.from;
  assertEquals(lane(PROXY).spans[0]?.doing, "starting");
  assertEquals(arrow?.from, ready === undefined ? undefined : { container: PROXY, at: ready });
});

Deno.test("a koordinator that cannot do what it is asked for is told, with who says why", () => {
  const env = [{ name: "KOORDINATOR_SPEC", value: "{" }];
  const main = { name: "main", command: ["/koordinator/koordinator", "main"], env };
  const { outcome, said } = played(
    read({
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "pod" } },
      spec: { restartPolicy: "Never", containers: [main] },
    }),
    virtual(),
  );
  assertEquals(outcome.what, "the pod has failed: main ended with 125");
  assertEquals(said.some((text) => text.includes("`koordinator check` says why")), true);
});

Deno.test("an API server that is away is in the picture, and ends nothing", () => {
  const { outcome, timeline } = played(JOB, {
    ...virtual(),
    outages: [{ from: seconds(1), to: seconds(40) }],
  });
  assertEquals(outcome.good, true, outcome.what);
  assertEquals(timeline.podMarks, [
    { what: "API server away", from: milliseconds(1_000), to: timeline.length },
  ]);
});

/** Its deadline is there to end it. */
const ENDED_BY_DEADLINE = "ordered-termination.yaml";

Deno.test("every example is played to a good end, or runs on as it should", () => {
  const folder = new URL("../../examples/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml") && name !== ENDED_BY_DEADLINE)
    .toSorted();
  const bad = names.flatMap((name) => {
    const text = Deno.readTextFileSync(new URL(name, folder));
    return readManifest({ name, text }).workloads.flatMap((workload) => {
      const { outcome } = played(workload, virtual());
      return outcome.good ? [] : [`${name} ${workload.name}: ${outcome.what}`];
    });
  });
  assertEquals(bad, []);
});
