import { libc } from "./libc.ts";

/** Whether standard input is a terminal that is ours and has `group` in its foreground. */
export function isForeground(group: number): boolean {
  const c = libc();
  return c.isatty(0) === 1 && c.tcgetpgrp(0) === group;
}

/**
 * Passes the terminal on, if `from` has it. From the background too: signals.ts blocks SIGTTOU, which
 * would stop that (tcsetpgrp(3)).
 */
export function passTerminal(from: number, to: number): void {
  if (isForeground(from)) libc().tcsetpgrp(0, to);
}
