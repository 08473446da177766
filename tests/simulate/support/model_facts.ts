/** What of a pod in the model would be seen of one on a cluster, and what of it can be missed. */
import type { Model, PodStep } from "../../../lib/simulate/model.ts";
import type { PodEvent } from "../../../lib/simulate/pod_event.ts";
import type { PodState } from "../../../lib/simulate/pod_state.ts";
import { type Fact, SAID, type SeenFact } from "./seen_order.ts";

/** What a step of the model would let somebody see, causes before effects. */
export function factsOf(
  model: Model,
  before: PodState,
  { state, done }: PodStep,
  event: PodEvent,
): readonly Fact[] {
  const facts: Fact[] = event.kind === "podDeleted" ? [{ what: "deleted" }] : [];
  for (const [index, after] of state.containers.entries()) {
    const was = before.containers[index];
    const container = model.pod.containers[index]?.name ?? "";
    const { run } = after;
    const starts = event.kind === "containerStarts" && event.container === index;
    if (starts) facts.push({ what: "started", container, run });
    if (after.ready && (starts || was?.ready === false)) {
      facts.push({ what: "ready", container, run });
    }
    for (const { container: who, effect } of done) {
      if (who !== index || effect.kind !== "log") continue;
      const said = SAID.find((name) => name === effect.event);
      if (said !== undefined) facts.push({ what: "said", container, event: said });
    }
    if (after.phase === "terminated" && (starts || was?.phase === "running")) {
      facts.push({ what: "ended", container, run, code: after.exitCode ?? 0 });
    }
  }
  const phase = model.kubelet.phase(state);
  if (phase !== model.kubelet.phase(before)) facts.push({ what: "phase", phase });
  return facts;
}

/**
 * Whether a fact can have been missed: updates are merged, so that a pod's or a container's state that
 * lasted for moments is in none of them, nor a run between two others.
 */
export function mayBeUnseen(
  model: Model,
  state: PodState,
  fact: Fact,
  seen: readonly SeenFact[],
  left: readonly SeenFact[],
): boolean {
  if (fact.what === "ready" || fact.what === "phase") return true;
  if (fact.what === "deleted") return false;
  if (fact.what === "said" && isLogCut(state, fact.container, left)) return true;
  if (isLogGone(model, state, fact, seen)) return true;
  const index = model.pod.containers.findIndex(({ name }) => name === fact.container);
  const run = state.containers[index]?.run;
  return !seen.some((one) =>
    one.what === "started" && one.container === fact.container && one.run === run
  ) && seen.some((one) =>
    one.what === "started" && one.container === fact.container && one.run > (run ?? Infinity)
  );
}

/** A pod that is deleted takes its logs with it: their ends may be lost, and nothing else of them. */
export function isLogCut(
  { deletion }: PodState,
  container: string,
  left: readonly SeenFact[],
): boolean {
  return deletion !== undefined &&
    !left.some((one) => one.what === "said" && one.container === container);
}

/** A kubelet keeps the log of the run before the present one, and of none before that. */
export function isLogGone(
  model: Model,
  state: PodState,
  fact: Fact,
  seen: readonly SeenFact[],
): boolean {
  if (fact.what !== "said") return false;
  const index = model.pod.containers.findIndex(({ name }) => name === fact.container);
  const run = state.containers[index]?.run ?? Infinity;
  return seen.some((one) =>
    one.what === "started" && one.container === fact.container && one.run >= run + 2
  );
}
