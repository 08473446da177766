import { environment } from "./environment.ts";
import { cString, cStrings, openLibc, WORD, word } from "./libc.ts";
import type { SignalSet } from "./signal_set.ts";

/** posix_spawn(3): where the pid goes, file, file actions, attributes, argv, environ. */
const SPAWN_SYMBOLS = {
  posix_spawn: { parameters: [WORD, WORD, WORD, WORD, WORD, WORD], result: "i32" },
} as const;

/** Only for a command that a terminal is passed on to, or that is to say nothing. */
const ACTION_SYMBOLS = {
  posix_spawn_file_actions_init: { parameters: [WORD], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: [WORD], result: "i32" },
  /** Actions, descriptor, path, flags, mode. */
  posix_spawn_file_actions_addopen: {
    parameters: [WORD, "i32", WORD, "i32", "u32"],
    result: "i32",
  },
  /** Since glibc 2.35. */
  posix_spawn_file_actions_addtcsetpgrp_np: {
    parameters: [WORD, WORD],
    result: "i32",
    optional: true,
  },
} as const;

let openedSpawn: Deno.DynamicLibrary<typeof SPAWN_SYMBOLS>["symbols"] | undefined;
let openedActions: Deno.DynamicLibrary<typeof ACTION_SYMBOLS>["symbols"] | undefined;

/**
 * posix_spawnattr_t as spawn.h of glibc has it on 64-bit Linux, where programs hold it in their own
 * memory, so that it never changes: flags, process group, and two sets of 128 bytes, of what gets its
 * default effect and of what is blocked. What follows stays zero, as posix_spawnattr_init(3) leaves
 * all of it. Five functions less to open are a millisecond.
 */
const ATTRIBUTES = { size: 336, flags: 0, group: 4, defaults: 8, mask: 136 } as const;

/** posix_spawn_file_actions_t of the same file, in bytes. */
const FILE_ACTIONS_SIZE = 80;

/** spawn.h: of posix_spawnattr_setflags(3). */
const SETPGROUP = 0x02;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;

/** What the command is to find. */
export interface SpawnOptions {
  /** Signals that are blocked. */
  readonly mask: SignalSet;
  /** Signals that have their default effect, though they are ignored here. */
  readonly defaults: SignalSet;
  /** Whether its group is to be the foreground group of the terminal that is standard input. */
  readonly foreground: boolean;
  /** Whether it reads nothing, and nobody reads what it writes. */
  readonly silent: boolean;
}

/** fcntl.h: reading and writing. */
const O_RDWR = 2;

/** What came of it. */
export interface Spawned {
  readonly pid: number;
  /** 0, or why there is no process (errno(3)). */
  readonly error: number;
  /** Whether the terminal was passed on; a glibc before 2.35 cannot. */
  readonly passed: boolean;
}

/** Starts a process in a process group of its own (posix_spawn(3)). */
export function spawn(file: string, argv: readonly string[], options: SpawnOptions): Spawned {
  const { posix_spawn } = openedSpawn ??= openLibc(SPAWN_SYMBOLS);
  const pid = new Int32Array(1);
  const [path, words, attributes] = [cString(file), cStrings(argv), attributesOf(options)];
  const run = (actions: Uint8Array<ArrayBuffer> | 0) =>
    posix_spawn(
      word(pid),
      word(path),
      word(actions),
      word(attributes),
      word(words),
      word(environment()),
    );
  if (!options.foreground && !options.silent) {
    const error = run(0);
    return { pid: pid[0] ?? 0, error, passed: false };
  }
  const c = openedActions ??= openLibc(ACTION_SYMBOLS);
  const actions = new Uint8Array(FILE_ACTIONS_SIZE);
  c.posix_spawn_file_actions_init(word(actions));
  const nowhere = cString("/dev/null");
  for (const descriptor of options.silent ? [0, 1, 2] : []) {
    c.posix_spawn_file_actions_addopen(word(actions), descriptor, word(nowhere), O_RDWR, 0);
  }
  const passes = options.foreground ? c.posix_spawn_file_actions_addtcsetpgrp_np : null;
  passes?.(word(actions), word(0));
  const error = run(actions);
  c.posix_spawn_file_actions_destroy(word(actions));
  return { pid: pid[0] ?? 0, error, passed: passes !== null };
}

/** In a group of its own. */
function attributesOf({ mask, defaults }: SpawnOptions): Uint8Array<ArrayBuffer> {
  const attributes = new Uint8Array(ATTRIBUTES.size);
  const view = new DataView(attributes.buffer);
  view.setInt16(ATTRIBUTES.flags, SETPGROUP | SETSIGDEF | SETSIGMASK, true);
  view.setInt32(ATTRIBUTES.group, 0, true);
  view.setBigUint64(ATTRIBUTES.defaults, defaults, true);
  view.setBigUint64(ATTRIBUTES.mask, mask, true);
  return attributes;
}
