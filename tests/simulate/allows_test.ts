import { assertEquals } from "@std/assert";
import { allows, describeVerdict, modelOf } from "./support/allows.ts";
import type { Fact, SeenFact } from "./support/seen_order.ts";
import { MAIN, pod, type PodIdea, PROXY } from "./workloads.ts";

const JOB: PodIdea = { containers: [PROXY, { ...MAIN, assume: { ends: [0] } }] };

const started = (container: string, run = 0): Fact => ({ what: "started", container, run });
const ready = (container: string, run = 0): Fact => ({ what: "ready", container, run });
const ended = (container: string, code: number, run = 0): Fact => ({
  what: "ended",
  container,
  run,
  code,
});
const said = (container: string, event: Extract<Fact, { what: "said" }>["event"]): Fact => ({
  what: "said",
  container,
  event,
});
const phase = (phase: Extract<Fact, { what: "phase" }>["phase"]): Fact => ({
  what: "phase",
  phase,
});

const DELETED: Fact = { what: "deleted" };

/** Facts one after the other; those in a list of their own in an order that nobody knows. */
function order(...steps: readonly (Fact | readonly Fact[])[]): readonly SeenFact[] {
  return steps.flatMap((step, index) =>
    ("what" in step ? [step] : step).map((fact) => ({ ...fact, from: index, to: index }))
  );
}

function verdictOn(idea: PodIdea, seen: readonly SeenFact[]): string {
  return allows(modelOf(pod(idea)), seen).kind;
}

const GOOD: readonly (Fact | readonly Fact[])[] = [
  started("proxy"),
  [started("main"), ready("main")],
  ready("proxy"),
  said("main", "launching"),
  ended("main", 0),
  said("proxy", "stopDependencyMet"),
  ended("proxy", 0),
  phase("Succeeded"),
];

Deno.test("the model allows the order of the README's Job, with and without a state directory", () => {
  for (const stateDirectory of [false, true]) {
    const verdict = allows(modelOf(pod({ ...JOB, stateDirectory })), order(...GOOD));
    assertEquals(describeVerdict(verdict), "allowed");
  }
});

Deno.test("it allows every order in which the seen facts may have come", () => {
  assertEquals(verdictOn(JOB, order(GOOD.flat())), "allowed");
  assertEquals(verdictOn(JOB, order(...GOOD.slice(0, 4))), "allowed");
});

/** Doctored: the good order with two of its steps exchanged, or one changed. */
const WRONG: Readonly<Record<string, readonly (Fact | readonly Fact[])[]>> = {
  "main launched before the proxy was ready": [
    started("proxy"),
    started("main"),
    said("main", "launching"),
    ready("proxy"),
  ],
  "main launched before the proxy was started": [
    started("main"),
    said("main", "launching"),
    started("proxy"),
  ],
  "the proxy stopped before main ended": [
    ...GOOD.slice(0, 4),
    said("proxy", "stopDependencyMet"),
    ended("main", 0),
  ],
  "the proxy ended before main did": [...GOOD.slice(0, 4), ended("proxy", 0), ended("main", 0)],
  "the pod succeeded before the proxy ended": [
    ...GOOD.slice(0, 6),
    phase("Succeeded"),
    ended("proxy", 0),
  ],
  "the pod failed though both succeeded": [...GOOD.slice(0, 7), phase("Failed")],
  "main was restarted under Never": [...GOOD.slice(0, 5), started("main", 1)],
  "main was launched twice": [...GOOD.slice(0, 4), said("main", "launching")],
  "main ended with a code that its command does not have": [...GOOD.slice(0, 4), ended("main", 3)],
  "the proxy was killed though it obeys": [...GOOD.slice(0, 6), ended("proxy", 137)],
  "main ended with 121 though the proxy was ready": [
    started("proxy"),
    started("main"),
    ready("proxy"),
    ended("main", 121),
  ],
  "a container that is not there": [started("proxy"), started("other")],
  "the pod was gone though nobody deleted it": [...GOOD.slice(0, 7), phase("Gone")],
};

for (const [what, steps] of Object.entries(WRONG)) {
  Deno.test(`the model refuses an order: ${what}`, () => {
    for (const stateDirectory of [false, true]) {
      assertEquals(verdictOn({ ...JOB, stateDirectory }, order(...steps)), "refused");
    }
  });
}

const KUBELET: PodIdea = {
  containers: [
    { name: "sidecar", role: "nativeSidecar", restartPolicy: "Always" },
    { name: "first", role: "init", assume: { ends: [0] } },
    { name: "second", role: "init", assume: { ends: [0] } },
    { name: "main", assume: { ends: [0] } },
  ],
};

Deno.test("the model refuses what no kubelet does", () => {
  const good = [
    started("sidecar"),
    started("first"),
    ended("first", 0),
    started("second"),
    ended("second", 0),
    started("main"),
    ended("main", 0),
    ended("sidecar", 143),
    phase("Succeeded"),
  ];
  assertEquals(verdictOn(KUBELET, order(...good)), "allowed");
  const wrong: readonly (readonly Fact[])[] = [
    [started("first")],
    [started("sidecar"), started("second")],
    [started("sidecar"), started("first"), started("second")],
    [...good.slice(0, 4), started("main")],
    [...good.slice(0, 6), ended("sidecar", 143), ended("main", 0)],
    [...good.slice(0, 7), phase("Succeeded"), ended("sidecar", 143)],
    [...good.slice(0, 3), started("first", 1)],
  ];
  const verdicts = wrong.map((steps) => verdictOn(KUBELET, order(...steps)));
  assertEquals(verdicts, wrong.map(() => "refused"));
});

Deno.test("the model refuses a pod that is gone before its containers ended", () => {
  const idea: PodIdea = { containers: [PROXY, { ...MAIN, assume: { ends: [] } }] };
  const alive = [...GOOD.slice(0, 4), { what: "deleted" } as const];
  const end = [ended("main", 143), ended("proxy", 143)];
  assertEquals(verdictOn(idea, order(...alive, phase("Gone"), end)), "refused");
});

Deno.test("on a slow machine a timer may end before the news that come within moments, if the log tells", () => {
  const idea: PodIdea = {
    containers: [
      { name: "app", spec: {}, assume: { ends: [] } },
      { name: "shipper", spec: { stopDeps: ["app"] }, probe: true, assume: { ends: [] } },
    ],
    stateDirectory: true,
  };
  const released = said("shipper", "terminationReleased");
  const before = [started("app"), started("shipper"), ready("shipper"), DELETED];
  const after = [[ended("shipper", 143), ended("app", 143)], phase("Gone")];
  const verdict = (seen: readonly SeenFact[], cutLogs: readonly string[] = []) =>
    allows(modelOf(pod(idea)), seen, { cutLogs }).kind;
  assertEquals(verdict(order(...before, released, ...after)), "allowed");
  assertEquals(verdict(order(...before, ...after)), "refused");
  assertEquals(verdict(order(...before, ...after), ["shipper"]), "allowed", "the line was lost");
  assertEquals(verdict(order(...before, ...after), ["app"]), "refused", "that of another was");
  const held = said("shipper", "terminationHeld");
  assertEquals(verdict(order(...before, held, released, ...after)), "refused", "too early by far");
});

Deno.test("a signal may come before a supervisor has begun, which launches nothing then", () => {
  const idea: PodIdea = {
    containers: [
      { name: "app", spec: {}, assume: { ends: [0] } },
      { name: "shipper", spec: { stopDeps: ["app"] }, assume: { ends: [] } },
    ],
    stateDirectory: true,
  };
  const ends = [[ended("shipper", 143), ended("app", 143)], phase("Gone")];
  for (const start of [[started("shipper"), DELETED], [DELETED, started("shipper")]]) {
    const before = [started("app"), ...start];
    assertEquals(verdictOn(idea, order(...before, ...ends)), "allowed");
    const released = said("shipper", "terminationReleased");
    assertEquals(verdictOn(idea, order(...before, released, ...ends)), "allowed", "it had begun");
    const met = said("shipper", "stopDependencyMet");
    assertEquals(verdictOn(idea, order(...before, met, ...ends)), "refused", "it had begun");
  }
});

Deno.test("the end of a log may be lost with a deleted pod, and nothing else of it", () => {
  const idea: PodIdea = {
    containers: [PROXY, { ...MAIN, assume: { ends: [] } }],
    stateDirectory: true,
  };
  const alive = [...GOOD.slice(0, 4), { what: "deleted" } as const];
  const main = ended("main", 143);
  const end = [ended("proxy", 0), phase("Gone")];
  const held = said("proxy", "terminationHeld");
  const met = said("proxy", "stopDependencyMet");
  assertEquals(verdictOn(idea, order(...alive, held, main, met, ...end)), "allowed");
  assertEquals(verdictOn(idea, order(...alive, held, main, ...end)), "allowed");
  assertEquals(verdictOn(idea, order(...alive, main, ...end)), "allowed");
  assertEquals(verdictOn(idea, order(...alive, met, main, held, ...end)), "refused");
});
