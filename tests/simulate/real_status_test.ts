import { assertEquals } from "@std/assert";
import { readManifest } from "../../lib/manifest/manifest.ts";
import {
  podObject,
  type StatusNews,
  withDeletion,
  withNews,
} from "../../lib/simulate/real_status.ts";

const NOW = Date.UTC(2026, 0, 1);

function job() {
  const text = Deno.readTextFileSync(new URL("../../examples/job.yaml", import.meta.url));
  const [workload] = readManifest({ name: "job.yaml", text }).workloads;
  if (workload === undefined) throw new Error("no Job");
  return podObject(workload);
}

function after(...news: readonly StatusNews[]) {
  const pod = news.reduce((pod, each) => withNews(pod, "main-container", each, NOW), job());
  return pod.status?.containerStatuses?.find(({ name }) => name === "main-container");
}

Deno.test("a container without a readiness probe is ready once it has started, held or not", () => {
  assertEquals(after({ kind: "running" })?.ready, false);
  assertEquals(after({ kind: "running" }, { kind: "started" })?.ready, true);
});

Deno.test("a restart counts, and the run before is the last state", () => {
  const status = after(
    { kind: "running" },
    { kind: "ended", exitCode: 3 },
    { kind: "backOff" },
    { kind: "running" },
  );
  assertEquals([status?.restartCount, status?.lastState?.terminated?.exitCode], [1, 3]);
  assertEquals(after({ kind: "running" })?.restartCount, 0);
});

Deno.test("while the pod is being deleted no end is published", () => {
  const pod = withDeletion(withNews(job(), "main-container", { kind: "running" }, NOW), NOW);
  assertEquals(pod.metadata.deletionTimestamp, "2026-01-01T00:00:30Z");
  assertEquals(withNews(pod, "main-container", { kind: "ended", exitCode: 0 }, NOW), pod);
});
