/**
 * The signals of Linux on x86_64 and arm64 by number (signal(7)). The real-time ones have the names of
 * kill(1), counted as glibc and the container runtimes do: 32 and 33 are glibc's own.
 * https://github.com/moby/sys/blob/main/signal/signal_linux.go
 */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  SIGRTMIN: 34,
  "SIGRTMIN+1": 35,
  "SIGRTMIN+2": 36,
  "SIGRTMIN+3": 37,
  "SIGRTMIN+4": 38,
  "SIGRTMIN+5": 39,
  "SIGRTMIN+6": 40,
  "SIGRTMIN+7": 41,
  "SIGRTMIN+8": 42,
  "SIGRTMIN+9": 43,
  "SIGRTMIN+10": 44,
  "SIGRTMIN+11": 45,
  "SIGRTMIN+12": 46,
  "SIGRTMIN+13": 47,
  "SIGRTMIN+14": 48,
  "SIGRTMIN+15": 49,
  "SIGRTMAX-14": 50,
  "SIGRTMAX-13": 51,
  "SIGRTMAX-12": 52,
  "SIGRTMAX-11": 53,
  "SIGRTMAX-10": 54,
  "SIGRTMAX-9": 55,
  "SIGRTMAX-8": 56,
  "SIGRTMAX-7": 57,
  "SIGRTMAX-6": 58,
  "SIGRTMAX-5": 59,
  "SIGRTMAX-4": 60,
  "SIGRTMAX-3": 61,
  "SIGRTMAX-2": 62,
  "SIGRTMAX-1": 63,
  SIGRTMAX: 64,
} as const;

/** The name of a signal, `SIGTERM`. */
export type SignalName = keyof typeof SIGNALS;

function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(SIGNALS, name);
}

/** All signal names, in the order of their numbers. */
export const SIGNAL_NAMES: readonly SignalName[] = Object.keys(SIGNALS).filter(isSignalName);

/** All real-time signals, in the order of their numbers. */
export const REAL_TIME: readonly SignalName[] = SIGNAL_NAMES.filter((name) =>
  SIGNALS[name] >= SIGNALS.SIGRTMIN
);

/** Each of them can be counted from either end, though it has one name. */
function realTimeSignal(name: string): SignalName | undefined {
  const [, end, steps] = /^SIGRT(MIN[+]|MAX-)([0-9]+)$/.exec(name) ?? [];
  if (end === undefined) return undefined;
  return REAL_TIME.at(end === "MIN+" ? Number(steps) : -1 - Number(steps));
}

/**
 * Reads `SIGTERM`, `TERM`, `15` or 15, and `SIGRTMIN+3` or `RTMAX-2`.
 *
 * @returns undefined if there is no such signal
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSignal } from "./signal.ts";
 *
 * assertEquals(["SIGTERM", "TERM", "15", 15].map(parseSignal), Array(4).fill("SIGTERM"));
 * assertEquals(["rtmin+3", "SIGRTMAX-27"].map(parseSignal), Array(2).fill("SIGRTMIN+3"));
 * ```
 */
export function parseSignal(value: string | number): SignalName | undefined {
  const text = String(value).toUpperCase();
  const name = text.startsWith("SIG") ? text : `SIG${text}`;
  if (/^\d+$/.test(text)) return SIGNAL_NAMES.find((known) => SIGNALS[known] === Number(text));
  return isSignalName(name) ? name : realTimeSignal(name);
}

/**
 * The signals that are passed on, beside the real-time ones: those that a program can catch but the
 * synchronous ones, which are koordinator's own faults, and those of its own children and pipes (tini.c,
 * catatonit.c).
 */
export const FORWARDED = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGCONT",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSTKFLT",
] as const satisfies readonly SignalName[];

/** Whether a signal is passed on to the command. */
export function isForwarded(signal: SignalName): boolean {
  return [...FORWARDED, ...REAL_TIME].some((forwarded) => forwarded === signal);
}
