import { FORWARDED, type SignalName, SIGNALS } from "../spec/signal.ts";
import { inheritedSignals } from "./inherited.ts";
import { kill } from "../linux/process_calls.ts";
import { startReaping } from "./reap.ts";
import { foundByLoader, keepErrnoInHandlers } from "./loader.ts";
import { blockSignals, ignoreSignal, resetSignal, unblockSignals } from "../linux/signal_calls.ts";
import { bit, setOf, signalsIn } from "../linux/signal_set.ts";
import {
  forgetRealTimeSignals,
  keepRealTimeSignals,
  REAL_TIME_SET,
  takeRealTimeSignals,
} from "./real_time.ts";

/** Signals from the first instruction on. */
export interface CaughtSignals {
  /** Delivers the signals that came already, then each as it comes, to `onSignal` alone. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
  /**
   * Listens, if the loader's block has kept the signals until now. They, and with them the ends of
   * children, are told from the next turn of the event loop on.
   */
  readonly listen: () => void;
  /** Delivers what nobody has told of yet: any event is an occasion to look. */
  readonly look: () => void;
  /** Listens, and resolves when what had come before has been delivered. */
  readonly settle: () => Promise<void>;
  /**
   * Blocks the signals, and resolves when what had come before has been delivered: what comes now
   * stays with the kernel, until `release` or for the program that this process becomes.
   */
  readonly hold: () => Promise<void>;
  /** Ends what `hold` began, and listens. */
  readonly release: () => void;
  /**
   * Gives signals the effect that they had at koordinator's own start, for the program that it
   * becomes: Deno's handlers would swallow what comes in the last moment, when nobody listens any more.
   */
  readonly forget: () => void;
}

/** How soon a signal to ourselves is sent again, in milliseconds, and how often. */
const SEND_AGAIN_AFTER = 100;
const MOST_SENT = 10;

/** Blocked in the first thread while it listens: see catchSignals. */
const DEAF = setOf(["SIGTTOU"]);
const HEARD = setOf(FORWARDED) & ~DEAF;

/**
 * Keeps every forwarded signal until somebody subscribes. The listeners take up to a millisecond on the
 * way to the command, so in the executable the signals wait in the loader's block until `listen`; from
 * the sources nothing is blocked, and the listeners stand at once. A signal that was blocked, by the
 * loader or at the start, is then unblocked, here and not for the command.
 */
export function catchSignals(): CaughtSignals {
  const early: SignalName[] = [];
  let deliver = (signal: SignalName): void => void early.push(signal);
  const compiled = foundByLoader() !== undefined;
  const held = compiled ? HEARD | REAL_TIME_SET : HEARD;
  let listening = false;
  let holding = false;
  let looking = false;
  const look = () => {
    // What is delivered is an event, at which is looked again: the next signal is not to overtake it.
    if (!listening || holding || looking || !compiled) return;
    looking = true;
    try {
      for (const signal of takeRealTimeSignals()) deliver(signal);
    } finally {
      looking = false;
    }
  };
  // In a turn of the event loop of its own: of SIGCHLD after SIGCHLD Deno tells without leaving the first.
  let isDue = false;
  const lookSoon = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      look();
    }, 0);
  };
  const listen = () => {
    if (listening) return;
    listening = true;
    for (const signal of FORWARDED) Deno.addSignalListener(signal, () => deliver(signal));
    // Also while waiting: what was started in this container by exec may leave orphans to PID 1.
    startReaping();
    keepRealTimeSignals();
    Deno.addSignalListener("SIGCHLD", lookSoon);
    keepErrnoInHandlers();
    unblockSignals(held);
    // While SIGTTOU is listened to, writing to a terminal from the background would neither stop nor
    // succeed but start anew for ever. Deno's thread for signals, which the first listener starts with
    // the mask of this one, still receives one that is sent.
    blockSignals(DEAF);
  };
  // What koordinator was started with is read before the first listener changes it.
  inheritedSignals();
  // SIGTTIN is not the loader's, and is kept as well from here on: a command that is launched before
  // somebody listens is not to run on while koordinator alone was stopped.
  if (compiled) blockSignals(held);
  else listen();
  return {
    subscribe: (onSignal) => {
      deliver = onSignal;
      for (const signal of early.splice(0)) onSignal(signal);
    },
    listen,
    look,
    settle: async () => {
      listen();
      await sentinel();
      look();
    },
    hold: async () => {
      // What nobody listens to is held by the loader.
      if (!listening) return;
      holding = true;
      blockSignals(held);
      await sentinel();
    },
    release: () => {
      holding = false;
      if (listening) unblockSignals(held);
      else listen();
    },
    forget: () => {
      // Until then they have that effect.
      if (listening) forgetHandlers();
    },
  };
}

function forgetHandlers(): void {
  forgetRealTimeSignals();
  const { ignored } = inheritedSignals();
  for (const signal of signalsIn(setOf(FORWARDED) | ignored)) {
    if ((ignored & bit(signal)) === 0n) resetSignal(signal);
    else ignoreSignal(signal);
  }
}

/**
 * Resolves when Deno has told of every signal that it has caught: of one that is sent now, and with it
 * of all before it, since all of them wait in one pipe and are told in the same turn.
 */
async function sentinel(): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGCHLD", arrived.resolve);
  // SIGCHLD means that a child may have ended: nobody minds one more.
  const send = () => kill(Deno.pid, SIGNALS.SIGCHLD);
  send();
  // One that is lost on its way through the runtime is sent again, for some turns of the event loop.
  let sent = 0;
  const again = setInterval(() => {
    if (++sent < MOST_SENT) send();
    else arrived.resolve();
  }, SEND_AGAIN_AFTER);
  await arrived.promise;
  clearInterval(again);
  Deno.removeSignalListener("SIGCHLD", arrived.resolve);
  await new Promise((resolve) => setTimeout(resolve, 0));
}
