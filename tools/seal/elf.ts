/** The parts of a 64-bit little-endian ELF file that sealing needs (elf(5)). */
export interface Segment {
  /** Where its entry in the program header table lies in the file. */
  readonly at: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** An entry of the dynamic section; `at` is the place of its value in the file. */
export interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
  readonly at: number;
}

/** elf.h: types of files and segments. */
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;

/** elf.h: tags of the dynamic section. */
export const Tag = {
  NEEDED: 1,
  PLTRELSZ: 2,
  PLTGOT: 3,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  STRSZ: 10,
  INIT: 12,
  FINI: 13,
  JMPREL: 23,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  RELR: 36,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  RELACOUNT: 0x6ffffff9,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
  VERNEEDNUM: 0x6fffffff,
} as const;

/** An ELF file in memory, read and changed in place. */
/** Segments are mapped from the beginning of the page in which they begin. */
const SMALLEST_PAGE = 4096;

export class Elf {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;

  /** @throws {Error} if this is no 64-bit little-endian ELF file */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (
      bytes.length < 64 || this.view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1
    ) {
      throw new Error("not a 64-bit little-endian ELF file");
    }
  }

  /** A 64-bit number, which must be exact in a double. */
  u64(at: number): number {
    return Number(this.view.getBigUint64(at, true));
  }

  setU64(at: number, value: number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  setU16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  get machine(): number {
    return this.u16(18);
  }

  get entry(): number {
    return this.u64(24);
  }

  set entry(address: number) {
    this.setU64(24, address);
  }

  /** Where the ELF file ends and what `deno compile` appended begins: behind the section headers. */
  get end(): number {
    return this.u64(40) + this.u16(58) * this.u16(60);
  }

  /** The places of the section headers in the file. */
  get sections(): readonly number[] {
    const [table, size] = [this.u64(40), this.u16(58)];
    return Array.from({ length: this.u16(60) }, (_, index) => table + index * size);
  }

  get segments(): readonly Segment[] {
    const table = this.u64(32);
    return Array.from({ length: this.u16(56) }, (_, index) => {
      const at = table + index * 56;
      return {
        at,
        type: this.u32(at),
        flags: this.u32(at + 4),
        offset: this.u64(at + 8),
        address: this.u64(at + 16),
        fileSize: this.u64(at + 32),
        memorySize: this.u64(at + 40),
      };
    });
  }

  /** @throws {Error} if there is no segment of this type */
  segment(type: number): Segment {
    const found = this.segments.find((segment) => segment.type === type);
    if (found === undefined) throw new Error(`no segment of type ${type}: sealed already?`);
    return found;
  }

  /** Where an address of the program lies in the file. */
  offsetOf(address: number): number {
    const home = this.segments.find((segment) =>
      segment.type === PT_LOAD && address >= segment.address &&
      address < segment.address + segment.fileSize
    );
    if (home === undefined) throw new Error(`address ${address} is in no segment`);
    return home.offset + address - home.address;
  }

  /** The address at which the program has what lies there in the file. */
  addressAt(offset: number): number {
    const home = this.segments.find((segment) =>
      segment.type === PT_LOAD && offset >= segment.offset - segment.address % SMALLEST_PAGE &&
      offset < segment.offset + segment.fileSize
    );
    if (home === undefined) throw new Error(`what lies at ${offset} is in no segment`);
    return home.address + offset - home.offset;
  }

  /** A string that ends in NUL. */
  text(at: number): string {
    const end = this.bytes.indexOf(0, at);
    return new TextDecoder().decode(this.bytes.subarray(at, end));
  }

  /** The dynamic section up to its end mark. */
  get dynamic(): readonly DynamicEntry[] {
    const { offset, fileSize } = this.segment(PT_DYNAMIC);
    const entries = [];
    for (let at = offset; at < offset + fileSize && this.u64(at) !== 0; at += 16) {
      entries.push({ tag: this.u64(at), value: this.u64(at + 8), at: at + 8 });
    }
    return entries;
  }

  /** @throws {Error} if the dynamic section has no such entry */
  dynamicEntry(tag: number): DynamicEntry {
    const found = this.dynamic.find((entry) => entry.tag === tag);
    if (found === undefined) throw new Error(`no dynamic entry of tag ${tag}`);
    return found;
  }
}
