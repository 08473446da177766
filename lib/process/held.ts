import { auxiliaryValue, cString } from "../linux/libc.ts";
import { awaitEnd, kill, read, write } from "../linux/process_calls.ts";
import type { Spawned } from "../linux/spawn.ts";
import { SIGNALS } from "../spec/signal.ts";

/**
 * tools/seal/loader.c: its entry of the auxiliary vector (getauxval(3)), the number of the process that
 * is to become the command, and below 32 bits of it the descriptor of the socket on which it waits.
 */
const AT_HELD_COMMAND = 0x6b6f6f79n;
const NUMBER_AT = 32n;

/** What it is told where there is no command, a single byte. */
const NO_COMMAND = Uint8Array.of(0);

/** What it is told before it is woken. */
const WAKE = Uint8Array.of(0, 0);

/** Its name until it has become the command, as proc_pid_comm(5) tells it (tools/seal/held.c). */
export const HELD_COMMAND_NAME = "koordinator cmd";

/** For how long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 30_000;

let hasBecomeCommand = false;

function held(): { readonly pid: number; readonly socket: number } | undefined {
  const entry = auxiliaryValue(AT_HELD_COMMAND);
  if (entry === 0n) return undefined;
  return { pid: Number(entry >> NUMBER_AT), socket: Number(BigInt.asUintN(32, entry)) };
}

/**
 * Lets the process that the loader has made for it become the command (tools/seal/held.c). It has the
 * command's arguments and all else already.
 *
 * @param file what is to be executed
 * @param foreground whether its group is to be the foreground group of the terminal that is standard
 * input
 * @param meanwhile is called while the kernel loads the command
 * @returns undefined if there is none, or none any more
 */
export function startHeldCommand(
  file: string,
  foreground: boolean,
  meanwhile: () => void,
): Spawned | undefined {
  const process = held();
  if (process === undefined) return undefined;
  const { pid, socket } = process;
  // Nobody reads it once it has become a command, or was killed.
  if (!write(socket, WAKE)) return undefined;
  // Whoever has stopped it did not mean the command, which is not to get this either.
  kill(pid, SIGNALS.SIGCONT);
  if (!write(socket, Uint8Array.of(Number(foreground), ...cString(file)))) return undefined;
  meanwhile();
  const answer = new Int32Array(1);
  const start = performance.now();
  do {
    const length = read(socket, answer);
    // It closes its end by becoming the command.
    if (length === 0) {
      hasBecomeCommand = true;
      return { pid, error: 0, passed: foreground };
    }
    if (length > 0) return { pid, error: -(answer[0] ?? 0), passed: foreground };
    // A signal has interrupted it, or nothing came for ten seconds (tools/seal/held.c).
  } while (performance.now() - start < PATIENCE_MS);
  kill(pid, SIGNALS.SIGKILL);
  awaitEnd(pid);
  return undefined;
}

/** Ends that process, if it has not become a command, and leaves no trace of it. */
export function dismissHeldCommand(): void {
  if (hasBecomeCommand) return;
  const process = held();
  if (process === undefined || !write(process.socket, NO_COMMAND)) return;
  kill(process.pid, SIGNALS.SIGCONT);
  awaitEnd(process.pid);
}
