import type { ContainerTemplate, Path, Workload } from "../manifest/workload.ts";
import { type Assumptions } from "../simulate/assumptions.ts";
import { type Coverage, explore, type Verdict } from "../simulate/explore.ts";
import { formatOrders } from "../simulate/orders.ts";
import type { PlayedPod } from "../simulate/played_pod.ts";
import { playedPod } from "../simulate/played_workload.ts";
import type { Timeline } from "../simulate/timeline.ts";
import type { VerdictKind } from "../simulate/verdict.ts";
import { type Finding, type RuleId, RULES, type Severity } from "./finding.ts";
import { pictureOfOrder } from "./picture.ts";
import { hastyProbes } from "./rules/probes.ts";
import { specTextOf } from "./wrapped.ts";

/** What an exploration has come to. */
export interface Explored {
  readonly findings: readonly Finding[];
  /** How far it went, a sentence without a full stop. */
  readonly extent: string;
  /** Whether these were all orders of events. */
  readonly complete: boolean;
  /** What was taken for granted of the commands, a sentence each. */
  readonly assumed: readonly string[];
  /** The stories of the findings as pictures. */
  readonly pictures: () => readonly Timeline[];
}

/** What is said of commands, and how far an exploration goes. */
export interface ExploreSettings {
  readonly assumptions: Assumptions;
  /** No more states than that are gone through one by one; undefined: what takes some seconds. */
  readonly limit: number | undefined;
}

/** What each verdict is called, and what is said of it. */
const RULE_OF: Readonly<
  Record<
    VerdictKind,
    {
      readonly rule: RuleId;
      /** Where it is not that of the rule. */
      readonly severity?: Severity;
      readonly message: (name: string) => string;
      /** The same in a few words, for below a picture. */
      readonly short: (name: string) => string;
      readonly hint?: string;
    }
  >
> = {
  hangs: {
    rule: "hang",
    short: () => "the pod never ends",
    message: () => "in some order of events the pod never ends",
    hint: "the last lines say who waits for what: that has to come, or nobody may wait for it",
  },
  heldForever: {
    rule: "hang",
    short: (name) => `${name} is held back for ever`,
    message: (name) => `in some order of events the command of ${name} is held back for ever`,
    hint: "the last lines say what it waits for; a startTimeout would end the wait",
  },
  startsTooEarly: {
    rule: "starts-early",
    short: (name) => `${name} is launched too early`,
    message: (name) => `in some order of events ${name} is launched before what it waits for`,
  },
  neverStarted: {
    rule: "never-started",
    short: (name) => `${name} is never launched`,
    message: (name) =>
      `in some order of events ${name} is never launched, and its container ends with 121`,
    hint: "whom it waits for may be stopped before: let that one serve it too (stopWhen: all)",
  },
  neverLaunched: {
    rule: "never-started",
    severity: "error",
    short: (name) => `${name} is never launched`,
    message: (name) => `in no order of events is the command of ${name} launched`,
    hint: "the last line says what it waited for: that comes in no order",
  },
  mustBeKilled: {
    rule: "killed",
    short: (name) => `${name} has to be killed`,
    message: (name) => `in some order of events ${name} has to be killed to end`,
    hint: "choose a whenStopDepExited that it hears, or give it more time (termTimeout)",
  },
  failsThoughDone: {
    rule: "wrong-job-result",
    short: (name) => `${name} fails the pod`,
    message: (name) => `in some order of events ${name} fails the pod, though all work was done`,
    hint: "map its exit code (exitCodes, terminatedByStopDepExitCode), or stop it before it fails",
  },
  succeedsUndone: {
    rule: "wrong-job-result",
    short: (name) => `it succeeds without ${name}`,
    message: (name) => `in some order of events the pod succeeds, and ${name} was never launched`,
  },
  probeKillsHeld: {
    rule: "probe-kills-held",
    short: (name) => `a probe stops ${name}, whose command is held back`,
    message: (name) =>
      `in some order of events a probe has the kubelet stop ${name} while its command is held back`,
  },
  deletionKills: {
    rule: "slow-deletion",
    short: (name) => `${name} is killed after the grace period`,
    message: (name) => `when the pod is deleted, ${name} may be killed after the grace period`,
    hint: "let it hear the signal that it gets, or raise terminationGracePeriodSeconds",
  },
};

/** Whether a rule has found something at a place of the workload, and no comment ignores that. */
export type IsFound = (rule: RuleId, path: Path) => boolean;

/**
 * Goes through the orders of events of a pod and says what may go wrong in them.
 *
 * @returns undefined if koordinator supervises nothing in it, or by a spec that nobody can see
 */
export function exploreWorkload(
  workload: Workload,
  { assumptions, limit }: ExploreSettings,
  isFound: IsFound = () => true,
): Explored | undefined {
  const { containers } = workload.pod;
  const texts = containers.flatMap((container) => specTextOf(container) ?? []);
  if (texts.length === 0 || texts.some(({ kind }) => kind === "unseen")) return undefined;
  const hasty = new Map(
    hastyProbes(workload).flatMap(({ wrapped: { container }, path }) =>
      isFound("probe-kills-held", path) ? [[container.name, path] as const] : []
    ),
  );
  const pod = withPatientProbes(playedPod(workload, assumptions), hasty);
  const { verdicts, life, deletion, assumed } = explore(pod, limit === undefined ? {} : { limit });
  const complete = life.complete && deletion.complete;
  const orders = complete
    ? `all orders of events were gone through, ${formatOrders(deletion.orders)} in ${
      number(deletion.states)
    } states${outagesOf(life, deletion)}`
    : life.complete
    ? `all orders of events were gone through, ${formatOrders(life.orders)} in ${
      number(life.states)
    } states${outagesOf(life)}; with a deletion there are too many for all: ${tried(deletion)}`
    : `there are too many orders of events for all: ${tried(life, deletion)}`;
  const findings = verdicts.map((verdict) => findingOf(verdict, containers, hasty));
  return {
    findings,
    extent: findings.length > 0
      ? orders
      : complete
      ? `${orders}: nothing goes wrong in any`
      : life.complete
      ? `${orders}: nothing goes wrong in these`
      : `${orders}: nothing goes wrong in these, and whether each goes on to an end is not known`,
    complete,
    assumed: assumed.filter((_, index) => containers[index]?.role !== "init"),
    pictures: () =>
      verdicts.map((verdict) => pictureOfOrder(workload, pod, verdict.events, shortOf(verdict))),
  };
}

/**
 * Among all orders of events there is one in which a probe has lost its patience with a command that is
 * held back. Whether it would is a question of time, which the rule probe-kills-held answers.
 *
 * @param hasty by name: the containers whose probes may lose it
 */
function withPatientProbes(pod: PlayedPod, hasty: ReadonlyMap<string, Path>): PlayedPod {
  return {
    ...pod,
    containers: pod.containers.map((container) => ({
      ...container,
      probes: { ...container.probes, outlastHold: !hasty.has(container.name) },
    })),
  };
}

function findingOf(
  { kind, container: name, story }: Verdict,
  containers: readonly ContainerTemplate[],
  hasty: ReadonlyMap<string, Path>,
): Finding {
  const { rule, severity = RULES[rule].severity, message, hint } = RULE_OF[kind];
  // Of a pod that never ends, the last lines say who waits.
  const container = containers.find((each) => each.name === name) ??
    story.toReversed().flatMap((line) =>
      containers.filter((each) => line.startsWith(`${each.name} `))
    )[0];
  return {
    rule,
    severity,
    message: message(name ?? "a container"),
    ...hint === undefined ? {} : { hint },
    path: container === undefined
      ? ["spec"]
      : kind === "probeKillsHeld"
      ? hasty.get(container.name) ?? placeOf(container)
      : placeOf(container),
    story,
  };
}

/** How much was gone through where it was not all. */
function tried(...coverages: readonly Coverage[]): string {
  const sum = (of: (coverage: Coverage) => number) =>
    number(coverages.reduce((total, coverage) => total + of(coverage), 0));
  return `${sum(({ states }) => states)} states, and ${sum(({ walks }) => walks)} orders at random`;
}

/** Whether the API server was away in some of the orders. */
function outagesOf(...coverages: readonly Coverage[]): string {
  if (coverages.every(({ outages }) => outages === undefined)) return "";
  return coverages.every(({ outages }) => outages === true)
    ? ", outages of the API server among them"
    : ", but for outages of the API server";
}

function shortOf({ kind, container = "a container" }: Verdict): string {
  return RULE_OF[kind].short(container);
}

/** Where it is decided how the container behaves: its spec, or itself. */
function placeOf(container: ContainerTemplate): Path {
  const text = specTextOf(container);
  return text === undefined || text.kind === "absent"
    ? [...container.path, "name"]
    : text.source.path;
}

function number(count: number): string {
  return count.toLocaleString("en-GB");
}
