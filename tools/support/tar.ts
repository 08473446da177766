/** A file of a tar archive, or a folder: its name ends with a slash. */
export interface TarEntry {
  readonly name: string;
  readonly mode: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

const BLOCK = 512;
/** The header's type flags. */
const REGULAR = "0";
const DIRECTORY = "5";
const ENCODER = new TextEncoder();

/** Writes a ustar archive (POSIX.1-1988): owned by root, dated 1970, so that equal files give equal bytes. */
export function tar(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const size = entries.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 0);
  const archive = new Uint8Array(size + 2 * BLOCK);
  let at = 0;
  for (const { name, mode, content } of entries) {
    archive.set(header(name, mode, content.length), at);
    archive.set(content, at + BLOCK);
    at += BLOCK + padded(content.length);
  }
  return archive;
}

/** These files with the folders that they lie in before them, sorted by name. */
export function withFolders(files: readonly TarEntry[]): readonly TarEntry[] {
  const folders = new Set<string>();
  for (const { name } of files) {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      folders.add(name.slice(0, at + 1));
    }
  }
  const entries = [...folders].map((name) => ({ name, mode: 0o755, content: new Uint8Array() }));
  return [...entries, ...files].sort((a, b) => a.name < b.name ? -1 : 1);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** @throws {RangeError} if the name does not fit into a ustar header */
function header(name: string, mode: number, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const bytes = ENCODER.encode(name);
  if (bytes.length > 100) throw new RangeError(`name too long for tar: ${name}`);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  const put = (text: string, at: number) => block.set(ENCODER.encode(text), at);
  block.set(bytes, 0);
  put(octal(mode, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(size, 12), 124);
  put(octal(0, 12), 136);
  put(`        ${name.endsWith("/") ? DIRECTORY : REGULAR}`, 148);
  put("ustar\x0000", 257);
  put(`${octal(block.reduce((sum, byte) => sum + byte, 0), 7)} `, 148);
  return block;
}
