import { type Container, findContainer } from "../pod/container.ts";
import { endOf, formerEndOf } from "../pod/ends.ts";
import type { Terminated } from "../pod/pod.ts";
import type { Observations } from "./observations.ts";
import type { Report } from "./report.ts";

/** The end of a run. */
export interface End {
  /** undefined if nobody told it. */
  readonly exitCode: number | undefined;
  /** Whether the command had been launched. */
  readonly launched: boolean;
}

/** What both sources say of one container: the API server and its own supervisor. */
export interface Sibling {
  readonly name: string;
  /** undefined where nothing is known from the API server. */
  readonly container: Container | undefined;
  /** Its supervisor's last word. */
  readonly report: Report | undefined;
  /** The ends of its present run, by either source. None while it runs. */
  readonly ends: readonly End[];
  /** The ends of the run before it. */
  readonly formerEnds: readonly End[];
}

/** Reasons for which a container ended without its process ever having run (kubelet, CRI). */
const NEVER_RAN = new Set(["ContainerCannotRun", "StartError"]);

/** The kubelet gives times in whole seconds, rounded down. */
const WHOLE_SECOND = 1_000;

/** Puts together what is known of a container. */
export function siblingOf({ pod, heard, reports }: Observations, name: string): Sibling {
  const container = pod === undefined ? undefined : findContainer(pod, name);
  const told = heard.get(name);
  const [end, formerEnd] = pod === undefined || container === undefined
    ? []
    : [endOf(pod, container), formerEndOf(pod, container)];
  // Whoever has reported since and lives runs anew, and the API server has not noticed. Of one that has
  // ended the times may tell nothing: the node's clock may have been set back before its end.
  const isFormer = end !== undefined && typeof end.finishedAt === "string" &&
    told?.end === undefined &&
    told?.at !== undefined && told.at >= Date.parse(end.finishedAt) + WHOLE_SECOND;
  const seen = end === undefined ? [] : [byKubelet(end)];
  const ends = [
    ...(isFormer ? [] : seen),
    // An exit code that nobody told is the one that the kubelet knows.
    ...(told?.end === undefined || told.end.exitCode === undefined && seen.length > 0
      ? []
      : [told.end]),
  ];
  const formerEnds = [
    ...(isFormer ? seen : []),
    ...(formerEnd === undefined ? [] : [byKubelet(formerEnd)]),
    ...(told?.formerEnd === undefined ? [] : [told.formerEnd]),
  ];
  return { name, container, report: reports.get(name), ends, formerEnds };
}

function byKubelet({ exitCode, reason }: Terminated): End {
  return { exitCode, launched: !NEVER_RAN.has(reason ?? "") };
}
