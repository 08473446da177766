import { Errno, errnoOf } from "../linux/libc.ts";
import { type SignalName, SIGNALS } from "../spec/signal.ts";
import type { Child } from "./command.ts";
import { inheritedSignals } from "./inherited.ts";
import { startHeldCommand } from "./held.ts";
import { hasChildren, isThere, kill, ownGroup } from "../linux/process_calls.ts";
import { adoptOrphans, adoptsOrphans, reap, startReaping, waitFor } from "./reap.ts";
import { executionError } from "./not_executable.ts";
import { findExecutable } from "./search.ts";
import { foundByLoader, IGNORING_SIGCHLD } from "./loader.ts";
import { ignoreSignal, setSignalAction, signalAction } from "../linux/signal_calls.ts";
import { bit, type SignalSet, signalsIn } from "../linux/signal_set.ts";
import { spawn, type Spawned } from "../linux/spawn.ts";
import { isForeground, passTerminal } from "./terminal.ts";

/** What Deno itself ignores, and what posix_spawn ignores if it is not asked for the default. */
const OWN_IGNORED = bit(SIGNALS.SIGPIPE);
const INTERNAL = bit(32) | bit(33);

/** How often a process is asked for, and how long between two tries, in milliseconds. */
const TRIES = 20;
const BETWEEN_TRIES_MS = 50;

interface LaunchOptions {
  readonly silent?: boolean;
  readonly isCommand?: boolean;
}

/**
 * Launches a program by posix_spawn(3), or koordinator's command as the process that the loader has made
 * for it (held.ts): inherited stdio, environment, working directory, a process
 * group of its own, and the signal mask and ignored signals that koordinator was started with (SIGPIPE
 * as it is for every program but Deno). On a terminal its group becomes the foreground group.
 *
 * @param options.silent with /dev/null in place of the stdio, and no terminal
 * @param options.isCommand it is the command that koordinator was started with
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function launch(
  argv: readonly string[],
  { silent = false, isCommand = false }: LaunchOptions = {},
): Child {
  const file = findExecutable(argv[0] ?? "");
  const { blocked, ignored } = inheritedSignals();
  const group = ownGroup();
  const foreground = !silent && isForeground(group);
  const defaults = OWN_IGNORED & ~ignored | INTERNAL;
  adoptOrphans();
  if ((ignored & bit(SIGNALS.SIGCHLD)) !== 0n) startReaping();
  const { program, words } = startOf(file, argv, ignored);
  const { pid, error, passed } = patiently(() =>
    (isCommand ? startHeldCommand(file, foreground, startReaping) : undefined) ??
      whileIgnoring(
        signalsIn(ignored),
        () => spawn(program, words, { mask: blocked, defaults, foreground, silent }),
      )
  );
  startReaping();
  if (error !== 0) throw executionError(file, error);
  let stopped = () => {};
  const ended = waitFor(pid, () => stopped());
  // It may have ended, or been stopped, before anybody listened to SIGCHLD.
  queueMicrotask(reap);
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
      if (whom === "group") {
        if (running || mayBeLeft(hasChildren())) deliver(-pid, signal);
      } else if (running) deliver(pid, signal);
    },
    left: () => {
      const asChildren = hasChildren();
      return { inGroup: mayBeLeft(asChildren) && isThere(-pid), asChildren };
    },
  };
}

/**
 * Tries again for a second where the limit of processes is reached: others end. Nothing else is done
 * meanwhile; signals wait.
 */
function patiently(start: () => Spawned): Spawned {
  const clock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let attempt = 1;; attempt++) {
    const spawned = start();
    if (spawned.error !== Errno.EAGAIN || attempt === TRIES) return spawned;
    Atomics.wait(clock, 0, 0, BETWEEN_TRIES_MS);
  }
}

/**
 * Whether a command can have left processes behind. To ask for its group would tell, but that nobody is
 * there is an error, whose reason takes half a millisecond to learn.
 *
 * @param asChildren whether this process has children
 */
function mayBeLeft(asChildren: boolean): boolean {
  return asChildren || !adoptsOrphans();
}

/** A command that has become another user's can be out of reach, as that of sudo is. */
function deliver(pid: number, signal: SignalName): void {
  if (kill(pid, SIGNALS[signal]) || errnoOf(() => kill(pid, SIGNALS[signal])) !== Errno.EPERM) {
    return;
  }
  throw new Error(
    `${signal} cannot be delivered: the command runs as another user, whom this one may not signal; ` +
      "run koordinator as that user, or give the container the capability KILL",
  );
}

/**
 * What is spawned: the file itself, or the executable's loader, which ignores SIGCHLD and becomes the
 * file (tools/seal/hand_over.c). Run from the sources there is no loader, and SIGCHLD is not ignored.
 */
function startOf(file: string, argv: readonly string[], ignored: SignalSet) {
  if ((ignored & bit(SIGNALS.SIGCHLD)) === 0n || foundByLoader() === undefined) {
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
