import { SIGNALS } from "../spec/signal.ts";
import type { Child } from "./command.ts";
import { inheritedSignals } from "./inherited.ts";
import { cString, cStrings, environment, libc, SignalAction, sigset } from "./libc.ts";
import { startReaping, waitFor } from "./reap.ts";
import { executionError } from "./replace.ts";
import { findExecutable } from "./search.ts";
import { bit, signalsIn } from "./signal_set.ts";
import { isForeground, passTerminal } from "./terminal.ts";

/** spawn.h: of posix_spawnattr_setflags(3). */
const SETPGROUP = 0x02;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;

/** Larger than posix_spawnattr_t (336 bytes), file_actions_t (80) and struct sigaction (152) of glibc. */
const STRUCT_SIZE = 512;

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
  const c = libc();
  const file = findExecutable(argv[0] ?? "", Deno.env.get("PATH"));
  const { blocked, ignored } = inheritedSignals();
  const attributes = new Uint8Array(STRUCT_SIZE);
  c.posix_spawnattr_init(attributes);
  c.posix_spawnattr_setflags(attributes, SETPGROUP | SETSIGDEF | SETSIGMASK);
  c.posix_spawnattr_setpgroup(attributes, 0);
  c.posix_spawnattr_setsigdefault(attributes, sigset(OWN_IGNORED & ~ignored | INTERNAL));
  c.posix_spawnattr_setsigmask(attributes, sigset(blocked));
  const group = c.getpgrp();
  const foreground = isForeground(group);
  const actions = new Uint8Array(STRUCT_SIZE);
  c.posix_spawn_file_actions_init(actions);
  if (foreground) c.posix_spawn_file_actions_addtcsetpgrp_np?.(actions, 0);
  const spawned = new Int32Array(1);
  startReaping();
  const error = whileIgnoring(
    signalsIn(ignored),
    () => c.posix_spawn(spawned, cString(file), actions, attributes, cStrings(argv), environment()),
  );
  c.posix_spawn_file_actions_destroy(actions);
  const [pid = 0] = spawned;
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
  if (foreground && c.posix_spawn_file_actions_addtcsetpgrp_np === null) {
    passTerminal(group, pid);
    c.kill(-pid, SIGNALS.SIGCONT);
  }
  return {
    pid,
    ended,
    onStop: (listener) => stopped = listener,
    kill: (signal, whom) => {
      // What the command left behind in its group can still be signalled; its own pid is free again.
      if (whom === "group") c.kill(-pid, SIGNALS[signal]);
      else if (running) c.kill(pid, SIGNALS[signal]);
    },
  };
}

/**
 * Calls `spawn` with `signals` ignored, as they were before Deno listened to them: posix_spawn can
 * reset a disposition, but cannot ignore. Not SIGCHLD, since the end of another child would be lost.
 */
function whileIgnoring(signals: readonly number[], spawn: () => number): number {
  const c = libc();
  const restorers = signals.filter((signal) => signal !== SIGNALS.SIGCHLD).map((signal) => {
    const old = new Uint8Array(STRUCT_SIZE);
    c.sigaction(signal, null, old);
    c.signal(signal, SignalAction.SIG_IGN);
    return () => c.sigaction(signal, old, null);
  });
  try {
    return spawn();
  } finally {
    for (const restore of restorers) restore();
  }
}
