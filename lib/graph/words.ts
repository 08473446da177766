import type { ContainerTemplate, Role, Supervision } from "../manifest/workload.ts";
import { formatDuration } from "../spec/duration.ts";
import type { HttpCall, Spec, StopAction } from "../spec/spec.ts";
import { visible } from "../spec/visible.ts";
import { kindOf, openOf, whereOf } from "./gate_words.ts";
import { type Arrow, type Node, type PodGraph, specOf } from "./graph.ts";

/** What a picture says of a node, a line each. */
export interface NodeWords {
  readonly name: string;
  /** What it is. */
  readonly what: string;
  /** What its spec says beside the arrows. */
  readonly notes: readonly string[];
  /** What is wrong with it. */
  readonly faults: readonly string[];
}

const ROLES: Readonly<Record<Role, string>> = {
  init: "init container",
  nativeSidecar: "native sidecar",
  main: "container",
};

/** What a picture says of a node. */
export function wordsOf(node: Node): NodeWords {
  switch (node.kind) {
    case "container":
      return wordsOfContainer(node.container);
    case "gate":
      return { name: whereOf(node.check), what: kindOf(node.check), notes: [], faults: [] };
    case "missing":
      return node.optional
        ? { name: visible(node.name), what: "not in this pod", notes: [], faults: [] }
        : { name: visible(node.name), what: "container", notes: [], faults: ["not in this pod"] };
  }
}

/** Whether koordinator stands, or is to stand, in front of a container's command and acts. */
export function isSupervised({ supervision: { kind } }: ContainerTemplate): boolean {
  return kind === "inFront" || kind === "annotated";
}

function wordsOfContainer(container: ContainerTemplate): NodeWords {
  const { name, role, supervision } = container;
  const spec = specOf(container);
  const standing = standingOf(supervision);
  return {
    name: visible(name),
    what: standing === undefined ? ROLES[role] : `${ROLES[role]}, ${standing}`,
    notes: [
      ...(spec === undefined ? [] : notesOf(spec)),
      ...(role === "nativeSidecar" ? ["the kubelet stops it after the containers"] : []),
    ],
    faults: faultsOf(supervision),
  };
}

function standingOf({ kind }: Supervision): string | undefined {
  switch (kind) {
    case "inFront":
      return undefined;
    case "annotated":
      return "koordinator to be injected";
    case "disabled":
      return "koordinator switched off";
    case "none":
    case "notInFront":
      return "not under koordinator";
  }
}

function faultsOf(supervision: Supervision): readonly string[] {
  switch (supervision.kind) {
    case "none":
    case "disabled":
      return [];
    case "notInFront":
      return ["it has a spec that nobody acts by"];
    case "inFront":
    case "annotated": {
      const { spec } = supervision;
      if (spec.kind === "invalid") return ["its spec is not valid"];
      return spec.kind === "unseen" ? [`its spec is from a ${visible(spec.from)}, not seen`] : [];
    }
  }
}

function notesOf(spec: Spec): readonly string[] {
  const { startTimeout, onStartTimeout, stopDelay, restart, whenStopDepExited, afterExit } = spec;
  const notes: string[] = [];
  if (startTimeout !== undefined && spec.startDeps.length > 0) {
    const then = onStartTimeout === "fail" ? "then fails" : "then starts all the same";
    notes.push(`waits ${formatDuration(startTimeout)} at most, ${then}`);
  }
  if (restart.policy !== "never") {
    notes.push(`launched again ${restart.policy === "always" ? "after each end" : "on failure"}`);
  }
  const asked = spec.stopDeps.length === 0 ? undefined : askedBy(whenStopDepExited);
  if (asked !== undefined) notes.push(`asked to stop by ${asked}`);
  if (stopDelay > 0) notes.push(`is told to terminate ${formatDuration(stopDelay)} late`);
  for (const { call, on } of afterExit) {
    const when = on === undefined || on === "always" ? "its end" : `its ${on}`;
    notes.push(`after ${when}: ${callWords(call)}`);
  }
  return notes;
}

/** What the command of an exec action is may be a secret. */
function askedBy(action: StopAction): string | undefined {
  switch (action.kind) {
    case "default":
      return undefined;
    case "signal":
      return action.signal;
    case "http":
      return callWords(action.call);
    case "exec":
      return "a command";
  }
}

function callWords({ method, port, path }: HttpCall): string {
  return visible(`${method} :${port}${path}`);
}

/** The condition on an arrow, in the words of the spec: `ready`, `final (all)`, `5s later`. */
export function labelOf(arrow: Arrow, from: Node | undefined): readonly string[] {
  switch (arrow.kind) {
    case "order":
      return [arrow.until];
    case "start":
      if (arrow.until !== "open") {
        return [arrow.until, ...(arrow.optional ? ["if it is there"] : [])];
      }
      return [from?.kind === "gate" ? openOf(from.check) : arrow.until];
    case "stop": {
      const needed = arrow.needed === "only" ? "" : ` (${arrow.needed})`;
      return [
        `${arrow.when}${needed}`,
        ...(arrow.linger > 0 ? [`${formatDuration(arrow.linger)} later`] : []),
        ...(arrow.exitCode === undefined ? [] : [codeWords(arrow.exitCode)]),
      ];
    }
  }
}

function codeWords(exitCode: number): string {
  return exitCode < 0 ? "exits with its own code" : `exits with ${exitCode}`;
}

const UNTIL = {
  started: "has started",
  ready: "is ready",
  succeeded: "has succeeded",
  terminated: "has ended",
} as const;

const WHEN = {
  final: "has ended for good",
  terminated: "has ended",
  succeeded: "has succeeded",
  failed: "has failed",
} as const;

/** An arrow as the rest of a sentence about the node that it leads to: `starts once proxy is ready`. */
export function clauseOf(arrow: Arrow, graph: PodGraph): string {
  const from = graph.nodes.find(({ id }) => id === arrow.from);
  const name = from === undefined ? "" : fullName(from);
  switch (arrow.kind) {
    case "order":
      return `starts once ${name} ${UNTIL[arrow.until]}`;
    case "start": {
      if (arrow.until === "open") {
        return `starts once ${name} ${from?.kind === "gate" ? openOf(from.check) : "opens"}`;
      }
      return `starts once ${name} ${UNTIL[arrow.until]}${arrow.optional ? ", if it is there" : ""}`;
    }
    case "stop": {
      const linger = arrow.linger > 0 ? `${formatDuration(arrow.linger)} after ` : "once ";
      const code = arrow.exitCode === undefined ? "" : `, and ${codeWords(arrow.exitCode)}`;
      const needed = arrow.needed === "all" ? ", if the others hold too" : "";
      return `stops ${linger}${name} ${WHEN[arrow.when]}${needed}${code}`;
    }
  }
}

function fullName(node: Node): string {
  const { name, what } = wordsOf(node);
  if (node.kind === "gate") return `${what} ${name}`;
  return node.kind === "missing" ? `${name} (not in this pod)` : name;
}
