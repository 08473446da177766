import { Elf, PT_INTERP, PT_LOAD, PT_NOTE } from "./elf.ts";

const PAGE = 4096;
const ENCODER = new TextEncoder();

/** elf.h: tags of the dynamic section. */
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;

/** loader.c: PT_INTERP hidden from the kernel, and the mark before its configuration. */
const PT_SEALED_INTERP = 0x6b6f6f72;
const MAGIC = "KOOKSEAL";
const MAX_LIBRARIES = 12;

/** What the loader needs beside the program. */
export interface SealParts {
  /** The loader, a flat binary. */
  readonly loader: Uint8Array<ArrayBuffer>;
  /** ld.so. */
  readonly interpreter: Uint8Array<ArrayBuffer>;
  /** Reads the library of a DT_NEEDED name. */
  readonly library: (name: string) => Uint8Array<ArrayBuffer>;
}

/**
 * Makes a dynamically linked ELF program one that needs only a kernel: its dynamic loader and
 * libraries go into a segment of their own, with a small loader that runs first.
 *
 * @throws {Error} if the program is not a dynamic one, or has been sealed already
 */
export function seal(program: Uint8Array<ArrayBuffer>, parts: SealParts): Uint8Array<ArrayBuffer> {
  const source = new Elf(program);
  const dynamic = source.dynamic;
  const one = (tag: number) => {
    const found = dynamic.find((entry) => entry.tag === tag);
    if (found === undefined) throw new Error(`no dynamic entry of tag ${tag}`);
    return found;
  };
  const strings = source.offsetOf(one(DT_STRTAB).value);
  const stringsSize = one(DT_STRSZ).value;
  const needed = dynamic.filter(({ tag }) => tag === DT_NEEDED)
    .map(({ value, at }) => ({ name: source.text(strings + value), at }))
    // ld.so is the interpreter itself.
    .filter(({ name }) => !name.startsWith("ld-linux"));
  if (needed.length > MAX_LIBRARIES) throw new Error(`more than ${MAX_LIBRARIES} libraries`);

  const slot = ENCODER.encode("/proc/self/fd//////0\0");
  const digits = slot.length - 1 - 6;
  const tail = new Uint8Array(needed.length * slot.length);
  needed.forEach((_, index) => tail.set(slot, index * slot.length));
  const names = concat([program.subarray(strings, strings + stringsSize), tail]);
  const nameOffset = (index: number) => stringsSize + index * slot.length;

  const pieces = [
    parts.loader,
    names,
    parts.interpreter,
    ...needed.map(({ name }) => parts.library(name)),
  ];
  const { blob, offsets } = layOut(pieces);
  const [, namesAt = 0, interpreterAt = 0, ...librariesAt] = offsets;

  const fileOffset = align(program.length);
  const address = align(
    Math.max(
      ...source.segments.filter(({ type }) => type === PT_LOAD)
        .map((segment) => segment.address + segment.memorySize),
    ),
  );
  const sealed = new Elf(concat([program, new Uint8Array(fileOffset - program.length), blob]));

  const config = sealed.view;
  let at = fileOffset + indexOf(parts.loader, ENCODER.encode(MAGIC)) + 8;
  const put = (value: number) => {
    config.setBigUint64(at, BigInt(value), true);
    at += 8;
  };
  put(address);
  put(namesAt);
  put(align(names.length));
  put(source.entry);
  put(interpreterAt);
  put(needed.length);
  for (const [index, offset] of librariesAt.entries()) {
    put(offset);
    put(pieces[index + 3]?.length ?? 0);
    put(namesAt + nameOffset(index) + digits);
  }

  sealed.setU64(one(DT_STRTAB).at, address + namesAt);
  sealed.setU64(one(DT_STRSZ).at, names.length);
  for (const [index, { at }] of needed.entries()) sealed.setU64(at, nameOffset(index));
  renameVersions(sealed, strings, needed.map(({ name }) => name), nameOffset, {
    first: source.offsetOf(one(DT_VERNEED).value),
    count: one(DT_VERNEEDNUM).value,
  });
  sealed.setU32(sealed.segment(PT_INTERP).at, PT_SEALED_INTERP);
  const { at: note } = sealed.segment(PT_NOTE);
  sealed.setU32(note, PT_LOAD);
  sealed.setU32(note + 4, 4 | 1);
  for (
    const [index, value] of [fileOffset, address, address, blob.length, blob.length, PAGE]
      .entries()
  ) {
    sealed.setU64(note + 8 + index * 8, value);
  }
  sealed.entry = address;
  return sealed.bytes;
}

/** Gives each `vn_file` of .gnu.version_r the name under which ld.so will know the library. */
function renameVersions(
  sealed: Elf,
  strings: number,
  names: readonly string[],
  nameOffset: (index: number) => number,
  needs: { readonly first: number; readonly count: number },
): void {
  let at = needs.first;
  for (let n = 0; n < needs.count; n++) {
    const index = names.indexOf(sealed.text(strings + sealed.u32(at + 4)));
    if (index >= 0) sealed.setU32(at + 4, nameOffset(index));
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

function align(value: number): number {
  return Math.ceil(value / PAGE) * PAGE;
}

function concat(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  throw new Error("the loader has no configuration");
}
