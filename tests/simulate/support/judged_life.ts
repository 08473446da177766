import { readManifest } from "../../../lib/manifest/manifest.ts";
import { answerOfJob } from "../../../lib/simulate/job.ts";
import { playedPod } from "../../../lib/simulate/played_workload.ts";
import { allows, describeVerdict, type Joins, modelOf } from "./allows.ts";
import type { Life } from "./seen_order.ts";

/** Says whether the model allows what was seen of a pod: `allowed`, or what it does not allow. */
export function judgeLife(
  { name, manifest, assumptions, order, job, ...circumstances }: Life,
  joins: Joins = "exact",
): string {
  const { workloads } = readManifest({ name, text: JSON.stringify(manifest) });
  const [workload] = workloads;
  if (workload === undefined) return "the manifest cannot be read";
  const pod = playedPod(workload, new Map(Object.entries(assumptions)));
  const model = modelOf(pod);
  const verdict = allows(model, order, { ...circumstances, joins });
  if (verdict.kind !== "allowed" || job === undefined) return describeVerdict(verdict);
  const end = verdict.events.reduce(
    (state, event) => model.step(state, event).state,
    model.initial,
  );
  const answer = answerOfJob(pod, model.kubelet.phase(end), end, job.failures);
  return answer === job.answer ? "allowed" : `the Job's answer is ${answer} and not ${job.answer}`;
}
