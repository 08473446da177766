const DECODER = new TextDecoder();

/** The files of a ustar archive by name, without the folders. */
export function untar(archive: Uint8Array<ArrayBuffer>): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const field = (at: number, length: number) =>
    DECODER.decode(archive.subarray(at, at + length)).replace(/\0.*/s, "");
  for (let at = 0; archive[at] !== 0;) {
    const name = field(at, 100);
    const size = parseInt(field(at + 124, 12), 8);
    if (!name.endsWith("/")) files.set(name, archive.slice(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
