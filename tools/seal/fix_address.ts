import { Elf, ET_DYN, ET_EXEC, Tag } from "./elf.ts";

/** Where the linker puts programs of a fixed address on x86_64; a multiple of every page size. */
const BASE = 0x400000;

/** elf.h: relocations that add the address of the program, and those whose addend is an address. */
const RELATIVE: ReadonlySet<number> = new Set([8, 1027]);
const IRELATIVE: ReadonlySet<number> = new Set([37, 1032]);

/** Entries of the dynamic section whose value is an address. */
const ADDRESSES: ReadonlySet<number> = new Set([
  ...[Tag.PLTGOT, Tag.HASH, Tag.STRTAB, Tag.SYMTAB, Tag.RELA, Tag.INIT, Tag.FINI, Tag.JMPREL],
  ...[Tag.INIT_ARRAY, Tag.FINI_ARRAY, Tag.GNU_HASH, Tag.VERSYM, Tag.VERDEF, Tag.VERNEED],
]);

/** elf.h: of section 0 come undefined symbols; the values of TLS symbols are no addresses. */
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const STT_TLS = 6;
const SHF_ALLOC = 2;
const DF_1_PIE = 0x08000000;

const RELA_SIZE = 24;
const SYMBOL_SIZE = 24;

/**
 * Gives a position-independent program the fixed address 4 MiB, by doing now what ld.so would do at
 * each start: the pointers in its data become final, and their pages stay those of the file, which
 * all processes share, in place of two megabytes of memory for each. The list of what was done is
 * cleared, so that it compresses to nothing.
 *
 * @throws {Error} if the program is not position-independent or has relocations of another form
 */
export function fixAddress(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const elf = new Elf(program.slice());
  const dynamic = elf.dynamic;
  if (elf.u16(16) !== ET_DYN) throw new Error("the program has a fixed address already");
  if (dynamic.some(({ tag }) => tag === Tag.RELR)) {
    throw new Error("the program has RELR relocations, which the seal does not know");
  }
  relocate(elf);
  moveSymbols(elf);
  for (const { tag, value, at } of dynamic) {
    if (ADDRESSES.has(tag)) elf.setU64(at, elf.u64(at) + BASE);
    if (tag === Tag.FLAGS_1) elf.setU64(at, value & ~DF_1_PIE);
  }
  for (const at of elf.sections) {
    if ((elf.u64(at + 8) & SHF_ALLOC) !== 0) elf.setU64(at + 16, elf.u64(at + 16) + BASE);
  }
  for (const { at, address } of elf.segments) {
    elf.setU64(at + 16, address + BASE);
    elf.setU64(at + 24, address + BASE);
  }
  elf.entry += BASE;
  elf.setU16(16, ET_EXEC);
  return elf.bytes;
}

function relocate(elf: Elf): void {
  const count = elf.dynamicEntry(Tag.RELACOUNT);
  const table = elf.dynamicEntry(Tag.RELA);
  const size = elf.dynamicEntry(Tag.RELASZ);
  const start = elf.offsetOf(table.value);
  const done = count.value * RELA_SIZE;
  for (let at = start; at < start + done; at += RELA_SIZE) {
    if (!RELATIVE.has(elf.u32(at + 8))) throw new Error("the program's relocations are not sorted");
    elf.setU64(elf.offsetOf(elf.u64(at)), BASE + elf.u64(at + 16));
  }
  elf.bytes.fill(0, start, start + done);
  const plt = elf.offsetOf(elf.dynamicEntry(Tag.JMPREL).value);
  const rest = [
    [start + done, start + size.value],
    [plt, plt + elf.dynamicEntry(Tag.PLTRELSZ).value],
  ] as const;
  for (const [from, to] of rest) {
    for (let at = from; at < to; at += RELA_SIZE) {
      elf.setU64(at, elf.u64(at) + BASE);
      if (IRELATIVE.has(elf.u32(at + 8))) elf.setU64(at + 16, elf.u64(at + 16) + BASE);
    }
  }
  elf.setU64(table.at, table.value + done);
  elf.setU64(size.at, size.value - done);
  elf.setU64(count.at, 0);
}

/** Those that the program itself defines, for libraries that it would open. */
function moveSymbols(elf: Elf): void {
  const start = elf.offsetOf(elf.dynamicEntry(Tag.SYMTAB).value);
  // Only the section header has the table's size.
  const section = elf.sections.find((at) => elf.u64(at + 24) === start);
  if (section === undefined) throw new Error("no section has the dynamic symbols");
  const end = start + elf.u64(section + 32);
  for (let at = start; at < end; at += SYMBOL_SIZE) {
    const home = elf.u16(at + 6);
    const type = (elf.bytes[at + 4] ?? 0) & 0xf;
    if (home === SHN_UNDEF || home === SHN_ABS || type === STT_TLS) continue;
    elf.setU64(at + 8, elf.u64(at + 8) + BASE);
  }
}
