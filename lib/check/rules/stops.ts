import type { ContainerTemplate, Workload } from "../../manifest/workload.ts";
import { type Duration, formatDuration, milliseconds, seconds } from "../../spec/duration.ts";
import { isForwarded, parseSignal } from "../../spec/signal.ts";
import type { Spec } from "../../spec/spec.ts";
import { budgetFault } from "../../supervisor/stop.ts";
import { placeIn } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { podOf } from "../supervisors_view.ts";
import { allWrapped, containerOf, type Wrapped, wrappedOf } from "../wrapped.ts";

/** What the kubelet needs at the end of a grace period, and a stop at the least. */
const LAST_MOMENT = seconds(2);

/** grace-too-short: the first reason for each container. */
export const graceTooShort: Rule = (workload) =>
  allWrapped(workload.pod).flatMap((wrapped): readonly Finding[] => {
    const fault = ownFault(workload, wrapped) ?? orderFault(workload, wrapped);
    return fault === undefined ? [] : [{
      rule: "grace-too-short",
      severity: "warning",
      hint: "raise terminationGracePeriodSeconds",
      ...fault,
    }];
  });

type Fault = Pick<Finding, "message" | "path" | "inJson">;

function ownFault(workload: Workload, wrapped: Wrapped): Fault | undefined {
  const { container, spec } = wrapped;
  const grace = workload.pod.terminationGracePeriod;
  const { preStop = milliseconds(0) } = container;
  const key = spec.stopDelay > 0 ? "stopDelay" : "termTimeout";
  const fault = budgetFault(spec, podOf(workload));
  if (fault !== undefined) {
    return { message: `${container.name}: ${fault}`, ...placeIn(wrapped, key) };
  }
  if (preStop > 0 && preStop + spec.stopDelay + LAST_MOMENT > grace) {
    return {
      message: `${container.name}: the preStop hook takes ${formatDuration(preStop)}${
        spec.stopDelay > 0 ? ` and stopDelay ${formatDuration(spec.stopDelay)}` : ""
      } of the ${formatDuration(grace)} of the grace period`,
      path: [...container.path, "lifecycle", "preStop"],
    };
  }
  if (spec.stopLinger > 0 && spec.stopLinger >= grace - ownStop(spec, grace)) {
    return {
      message: `${container.name}: stopLinger is ${
        formatDuration(spec.stopLinger)
      }, and the grace period ${formatDuration(grace)}: on deletion it is cut short`,
      ...placeIn(wrapped, "stopLinger"),
    };
  }
  return undefined;
}

/** The own stop's part of the grace period, as lib/supervisor/deadline.ts has it. */
function ownStop(spec: Spec, grace: Duration): Duration {
  return milliseconds(Math.min(spec.termTimeout, Math.max(LAST_MOMENT, grace / 4)));
}

/** What it serves takes so long that the order is not kept. */
function orderFault({ pod }: Workload, wrapped: Wrapped): Fault | undefined {
  const { container, spec } = wrapped;
  const grace = pod.terminationGracePeriod;
  const held = milliseconds(Math.max(0, grace - ownStop(spec, grace)));
  for (const [index, { container: name }] of spec.stopDeps.entries()) {
    const served = containerOf(pod, name);
    const stopDelay = served === undefined ? undefined : wrappedOf(served)?.spec.stopDelay;
    if (served === undefined || stopDelay === undefined) continue;
    const taken = milliseconds(stopDelay + (served.preStop ?? 0));
    if (taken === 0 || taken < held) continue;
    return {
      message: `${name} takes ${
        formatDuration(taken)
      } before it stops, and ${container.name} is told to stop after ${
        formatDuration(held)
      } of the ${formatDuration(grace)} of the grace period: it may end first`,
      ...placeIn(wrapped, "stopDeps", index, "container"),
    };
  }
  return undefined;
}

/** stop-signal. */
export const stopSignals: Rule = ({ pod }) =>
  allWrapped(pod).flatMap((wrapped): readonly Finding[] => {
    const { container, spec } = wrapped;
    const { stopSignal, name } = container;
    if (stopSignal === undefined) return [];
    const signal = parseSignal(stopSignal);
    const path = [...container.path, "lifecycle", "stopSignal"];
    if (signal === undefined || !isForwarded(signal)) {
      return staysInFront(spec, container)
        ? [{
          rule: "stop-signal",
          severity: "warning",
          message: `${name} is stopped by ${stopSignal}, which koordinator does not pass on`,
          hint: "take one that is passed on: SIGTERM, SIGINT, SIGQUIT",
          path,
        }]
        : [];
    }
    const isSent = spec.stopDeps.length > 0 && spec.whenStopDepExited.kind === "default";
    if (!isSent || signal === spec.termSignal) return [];
    return [{
      rule: "stop-signal",
      severity: "warning",
      message:
        `the kubelet stops ${name} with ${stopSignal}, and koordinator with ${spec.termSignal} when a stop dependency has ended`,
      hint: `set "termSignal":"${signal}" in its spec`,
      path,
    }];
  });

/** Whether something is left to do for koordinator after the launch. */
function staysInFront(spec: Spec, { role }: ContainerTemplate): boolean {
  return role !== "init" &&
    (spec.stopDeps.length > 0 || spec.stopDelay > 0 || spec.afterExit.length > 0 ||
      spec.exitCodes.size > 0 || spec.signals.size > 0 || spec.restart.policy !== "never" ||
      spec.readiness !== undefined || spec.handOver === false);
}
