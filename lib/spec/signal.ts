/** The signals of Linux on x86_64 and arm64 by number (signal(7)). */
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
} as const;

/** The name of a signal, `SIGTERM`. */
export type SignalName = keyof typeof SIGNALS;

function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(SIGNALS, name);
}

/** All signal names, in the order of their numbers. */
export const SIGNAL_NAMES: readonly SignalName[] = Object.keys(SIGNALS).filter(isSignalName);

/**
 * Reads `SIGTERM`, `TERM`, `15` or 15.
 *
 * @returns undefined if there is no such signal
 */
export function parseSignal(value: string | number): SignalName | undefined {
  const text = String(value).toUpperCase();
  if (/^\d+$/.test(text)) return SIGNAL_NAMES.find((name) => SIGNALS[name] === Number(text));
  const name = text.startsWith("SIG") ? text : `SIG${text}`;
  return isSignalName(name) ? name : undefined;
}

/**
 * The signals that are passed on: those that a program can catch but the synchronous ones, which are
 * koordinator's own faults, and those of its own children and pipes (tini.c, catatonit.c).
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
  return FORWARDED.some((forwarded) => forwarded === signal);
}
