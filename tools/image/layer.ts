import { sha256 } from "../support/sha256.ts";
import { tar, type TarEntry, withFolders } from "../support/tar.ts";
import { compressAside } from "./compress_aside.ts";
import { type Compression, MEDIA_TYPES, method } from "./compression.ts";

/** A layer of an image. */
export interface Layer {
  readonly mediaType: string;
  readonly blob: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the tar that the blob is made of. */
  readonly diffId: string;
}

/**
 * Makes a layer of files. Compressing well takes a minute, so what was compressed is kept.
 *
 * @param cache the folder that keeps it; without one nothing is kept
 */
export async function makeLayer(
  files: readonly TarEntry[],
  compression: Compression,
  cache?: string,
): Promise<Layer> {
  const archive = tar(withFolders(files));
  const diffId = await sha256(archive);
  const mediaType = MEDIA_TYPES[compression];
  if (cache === undefined || compression === "none") {
    return { mediaType, blob: await compressAside(archive, compression), diffId };
  }
  const kept = `${cache}/layer-${diffId}-${await method(compression)}`;
  const found = await readKept(kept);
  if (found !== undefined) return { mediaType, blob: found, diffId };
  const blob = await compressAside(archive, compression);
  await keep(`${kept}.sha256`, new TextEncoder().encode(await sha256(blob)));
  await keep(kept, blob);
  return { mediaType, blob, diffId };
}

/** By its own digest, since decompressing it with WebAssembly takes a processor half a minute. */
async function readKept(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const blob = await Deno.readFile(path);
    return await sha256(blob) === await Deno.readTextFile(`${path}.sha256`) ? blob : undefined;
  } catch {
    // Never kept, or torn: it is made anew.
    return undefined;
  }
}

async function keep(path: string, blob: Uint8Array<ArrayBuffer>): Promise<void> {
  const aside = `${path}.${Deno.pid}`;
  await Deno.writeFile(aside, blob);
  await Deno.rename(aside, path);
}
