import { SIGNALS } from "../spec/signal.ts";
import { kill, ownGroup, ownSession } from "../linux/process_calls.ts";
import { passTerminal } from "./terminal.ts";

/**
 * Stops koordinator as well once its command was stopped, so that the shell above sees a stopped job,
 * and goes on with the command when the shell says so. As PID 1, or as the leader of a session, there
 * is no shell above: what the terminal stopped goes on at once, as a program alone in a container is
 * not stopped by Ctrl-Z.
 *
 * @param group the command's process group
 * @param by what stopped it: a signal sent to koordinator, or the terminal
 */
export function suspend(group: number, by: "signal" | "terminal"): void {
  const own = ownGroup();
  const alone = Deno.pid === 1 || ownSession() === Deno.pid;
  if (alone) {
    if (by === "terminal") kill(-group, SIGNALS.SIGCONT);
    return;
  }
  passTerminal(group, own);
  // Returns when koordinator is continued, whose SIGCONT then reaches the group as any other does.
  kill(Deno.pid, SIGNALS.SIGSTOP);
  passTerminal(own, group);
}
