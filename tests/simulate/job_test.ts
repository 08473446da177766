import { assertEquals } from "@std/assert";
import type { PodFailureRule } from "../../lib/manifest/workload.ts";
import { playJob } from "../../lib/simulate/play_job.ts";
import { type ContainerIdea, pod } from "./workloads.ts";

const OPTIONS = { seed: 1, planned: [], until: 86_400_000 };

function ending(code: number): ContainerIdea {
  return { name: "main", assume: { ends: [code], endsAfter: { from: 1_000, to: 1_000 } } };
}

function play(
  code: number,
  backoffLimit: number,
  podFailurePolicy: readonly PodFailureRule[] = [],
) {
  const job = { backoffLimit, activeDeadline: undefined, podFailurePolicy };
  const { attempts, result } = playJob(pod({ job, containers: [ending(code)] }), OPTIONS);
  return {
    attempts: attempts.length,
    at: attempts.map(({ at }) => Math.floor(at / 10_000)),
    result,
  };
}

function rule(action: PodFailureRule["action"], ...values: readonly number[]): PodFailureRule {
  return { action, onExitCodes: { containerName: undefined, operator: "In", values } };
}

Deno.test("a Job is complete once a pod of it has succeeded", () => {
  assertEquals(play(0, 6), { attempts: 1, at: [0], result: "complete" });
});

Deno.test("a Job makes new pods, after pauses, until its backoffLimit", () => {
  assertEquals(play(1, 2), { attempts: 3, at: [0, 1, 3], result: "failed" });
});

Deno.test("podFailurePolicy fails a Job at once, or does not count a failure", () => {
  assertEquals(play(42, 6, [rule("FailJob", 42)]).attempts, 1);
  assertEquals(play(1, 2, [rule("FailJob", 42)]).attempts, 3);
  const job = { backoffLimit: 0, activeDeadline: undefined, podFailurePolicy: [rule("Ignore", 9)] };
  const ignored = pod({ job, containers: [ending(9)] });
  assertEquals(playJob(ignored, { ...OPTIONS, until: 60_000 }).result, "goes on");
});
