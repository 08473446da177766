import { close, type Descriptor, openForWriting, statusOf } from "./file_calls.ts";
import { systemCall } from "./system_calls.ts";

/** Writes what fits now, and never waits; it gives how many bytes that were. */
export type WriteSome = (bytes: Uint8Array<ArrayBuffer>) => number;

/** asm-generic/socket.h. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** asm-generic/fcntl.h. */
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

/** fcntl.h: of tee(2). */
const SPLICE_F_NONBLOCK = 2;

/** asm-generic/ioctls.h, and struct termios in bytes. */
const TCGETS = 0x5401;
const TERMIOS_SIZE = 64;

/** asm-generic/poll.h. */
const POLLOUT = 4;

/** What is written to a pipe as a whole or not at all, in bytes (PIPE_BUF of pipe(7)). */
const PIPE_BUF = 4096;

/**
 * Finds a way to write to an open file that does not wait for its reader. The file is shared, with the
 * command among others, and so are its flags: O_NONBLOCK would be the command's too. What can be
 * opened anew is (a pipe, a terminal); where that may not be, what is written goes through a pipe of
 * our own and is passed on by reference, which can be asked not to wait. A socket takes the wish with
 * each call. A file or another device does not wait for anybody.
 */
export function openStream(file: Descriptor): WriteSome {
  switch (kindOf(file)) {
    case "socket":
      return (bytes) =>
        sent(systemCall("sendto", file, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL));
    case "pipe":
      return reopened(file) ?? passedOn(file) ?? polled(file);
    case "terminal":
      return reopened(file) ?? polled(file);
    case "other":
      return (bytes) => sent(systemCall("write", file, bytes, bytes.length));
    case "closed":
      return (bytes) => bytes.length;
  }
}

function kindOf(file: Descriptor): "socket" | "pipe" | "terminal" | "other" | "closed" {
  try {
    const { kind } = statusOf(file);
    if (kind === "socket" || kind === "pipe") return kind;
    const isTerminal = kind === "device" &&
      systemCall("ioctl", file, TCGETS, new Uint8Array(TERMIOS_SIZE)) === 0;
    return isTerminal ? "terminal" : "other";
  } catch {
    return "closed";
  }
}

function sent(result: number): number {
  return Math.max(0, result);
}

/** By an open file description of our own, whose flags are ours; undefined if none may be opened. */
export function reopened(file: Descriptor): WriteSome | undefined {
  const own = openForWriting(`/proc/self/fd/${file}`);
  if (own === undefined) return undefined;
  if (statusOf(own).identity === statusOf(file).identity) {
    return (bytes) => sent(systemCall("write", own, bytes, bytes.length));
  }
  close(own);
  return undefined;
}

/** By a pipe of our own, whose content the kernel refers to from the other (tee(2)). */
export function passedOn(file: Descriptor): WriteSome | undefined {
  const ends = new Int32Array(2);
  if (systemCall("pipe2", ends, O_NONBLOCK | O_CLOEXEC) !== 0) return undefined;
  const [from = -1, to = -1] = ends;
  // Of nothing it tells whether it is there at all.
  if (systemCall("tee", from, file, 0, 0) !== 0) {
    close(from);
    close(to);
    return undefined;
  }
  const rest = new Uint8Array(PIPE_BUF);
  return (bytes) => {
    const length = Math.min(
      PIPE_BUF,
      systemCall("write", to, bytes, Math.min(bytes.length, PIPE_BUF)),
    );
    if (length <= 0) return 0;
    const passed = sent(systemCall("tee", from, file, length, SPLICE_F_NONBLOCK));
    systemCall("read", from, rest, PIPE_BUF);
    return passed;
  };
}

/**
 * By looking first whether there is room. Somebody else may take it in the next moment: only where
 * nothing better is to be had.
 */
export function polled(file: Descriptor): WriteSome {
  return (bytes) => {
    const asked = Int32Array.of(file, POLLOUT);
    if (systemCall("ppoll", asked, 1, new BigUint64Array(2), 0, 0) !== 1) return 0;
    const events = (asked[1] ?? 0) >> 16;
    if (events !== POLLOUT) return 0;
    return sent(systemCall("write", file, bytes, Math.min(bytes.length, PIPE_BUF)));
  };
}
