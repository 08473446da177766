/** KEP-5532: a rule with the action RestartAllContainers runs the whole pod again, in the same sandbox. */
import { assertEquals } from "@std/assert";
import type { ContainerSpec, ContainerStatus, Pod } from "../../lib/pod/pod.ts";
import type { Spec, Until } from "../../lib/spec/spec.ts";
import type { Event } from "../../lib/supervisor/events.ts";
import { exitCodes, launches, play as playAs, signals } from "./play.ts";
import { ended, pod, ready } from "../../tools/scripted_cluster/pods.ts";
import { report } from "./reports.ts";

const rule = {
  action: "RestartAllContainers",
  exitCodes: { operator: "In", values: [88] },
} as const;
const containers: readonly ContainerSpec[] = [
  { name: "main" },
  { name: "watcher", restartPolicyRules: [rule] },
  { name: "proxy" },
];

/** The pod as the API server has it; `restarting`: what the condition says, since `2026-01-01T00:02:00Z`. */
function observed(statuses: readonly ContainerStatus[], restarting?: "True" | "False"): Pod {
  const whole = pod(statuses, { containers });
  const condition = {
    type: "AllContainersRestarting",
    status: restarting ?? "",
    lastTransitionTime: "2026-01-01T00:02:00Z",
  };
  return restarting === undefined
    ? whole
    : { ...whole, status: { ...whole.status, conditions: [condition] } };
}

function seen(...args: Parameters<typeof observed>): Event {
  return { kind: "podObserved", pod: observed(...args), at: Date.parse("2026-01-01T00:03:00Z") };
}

/** Of the run before: it began at 00:00:00. */
const before = { ...ended("main", 0).state?.terminated, startedAt: "2026-01-01T00:00:00Z" };
const beforeAll: ContainerStatus = {
  ...ready("main"),
  restartCount: 1,
  state: { running: { startedAt: "2026-01-01T00:02:05Z" } },
  lastState: { terminated: { exitCode: 0, ...before } },
};
/** What the API server goes on to show until the container is made anew. */
const notMadeYet: ContainerStatus = {
  ...ended("main", 0),
  state: { terminated: { exitCode: 0, ...before } },
};
const endedAgain: ContainerStatus = {
  ...ended("main", 0),
  restartCount: 1,
  state: { terminated: { exitCode: 0, startedAt: "2026-01-01T00:02:05Z" } },
};

const sidecar: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };
const waits = (until: Until): Partial<Spec> => ({
  startDeps: [{ kind: "container", container: "main", until, optional: false }],
});
const play = (spec: Partial<Spec>, events: readonly Event[]) => playAs(spec, events, "proxy");

Deno.test("an end that restarts all containers is nobody's last", () => {
  const watcher: Partial<Spec> = { stopDeps: [{ container: "watcher", when: "final" }] };
  const other = seen([ready("main"), ended("watcher", 1)]);
  const all = seen([ready("main"), ended("watcher", 88)]);
  assertEquals(signals(play(watcher, [other])), ["SIGTERM"]);
  assertEquals(signals(play(watcher, [all])), []);
  assertEquals(signals(play(sidecar, [seen([ended("main", 0), ended("watcher", 88)])])), []);
});

Deno.test("while all containers are being restarted no end is a last one, by the status or a report", () => {
  const over: Event = {
    kind: "siblingReported",
    container: "main",
    report: report({ phase: "ended", exitCode: 0 }),
    at: Date.parse("2026-01-01T00:02:30Z"),
  };
  const restarting = seen([notMadeYet], "True");
  assertEquals(signals(play(sidecar, [restarting, over])), []);
  assertEquals(exitCodes(play(waits("ready"), [restarting])), []);
});

Deno.test("what ended before all containers were restarted neither starts nor stops anybody", () => {
  for (const status of [notMadeYet, beforeAll]) {
    const anew = seen([status], "False");
    assertEquals(signals(play(sidecar, [anew])), []);
    for (const until of ["succeeded", "terminated"] as const) {
      assertEquals(launches(play(waits(until), [anew])), 0, until);
      assertEquals(exitCodes(play(waits(until), [anew])), [], until);
    }
  }
  const again = seen([endedAgain], "False");
  assertEquals(launches(play(waits("succeeded"), [again])), 1);
  assertEquals(signals(play(sidecar, [again])), ["SIGTERM"]);
});

Deno.test("without such a restart the run before counts, as ever", () => {
  assertEquals(launches(play(waits("succeeded"), [seen([beforeAll])])), 1);
});

Deno.test("a report from before all containers were restarted is of an earlier run", () => {
  const told = (at: string): Event => ({
    kind: "siblingEnded",
    container: "main",
    exitCode: 0,
    last: { report: report({ phase: "ended", exitCode: 0 }), at: Date.parse(at) },
  });
  const anew = seen([notMadeYet], "False");
  assertEquals(signals(play(sidecar, [anew, told("2026-01-01T00:01:00Z")])), []);
  assertEquals(signals(play(sidecar, [anew, told("2026-01-01T00:02:30Z")])), ["SIGTERM"]);
});
