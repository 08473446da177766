import {
  type Command,
  HELD,
  LAUNCHED,
  type Phase,
  type Relations,
  type Report,
} from "../../lib/supervisor/report.ts";

/** The report of a sibling that depends on nobody, unless told; a running one is ready. */
export function report(phase: Phase, told: Partial<Command & Relations> = {}): Report {
  return {
    ...(phase.phase === "waiting" ? HELD : LAUNCHED),
    ready: phase.phase === "running",
    startDeps: [],
    stopDeps: [],
    ...told,
    ...phase,
  };
}
