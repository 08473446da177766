import { SIGNALS } from "../spec/signal.ts";
import type { Child } from "./command.ts";
import { bit, inheritedSignals, signalsIn } from "./inherited.ts";
import { cString, cStrings, environment, libc, SignalAction, sigset } from "./libc.ts";
import { startReaping, waitFor } from "./reap.ts";
import { executionError } from "./replace.ts";
import { findExecutable } from "./search.ts";

/** spawn.h: of posix_spawnattr_setflags(3). */
const SETPGROUP = 0x02;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;

/** Larger than posix_spawnattr_t (336 bytes), file_actions_t (80) and struct sigaction (152) of glibc. */
const STRUCT_SIZE = 512;

/** What Deno and koordinator itself ignore (see bringToForeground). */
const OWN_IGNORED = bit(SIGNALS.SIGPIPE) | bit(SIGNALS.SIGTTOU);

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
  c.posix_spawnattr_setsigdefault(attributes, sigset(OWN_IGNORED & ~ignored));
  c.posix_spawnattr_setsigmask(attributes, sigset(blocked));
  const foreground = ownsTerminal();
  const actions = new Uint8Array(STRUCT_SIZE);
  c.posix_spawn_file_actions_init(actions);
  if (foreground) c.posix_spawn_file_actions_addtcsetpgrp_np?.(actions, 0);
  const spawned = new Int32Array(1);
  const args = cStrings(argv);
  startReaping();
  const error = whileIgnoring(
    signalsIn(ignored),
    () => c.posix_spawn(spawned, cString(file), actions, attributes, args.array, environment()),
  );
  c.posix_spawn_file_actions_destroy(actions);
  const [pid = 0] = spawned;
  // Reading args.strings keeps the texts alive up to here: posix_spawn reads them by address.
  if (error !== 0) throw executionError(args.strings.length === 0 ? "" : file, error);
  let stopped = () => {};
  const ended = waitFor(pid, () => stopped());
  let running = true;
  void ended.then(() => running = false);
  if (foreground) bringToForeground(pid);
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

/** Whether standard input is our terminal and we are its foreground group. */
function ownsTerminal(): boolean {
  const c = libc();
  return c.isatty(0) === 1 && c.tcgetpgrp(0) === c.getpgrp();
}

/**
 * Lets koordinator write to the terminal from the background, and, where posix_spawn cannot do it
 * before the command's first instruction (glibc before 2.35), gives the terminal to its group.
 */
function bringToForeground(group: number): void {
  const c = libc();
  c.signal(SIGNALS.SIGTTOU, SignalAction.SIG_IGN);
  if (c.posix_spawn_file_actions_addtcsetpgrp_np !== null) return;
  c.tcsetpgrp(0, group);
  // The command may have been stopped by SIGTTIN already.
  c.kill(-group, SIGNALS.SIGCONT);
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
