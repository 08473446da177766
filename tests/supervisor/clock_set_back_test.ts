/** The node's clock may be set back while containers run: a VM that began with a wrong one, and NTP. */
import { assertEquals } from "@std/assert";
import type { ContainerStatus, Pod } from "../../lib/pod/pod.ts";
import { judgeStart, judgeStop } from "../../lib/supervisor/conditions.ts";
import { learn, nothingObserved } from "../../lib/supervisor/observations.ts";
import { BOTH } from "./play.ts";
import { report } from "./reports.ts";

const STARTED = "2026-01-01T12:00:00Z";
const AN_HOUR_EARLIER = Date.parse("2026-01-01T11:00:10Z");

function podWith(state: ContainerStatus["state"], restartPolicy: string): Pod {
  return {
    metadata: { name: "pod" },
    spec: { restartPolicy, containers: [{ name: "proxy" }] },
    status: { containerStatuses: [{ name: "proxy", state }] },
  };
}

function known(pod: Pod) {
  const before = nothingObserved({ self: "main", sources: BOTH });
  return learn(before, { kind: "podObserved", pod, at: AN_HOUR_EARLIER });
}

Deno.test("who reports and lives is believed, though its report is older than its start", () => {
  const ready = report({ phase: "running" }, { checked: true });
  const now = learn(known(podWith({ running: { startedAt: STARTED } }, "Never")), {
    kind: "siblingReported",
    container: "proxy",
    report: ready,
    at: AN_HOUR_EARLIER,
  });
  assertEquals(judgeStart(now, "proxy", "ready"), { kind: "met" });
});

Deno.test("an end that the API server tells is none of an earlier run because a report is later than it", () => {
  const finishedAt = new Date(AN_HOUR_EARLIER).toISOString();
  const handedOver = report({ phase: "running" }, { handedOver: true });
  const now = learn(
    known(podWith({ terminated: { exitCode: 0, startedAt: STARTED, finishedAt } }, "OnFailure")),
    {
      kind: "siblingEnded",
      container: "proxy",
      exitCode: undefined,
      last: { report: handedOver, at: Date.parse(STARTED) },
    },
  );
  assertEquals(judgeStop(now, "proxy", "final", false).holds, true);
});

Deno.test("who was heard after the start, and has ended since, is not taken for an earlier run", () => {
  const running = known(podWith({ running: { startedAt: STARTED } }, "Never"));
  const heard = learn(running, {
    kind: "siblingReported",
    container: "proxy",
    report: report({ phase: "running" }),
    at: Date.parse(STARTED) + 1_000,
  });
  const now = learn(heard, {
    kind: "siblingEnded",
    container: "proxy",
    exitCode: 0,
    last: { report: report({ phase: "ended", exitCode: 0 }), at: AN_HOUR_EARLIER },
  });
  assertEquals(judgeStop(now, "proxy", "final", false).holds, true);
});
