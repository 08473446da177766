import { findContainer } from "../pod/container.ts";
import { parseSignal, REAL_TIME, type SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import type { Observations } from "./observations.ts";

/** Signals that are sent to a program to end it, and for little else. */
const QUITTING: ReadonlySet<SignalName> = new Set(["SIGINT", "SIGQUIT", "SIGPWR"]);

/**
 * Signals that end some programs in good order, and are the STOPSIGNAL of their images (httpd, haproxy, systemd),
 * while others are controlled by them in the middle of their lives.
 */
const CONTROLLING: ReadonlySet<SignalName> = new Set([
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  ...REAL_TIME,
]);

/**
 * What a signal from outside means. `terminate`: the end, for sure. `quit`: in all likelihood.
 * `control`: the end if the pod is being terminated, and else whatever the command makes of it.
 */
export type Meaning = "terminate" | "quit" | "control" | "none";

/** What a signal from outside means, by itself and by what the pod says of this container. */
export function meaningOf(spec: Spec, known: Observations, signal: SignalName): Meaning {
  if (signal === "SIGTERM" || signal === spec.termSignal || signal === stopSignalOf(known)) {
    return "terminate";
  }
  if (QUITTING.has(signal)) return "quit";
  return CONTROLLING.has(signal) ? "control" : "none";
}

/** What the kubelet stops this container with, where the pod says it (KEP-4960). */
function stopSignalOf({ pod, self }: Observations): SignalName | undefined {
  const own = pod === undefined || self === undefined ? undefined : findContainer(pod, self);
  const told = own?.status?.stopSignal ?? own?.spec.lifecycle?.stopSignal;
  return told === undefined ? undefined : parseSignal(told);
}
