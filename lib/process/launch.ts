import { SIGNALS } from "../spec/signal.ts";
import type { Child } from "./command.ts";
import { inheritedSignals } from "./inherited.ts";
import { kill, ownGroup } from "./process_calls.ts";
import { startReaping, waitFor } from "./reap.ts";
import { executionError } from "./replace.ts";
import { findExecutable } from "./search.ts";
import { beforeSeal, IGNORING_SIGCHLD } from "./sealed.ts";
import { ignoreSignal, setSignalAction, signalAction } from "./signal_calls.ts";
import { bit, type SignalSet, signalsIn } from "./signal_set.ts";
import { spawn } from "./spawn.ts";
import { isForeground, passTerminal } from "./terminal.ts";

/** What Deno itself ignores, and what posix_spawn ignores if it is not asked for the default. */
const OWN_IGNORED = bit(SIGNALS.SIGPIPE);
const INTERNAL = bit(32) | bit(33);

/**
 * Launches a command by posix_spawn(3): inherited stdio, environment, working directory, a process
 * group of its own, and the signal mask and ignored signals that koordinator was started with (SIGPIPE
 * as it is for every program but Deno). On a terminal its group becomes the foreground group.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function launch(argv: readonly string[]): Child {
  const file = findExecutable(argv[0] ?? "", Deno.env.get("PATH"));
  const { blocked, ignored } = inheritedSignals();
  const group = ownGroup();
  const foreground = isForeground(group);
  const defaults = OWN_IGNORED & ~ignored | INTERNAL;
  startReaping();
  const { program, words } = startOf(file, argv, ignored);
  const { pid, error, passed } = whileIgnoring(
    signalsIn(ignored),
    () => spawn(program, words, { mask: blocked, defaults, foreground }),
  );
  if (error !== 0) throw executionError(file, error);
  let stopped = () => {};
  const ended = waitFor(pid, () => stopped());
  let running = true;
  void ended.then(() => {
    running = false;
    // For a command that is launched again.
    if (foreground) passTerminal(pid, group);
  });
  // posix_spawn does it before the command's first instruction, but for a glibc before 2.35. The
  // command may have been stopped by SIGTTIN there already.
  if (foreground && !passed) {
    passTerminal(group, pid);
    kill(-pid, SIGNALS.SIGCONT);
  }
  return {
    pid,
    ended,
    onStop: (listener) => stopped = listener,
    kill: (signal, whom) => {
      // What the command left behind in its group can still be signalled; its own pid is free again.
      if (whom === "group") kill(-pid, SIGNALS[signal]);
      else if (running) kill(pid, SIGNALS[signal]);
    },
  };
}

/**
 * What is spawned: the file itself, or the executable's loader, which ignores SIGCHLD and becomes the
 * file (tools/seal/become.c). Run from the sources there is no loader, and SIGCHLD is not ignored.
 */
function startOf(file: string, argv: readonly string[], ignored: SignalSet) {
  if ((ignored & bit(SIGNALS.SIGCHLD)) === 0n || beforeSeal() === undefined) {
    return { program: file, words: argv };
  }
  return { program: "/proc/self/exe", words: [IGNORING_SIGCHLD, file, ...argv] };
}

/**
 * Acts with `signals` ignored, as they were before Deno listened to them: posix_spawn can reset a
 * disposition, but cannot ignore. Not SIGCHLD, since the end of another child would be lost.
 */
function whileIgnoring<T>(signals: readonly number[], act: () => T): T {
  const restorers = signals.filter((signal) => signal !== SIGNALS.SIGCHLD).map((signal) => {
    const old = signalAction(signal);
    ignoreSignal(signal);
    return () => setSignalAction(signal, old);
  });
  try {
    return act();
  } finally {
    for (const restore of restorers) restore();
  }
}
