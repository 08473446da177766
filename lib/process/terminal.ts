import { foregroundGroup, setForegroundGroup } from "../linux/process_calls.ts";

const STDIN = 0;

/** Whether standard input is a terminal that is ours and has `group` in its foreground. */
export function isForeground(group: number): boolean {
  return foregroundGroup(STDIN) === group;
}

/**
 * Passes the terminal on, if `from` has it. From the background too: signals.ts blocks SIGTTOU, which
 * would stop that (tcsetpgrp(3)).
 */
export function passTerminal(from: number, to: number): void {
  if (isForeground(from)) setForegroundGroup(STDIN, to);
}
