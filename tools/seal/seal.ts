import { align, concat, PAGE, resized } from "./bytes.ts";
import { findCompilerFlags } from "./compiler_flags.ts";
import { Elf, PT_DYNAMIC, PT_INTERP, PT_LOAD, PT_NOTE, Tag } from "./elf.ts";
import { fixAddress } from "./fix_address.ts";
import { blindInterpreter, blindLibc } from "./hidden_paths.ts";
import type { PageRun } from "./resting_pages.ts";
import type { FileRange } from "./start_pages.ts";
import { withoutClone3 } from "./without_clone3.ts";
import { MAX_LIBRARIES, writeConfig } from "./loader_config.ts";
import { mergedInto, neededLibraries, removeEntries } from "./needed.ts";

const ENCODER = new TextEncoder();

/** loader.c: PT_INTERP hidden from the kernel. */
const PT_SEALED_INTERP = 0x6b6f6f72;

/** pages.c: the pages of x86_64, the size of `struct run`, and mmap(2)'s protections. */
const SMALL_PAGE = 4096;
const RUN_SIZE = 32;
/** reading.c: the size of `struct range`. */
const RANGE_SIZE = 16;
/** payload.c: HEADER. What is appended lies in the file as malloc lays it into pages of its own. */
const MALLOC_HEADER = 16;
const PROT_READ = 1;
const PROT_WRITE = 2;
/** signals.c: the size of `struct runtime_handler`, which lies behind the names, and of a word. */
const RUNTIME_HANDLER_SIZE = 16;
const WORD = 8;

/** What stands for a library in ld.so's eyes: loader.c writes the digits at the end. */
const SLOT = ENCODER.encode("/proc/self/fd//////0\0");
const DIGITS = 6;

/** What the loader needs beside the program. */
export interface SealParts {
  /** The loader, a flat binary. */
  readonly loader: Uint8Array<ArrayBuffer>;
  /** ld.so and all that the program needs, by their DT_NEEDED names. */
  readonly libraries: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** The signals that the loader blocks, as a set: bit n - 1 is signal n. */
  readonly blockedSignals: bigint;
  /** The signals that end PID 1 while it becomes the command, a set as well. */
  readonly endingSignals: bigint;
  /** Pages of memory that are the same at every start, which processes can share. */
  readonly restingPages: readonly PageRun[];
  /** The flags of V8's from-space, or 0 where they are not known. */
  readonly fromSpace: number;
  /** What a start reads of the program. */
  readonly startPages: readonly FileRange[];
}

/**
 * Makes a dynamically linked ELF program one that needs only a kernel: its dynamic loader and
 * libraries go into a segment of their own, with a small loader that runs first.
 *
 * @throws {Error} if the program is not a dynamic one, or has been sealed already
 */
export function seal(program: Uint8Array<ArrayBuffer>, parts: SealParts): Uint8Array<ArrayBuffer> {
  const library = (wanted: string) => {
    const content = [...parts.libraries].find(([name]) => name.startsWith(wanted))?.[1];
    if (content === undefined) throw new Error(`${wanted} is not among the libraries`);
    return content;
  };
  const source = new Elf(fixAddress(program));
  const all = neededLibraries(source);
  const merged = mergedInto(library("libc.so.6"), all.map(({ name }) => name));
  removeEntries(source, all.filter(({ name }) => merged.has(name)).map(({ entry }) => entry));
  const needed = neededLibraries(source);
  if (needed.length > MAX_LIBRARIES) throw new Error(`more than ${MAX_LIBRARIES} libraries`);
  const strings = source.offsetOf(source.dynamicEntry(Tag.STRTAB).value);
  const stringsSize = source.dynamicEntry(Tag.STRSZ).value;
  const tail = new Uint8Array(needed.length * SLOT.length);
  needed.forEach((_, index) => tail.set(SLOT, index * SLOT.length));
  const names = concat([source.bytes.subarray(strings, strings + stringsSize), tail]);
  const runtimeHandler = align(names.length, WORD);
  const namesSize = align(runtimeHandler + RUNTIME_HANDLER_SIZE);
  const nameOffset = (index: number) => stringsSize + index * SLOT.length;

  const libraries = needed.map(({ name }) =>
    name === "libc.so.6" ? withoutClone3(blindLibc(library(name))) : library(name)
  );
  const runs = parts.restingPages;
  const table = new Uint8Array(runs.length * RUN_SIZE);
  // And one range of the segment itself.
  const ranges = new Uint8Array((parts.startPages.length + 1) * RANGE_SIZE);
  const { blob, offsets } = layOut([
    ...[
      parts.loader,
      resized(names, namesSize),
      ranges,
      table,
      concat(runs.map(({ content }) => content)),
    ],
    ...[blindInterpreter(library("ld-linux")), ...libraries],
  ]);
  const [
    ,
    namesAt = 0,
    rangesAt = 0,
    tableAt = 0,
    contentAt = 0,
    interpreterAt = 0,
    ...librariesAt
  ] = offsets;
  writeRuns(new DataView(blob.buffer, tableAt), runs, contentAt);
  const fileOffset = align(source.bytes.length);
  const address = align(
    Math.max(
      ...source.segments.filter(({ type }) => type === PT_LOAD)
        .map((segment) => segment.address + segment.memorySize),
    ),
  );
  writeRanges(new DataView(blob.buffer, rangesAt), [
    ...parts.startPages.map(({ offset, size }) => [source.addressAt(offset), size] as const),
    // ld.so and the libraries, all of which the loader copies.
    [address + interpreterAt, blob.length - interpreterAt],
  ]);
  const padding = new Uint8Array(fileOffset - source.bytes.length);
  const beforePayload = new Uint8Array(MALLOC_HEADER);
  const sealed = new Elf(concat([source.bytes, padding, blob, beforePayload]));

  const compilerFlags = findCompilerFlags(source);
  writeConfig(sealed, fileOffset, parts.loader, {
    segment_address: address,
    segment_offset: fileOffset,
    names: namesAt,
    names_size: namesSize,
    runtime_handler: namesAt + runtimeHandler,
    dynamic: source.segment(PT_DYNAMIC).address,
    program_entry: source.entry,
    interpreter: interpreterAt,
    blocked_signals: parts.blockedSignals,
    ending_signals: parts.endingSignals,
    runs: tableAt,
    run_count: runs.length,
    ranges: rangesAt,
    range_count: parts.startPages.length + 1,
    payload: sealed.bytes.length,
    from_space: parts.fromSpace,
    jitless: compilerFlags?.jitless ?? 0,
    idle_flag: compilerFlags?.idle ?? 0,
    libraries: libraries.map(({ length }, index) => ({
      offset: librariesAt[index] ?? 0,
      size: length,
      digits: namesAt + nameOffset(index) + SLOT.length - 1 - DIGITS,
    })),
  });

  renameVersions(sealed, strings, (name) => {
    const home = merged.has(name) ? "libc.so.6" : name;
    const index = needed.findIndex(({ name }) => name === home);
    return index < 0 ? undefined : nameOffset(index);
  });
  for (const [index, { entry }] of needed.entries()) sealed.setU64(entry.at, nameOffset(index));
  moveSection(sealed, strings, [address + namesAt, fileOffset + namesAt, names.length]);
  sealed.setU64(sealed.dynamicEntry(Tag.STRTAB).at, address + namesAt);
  sealed.setU64(sealed.dynamicEntry(Tag.STRSZ).at, names.length);
  sealed.setU32(sealed.segment(PT_INTERP).at, PT_SEALED_INTERP);
  const { at: note } = sealed.segment(PT_NOTE);
  sealed.setU32(note, PT_LOAD);
  sealed.setU32(note + 4, 4 | 1);
  const placed = [fileOffset, address, address, blob.length, blob.length, PAGE];
  for (const [index, value] of placed.entries()) sealed.setU64(note + 8 + index * 8, value);
  sealed.entry = address;
  return sealed.bytes;
}

/** Tells debuggers where a section is now: by its address, its place in the file and its size. */
function moveSection(sealed: Elf, from: number, to: readonly number[]): void {
  for (const at of sealed.sections) {
    if (sealed.u64(at + 24) !== from) continue;
    for (const [index, value] of to.entries()) sealed.setU64(at + 16 + index * 8, value);
  }
}

/** `struct run` of pages.c, whose contents lie one behind the other. */
function writeRuns(table: DataView, runs: readonly PageRun[], contentAt: number): void {
  let at = 0;
  for (const { address, writable, content } of runs) {
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    for (const value of [address, content.length / SMALL_PAGE, protection, contentAt]) {
      table.setBigUint64(at, BigInt(value), true);
      at += 8;
    }
    contentAt += content.length;
  }
}

/** `struct range` of reading.c: an address and a size. */
function writeRanges(table: DataView, ranges: readonly (readonly [number, number])[]): void {
  for (const [index, value] of ranges.flat().entries()) {
    table.setBigUint64(index * 8, BigInt(value), true);
  }
}

/** Gives each `vn_file` of .gnu.version_r the name under which ld.so will know the library. */
function renameVersions(
  sealed: Elf,
  strings: number,
  newName: (name: string) => number | undefined,
): void {
  let at = sealed.offsetOf(sealed.dynamicEntry(Tag.VERNEED).value);
  for (let left = sealed.dynamicEntry(Tag.VERNEEDNUM).value; left > 0; left--) {
    const offset = newName(sealed.text(strings + sealed.u32(at + 4)));
    if (offset !== undefined) sealed.setU32(at + 4, offset);
    at += sealed.u32(at + 12);
  }
}

function layOut(pieces: readonly Uint8Array<ArrayBuffer>[]) {
  const offsets: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    offsets.push(size);
    size = align(size + piece.length);
  }
  const blob = new Uint8Array(size);
  pieces.forEach((piece, index) => blob.set(piece, offsets[index]));
  return { blob, offsets };
}
