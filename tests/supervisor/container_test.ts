import { assertEquals } from "@std/assert";
import type { Until, When } from "../../lib/spec/spec.ts";
import { findContainer } from "../../lib/pod/container.ts";
import { isFinalEnd } from "../../lib/pod/restart_policy.ts";
import { judgeStart, judgeStop } from "../../lib/supervisor/conditions.ts";
import { learn, nothingObserved, type Observations } from "../../lib/supervisor/observations.ts";
import type { Report } from "../../lib/supervisor/report.ts";
import type { ContainerSpec, ContainerStatus, Pod } from "../../lib/pod/pod.ts";
import { BOTH } from "./play.ts";
import { ended, pod, ready, status, unready } from "../../tools/scripted_cluster/pods.ts";
import { report } from "./reports.ts";

function container(observed: Pod, name = "main") {
  const found = findContainer(observed, name);
  if (found === undefined) throw new Error(`no ${name} in the pod`);
  return found;
}

/** What is known after one look at a pod, and a report of `main`. */
function known(observed: Pod, told?: Report): Observations {
  const nothing = nothingObserved({ self: "self", sources: BOTH });
  const seen = learn(nothing, { kind: "podObserved", pod: observed, at: 0 });
  const at = Date.parse("2026-01-01T00:00:30Z");
  return told === undefined
    ? seen
    : learn(seen, { kind: "siblingReported", container: "main", report: told, at });
}

const rule = { action: "Restart", exitCodes: { operator: "In", values: [42] } };
const others = { action: "Restart", exitCodes: { operator: "NotIn", values: [0] } };

const finality: readonly (readonly [string, Partial<ContainerSpec>, number, boolean])[] = [
  ["Never", {}, 0, true],
  ["Never", {}, 1, true],
  ["OnFailure", {}, 0, true],
  ["OnFailure", {}, 1, false],
  ["Always", {}, 0, false],
  ["Always", {}, 1, false],
  ["Never", { restartPolicy: "OnFailure" }, 1, false],
  ["Always", { restartPolicy: "Never" }, 1, true],
  ["OnFailure", { restartPolicy: "Always" }, 0, false],
  ["Never", { restartPolicyRules: [rule] }, 42, false],
  ["Never", { restartPolicyRules: [rule] }, 1, true],
  ["Never", { restartPolicyRules: [others] }, 1, false],
  ["Never", { restartPolicyRules: [others] }, 0, true],
];

for (const [restartPolicy, own, code, final] of finality) {
  const what = `${restartPolicy}${
    Object.keys(own).length > 0 ? ` and ${JSON.stringify(own)}` : ""
  }`;
  Deno.test(`under ${what} an end with ${code} is ${final ? "" : "not "}final`, () => {
    const containers = [{ name: "main", ...own }];
    const observed = pod([ended("main", code)], { restartPolicy, containers });
    assertEquals(isFinalEnd(observed, container(observed), code), final);
  });
}

Deno.test("any end is final once the pod is being deleted or over", () => {
  for (const options of [{ deletionTimestamp: "2026-01-01T00:00:00Z" }, { phase: "Failed" }]) {
    const observed = pod([ended("main", 1)], { restartPolicy: "Always", ...options });
    assertEquals(isFinalEnd(observed, container(observed), 1), true);
  }
});

Deno.test("a plain init container that succeeded is done, whatever the pod's policy", () => {
  const observed: Pod = {
    ...pod([], { restartPolicy: "Always" }),
    spec: {
      restartPolicy: "Always",
      containers: [],
      initContainers: [{ name: "migrate" }, { name: "mesh", restartPolicy: "Always" }],
    },
  };
  assertEquals(isFinalEnd(observed, container(observed, "migrate"), 0), true);
  assertEquals(isFinalEnd(observed, container(observed, "migrate"), 1), false);
  assertEquals(isFinalEnd(observed, container(observed, "mesh"), 0), false);
});

const waiting = status("main", { waiting: { reason: "ImagePullBackOff" } });
const restarted: ContainerStatus = {
  ...ready("main"),
  restartCount: 1,
  lastState: { terminated: { exitCode: 0, reason: "Completed" } },
};
const neverRan = status("main", { terminated: { exitCode: 128, reason: "StartError" } });

const starts: readonly (readonly [string, ContainerStatus, Until, string])[] = [
  ["waits for its image", waiting, "ready", "pending"],
  ["waits for its image", waiting, "started", "pending"],
  ["runs", unready("main"), "started", "met"],
  ["runs", unready("main"), "ready", "pending"],
  ["is ready", ready("main"), "ready", "met"],
  ["is ready", ready("main"), "succeeded", "pending"],
  ["succeeded", ended("main", 0), "succeeded", "met"],
  ["succeeded", ended("main", 0), "terminated", "met"],
  ["succeeded", ended("main", 0), "started", "met"],
  ["succeeded", ended("main", 0), "ready", "impossible"],
  ["failed", ended("main", 1), "succeeded", "impossible"],
  ["failed", ended("main", 1), "terminated", "met"],
  ["could not be started", neverRan, "started", "impossible"],
  ["succeeded and was restarted", restarted, "succeeded", "met"],
];

for (const [what, observed, until, verdict] of starts) {
  Deno.test(`a container that ${what} is ${verdict} until ${until}`, () => {
    assertEquals(judgeStart(known(pod([observed])), "main", until).kind, verdict);
  });
}

Deno.test("a container whose supervisor holds its command is neither started nor ready", () => {
  const whole = pod([ready("main")]);
  for (const until of ["started", "ready"] as const) {
    const held = judgeStart(known(whole, report({ phase: "waiting" })), "main", until);
    assertEquals(held, { kind: "pending", why: "held by koordinator" });
    const launched = judgeStart(known(whole, report({ phase: "running" })), "main", until);
    assertEquals(launched.kind, "met");
  }
});

const stops: readonly (readonly [string, ContainerStatus, When, boolean])[] = [
  ["is ready", ready("main"), "final", false],
  ["succeeded", ended("main", 0), "final", true],
  ["succeeded", ended("main", 0), "succeeded", true],
  ["succeeded", ended("main", 0), "failed", false],
  ["failed", ended("main", 1), "failed", true],
  ["failed", ended("main", 1), "terminated", true],
  ["succeeded between two observations", restarted, "terminated", true],
  ["succeeded between two observations", restarted, "succeeded", true],
  ["succeeded between two observations", restarted, "final", false],
];

for (const [what, observed, when, stopped] of stops) {
  Deno.test(`a stop dependency that ${what} ${stopped ? "holds" : "does not hold"} when ${when}`, () => {
    const before = known(pod([unready("main")]));
    const after = learn(before, { kind: "podObserved", pod: pod([observed]), at: 0 });
    assertEquals(judgeStop(after, "main", when, false).holds, stopped);
  });
}

Deno.test("an end before the first observation is no missed one", () => {
  assertEquals(judgeStop(known(pod([restarted])), "main", "terminated", false).holds, false);
});
