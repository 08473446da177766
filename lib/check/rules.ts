import type { Workload } from "../manifest/workload.ts";
import type { Finding, Rule, Surroundings } from "./finding.ts";
import { annotationKeys } from "./rules/annotations.ts";
import { unknownGracePeriod, unseenPreStop } from "./rules/blind_stops.ts";
import { commands, noSpec } from "./rules/command.ts";
import { noStopDependency } from "./rules/job_sidecars.ts";
import { nativeSidecarWouldDo } from "./rules/native_sidecar.ts";
import { selfDependencies, unknownContainers } from "./rules/names.ts";
import { cycles, waitsForLater } from "./rules/order.ts";
import { probesKillHeld } from "./rules/probes.ts";
import { nobodyWaits, noReadiness } from "./rules/readiness.ts";
import { restartAllContainers, restartsForEver } from "./rules/restarts.ts";
import { sources } from "./rules/sources.ts";
import { invalidSpec, unseenSpec } from "./rules/spec_texts.ts";
import { graceTooShort, stopSignals } from "./rules/stops.ts";
import { invalidVariables, misspeltVariables } from "./rules/variables.ts";
import { copies, executables, missingVolumes, tooSmallVolumes } from "./rules/volumes.ts";

/** What hinders most comes first. */
const ALL: readonly Rule[] = [
  invalidSpec,
  invalidVariables,
  misspeltVariables,
  annotationKeys,
  unseenSpec,
  commands,
  noSpec,
  missingVolumes,
  copies,
  executables,
  tooSmallVolumes,
  unknownContainers,
  selfDependencies,
  cycles,
  waitsForLater,
  restartsForEver,
  sources,
  noReadiness,
  probesKillHeld,
  nobodyWaits,
  noStopDependency,
  graceTooShort,
  unknownGracePeriod,
  unseenPreStop,
  stopSignals,
  restartAllContainers,
  nativeSidecarWouldDo,
];

/** Everything that the rules find in a workload. */
export function applyRules(workload: Workload, surroundings: Surroundings): readonly Finding[] {
  return ALL.flatMap((rule) => rule(workload, surroundings));
}
