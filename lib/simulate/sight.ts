import type { Look } from "./knowledge.ts";
import type { ContainerState, PodState, Restart, Sight, Told } from "./pod_state.ts";

/** What the API server says of a container, as far as somebody looks, in a word to be compared. */
export function statusWord(container: ContainerState, look: Look): string {
  const { run, phase, exitCode, formerExitCode, started, ready, hidden, stale } = container;
  const now = exitCode !== undefined && !hidden
    ? `${phase === "waiting" ? "o" : "t"}${exitCode}`
    : look.ready
    ? (started ? "s" : "") + (ready ? "r" : "")
    : look.started && started
    ? "s"
    : "";
  const former = look.history ? `,${stale ? "o" : ""}${formerExitCode}` : "";
  return look.history || look.runs ? `${now};${run}${former}` : now;
}

/** The same for what the state directory says. */
export function reportWord(told: Told, look: Look): string {
  const { report, alive, run } = told;
  const { phase, launched, ready, handedOver } = report;
  const history = look.history || look.runs ? `;${run}` : "";
  if (!alive) {
    return `e${report.phase === "ended" ? report.exitCode : ""}${launched ? "l" : ""}${history}`;
  }
  const now = look.ready || look.started
    ? phase[0] + (launched ? "l" : "") + (ready ? "r" : "")
    : phase === "stopping"
    ? "s"
    : look.waits && phase === "waiting"
    ? "w"
    : "a";
  return now + (handedOver ? "h" : "") + history;
}

/** What the API server shows now. */
export function sightOf(state: PodState): Sight {
  return { containers: state.containers, pod: podWord(state) };
}

/** What the API server says of the pod itself. */
export function podWord({ deletion, restart }: PodState): string {
  const deleted = deletion?.why === "deleted" ? `${deletion.at}` : "";
  return deleted + restartWord(restart);
}

/** The last restart of all containers, in a word to be compared. */
export function restartWord(restart: Restart | undefined): string {
  return restart === undefined ? "" : `${restart.ending ? "e" : "a"}${restart.endedAt}`;
}

/** Whether the pod has nothing new for who has last seen `before`. */
export function isSameSight(
  before: Sight | undefined,
  now: PodState,
  looks: readonly Look[],
): boolean {
  if (before === undefined) return false;
  if (before.pod !== podWord(now)) return false;
  for (const look of looks) {
    if (!look.status) continue;
    const [seen, container] = [before.containers[look.at], now.containers[look.at]];
    if (seen === container || seen === undefined || container === undefined) continue;
    if (statusWord(seen, look) !== statusWord(container, look)) return false;
  }
  return true;
}

/** Whether a sibling's file has nothing new for who has last seen `before` there. */
export function isSameTold(before: Told | undefined, now: Told | undefined, look: Look): boolean {
  if (before === now || now === undefined) return true;
  return before !== undefined && reportWord(before, look) === reportWord(now, look);
}
