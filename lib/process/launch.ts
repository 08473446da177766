import { SIGNALS } from "../spec/signal.ts";
import type { Child } from "./command.ts";
import { cString, cStrings, libc } from "./libc.ts";
import { waitFor } from "./reap.ts";
import { environmentStrings, executionError } from "./replace.ts";
import { findExecutable } from "./search.ts";

/** spawn.h: of posix_spawnattr_setflags(3). */
const SETPGROUP = 0x02;
const SETSIGDEF = 0x04;

/** Larger than posix_spawnattr_t (336 bytes) and sigset_t (128 bytes) of glibc. */
const ATTRIBUTES_SIZE = 512;
const SIGNAL_SET_SIZE = 128;

/**
 * Launches a command by posix_spawn(3): inherited stdio, environment, working directory and signal
 * mask, a process group of its own, and SIGPIPE as it is for every program but Deno. On a terminal
 * its group becomes the foreground group.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function launch(argv: readonly string[]): Child {
  const c = libc();
  const file = findExecutable(argv[0] ?? "", Deno.env.get("PATH"));
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  const defaults = new Uint8Array(SIGNAL_SET_SIZE);
  defaults[(SIGNALS.SIGPIPE - 1) >> 3] = 1 << ((SIGNALS.SIGPIPE - 1) & 7);
  c.posix_spawnattr_init(attributes);
  c.posix_spawnattr_setflags(attributes, SETPGROUP | SETSIGDEF);
  c.posix_spawnattr_setpgroup(attributes, 0);
  c.posix_spawnattr_setsigdefault(attributes, defaults);
  const spawned = new Int32Array(1);
  const args = cStrings(argv);
  const environment = cStrings(environmentStrings());
  const error = c.posix_spawn(
    spawned,
    cString(file),
    null,
    attributes,
    args.array,
    environment.array,
  );
  const [pid = 0] = spawned;
  if (error !== 0) throw executionError(file, error);
  if (args.strings.length > 0) bringToForeground(pid);
  return {
    pid,
    ended: waitFor(pid),
    kill: (signal, whom) => {
      c.kill(whom === "group" ? -pid : pid, SIGNALS[signal]);
    },
  };
}

/** tcsetpgrp(3), where standard input is our terminal and we are its foreground group. */
function bringToForeground(group: number): void {
  const c = libc();
  if (c.isatty(0) !== 1 || c.tcgetpgrp(0) !== c.getpgrp()) return;
  c.tcsetpgrp(0, group);
}
