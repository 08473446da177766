import type { ContainerTemplate } from "../manifest/workload.ts";
import type { ContainerRun } from "./real_container.ts";
import type { RealPlay } from "./real_play.ts";
import type { Outcome } from "./timeline.ts";

/** A container and what has become of it. */
export interface Played {
  readonly template: ContainerTemplate;
  run: ContainerRun | undefined;
  restarts: number;
  /** Of its last end. */
  code: number | undefined;
}

/** What is said of a pod that is not over in time. */
export function notOver(all: readonly Played[], { workload, limit }: RealPlay): string {
  const said = (list: readonly Played[], ofOne: string, ofMany: string) =>
    `${list.map(({ template }) => template.name).join(", ")} ${list.length === 1 ? ofOne : ofMany}`;
  const subject = workload.job === undefined ? "the pod" : "the Job";
  const ended = all.filter(({ run, code, template }) =>
    run === undefined && code !== undefined && template.role === "main"
  );
  const though = ended.length === 0 ? "" : `, though ${said(ended, "has ended", "have ended")}`;
  const running = said(all.filter(({ run }) => run !== undefined), "still runs", "still run");
  return `${subject} is not over after ${limit / 1_000} s: ${running}${though}`;
}

/** What a play has come to; `outcome` where something from outside has decided on it. */
export function conclude(
  outcome: Outcome | undefined,
  all: readonly Played[],
  hasFailed: boolean,
  { workload }: RealPlay,
): Outcome {
  if (outcome !== undefined && !outcome.good) return outcome;
  const failed = all.filter(({ template, code }) =>
    template.role !== "nativeSidecar" && code !== undefined && code !== 0
  ).map(({ template, code }) => `${template.name} ended with ${code}`);
  if (outcome !== undefined) {
    const why = failed.length === 0 ? "" : `: ${failed.join(", ")}`;
    return { good: true, what: `the pod is gone${why}` };
  }
  const good = failed.length === 0 && !hasFailed;
  const what = workload.job === undefined
    ? (good ? "the pod has succeeded" : "the pod has failed")
    : (good ? "Job complete" : "Job failed");
  return { good, what: good ? what : `${what}: ${failed.join(", ")}` };
}
