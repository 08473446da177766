import { type DynamicEntry, Elf, Tag } from "./elf.ts";

/**
 * Libraries that are empty since glibc 2.34, whose libc.so.6 has all of their functions under the old
 * versions as well (glibc's NEWS for 2.34).
 */
const MERGED: ReadonlySet<string> = new Set(["libdl.so.2", "libpthread.so.0", "librt.so.1"]);
const MERGED_SINCE = "GLIBC_2.34";

/** A library that a program needs, and where the program names it. */
export interface NeededLibrary {
  readonly name: string;
  readonly entry: DynamicEntry;
}

/** The libraries of a program, without the dynamic loader, which comes anyway. */
export function neededLibraries(program: Elf): readonly NeededLibrary[] {
  const strings = program.offsetOf(program.dynamicEntry(Tag.STRTAB).value);
  return program.dynamic.filter(({ tag }) => tag === Tag.NEEDED)
    .map((entry) => ({ name: program.text(strings + entry.value), entry }))
    .filter(({ name }) => !name.startsWith("ld-linux"));
}

/** The names of the libraries of a program as it was linked. */
export function libraryNames(program: Elf): readonly string[] {
  return neededLibraries(program).map(({ name }) => name);
}

/** Which of these libraries `libc`, the bytes of libc.so.6, has taken in: they need not be there. */
export function mergedInto(
  libc: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): ReadonlySet<string> {
  const versions = definedVersions(new Elf(libc));
  return new Set(versions.has(MERGED_SINCE) ? names.filter((name) => MERGED.has(name)) : []);
}

/** The names in .gnu.version_d, of Elf64_Verdef and its first Elf64_Verdaux. */
function definedVersions(library: Elf): ReadonlySet<string> {
  const strings = library.offsetOf(library.dynamicEntry(Tag.STRTAB).value);
  const names = new Set<string>();
  let at = library.offsetOf(library.dynamicEntry(Tag.VERDEF).value);
  for (let left = library.dynamicEntry(Tag.VERDEFNUM).value; left > 0; left--) {
    names.add(library.text(strings + library.u32(at + library.u32(at + 12))));
    at += library.u32(at + 16);
  }
  return names;
}

/** Takes entries out of the dynamic section: those behind them move up. */
export function removeEntries(program: Elf, entries: readonly DynamicEntry[]): void {
  const removed = new Set(entries.map(({ at }) => at));
  const all = program.dynamic;
  const places = all.map(({ at }) => at);
  const kept = all.filter(({ at }) => !removed.has(at));
  for (const [index, at] of places.entries()) {
    program.setU64(at - 8, kept[index]?.tag ?? 0);
    program.setU64(at, kept[index]?.value ?? 0);
  }
}
