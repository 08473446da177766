import { gunzipSync, gzipSync } from "node:zlib";
import { Zstd } from "@hpcc-js/wasm-zstd";

/** How a layer is compressed. docs/decisions/0010 has the figures. */
export const COMPRESSIONS = ["zstd", "gzip", "none"] as const;
export type Compression = typeof COMPRESSIONS[number];

/** What each makes of the media type of a layer (OCI image specification 1.1, layer.md). */
export const MEDIA_TYPES: Readonly<Record<Compression, string>> = {
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  none: "application/vnd.oci.image.layer.v1.tar",
};

/**
 * The highest level whose window, 8 MiB, every decoder must take (RFC 8878, 3.1.1.1.2); levels from
 * 20 on ask for more.
 */
const ZSTD_LEVEL = 19;
const GZIP_LEVEL = 9;

/** How the bytes came about; equal methods make equal bytes of equal bytes. */
export async function method(compression: Compression): Promise<string> {
  switch (compression) {
    case "zstd":
      return `zstd-${(await Zstd.load()).version()}-${ZSTD_LEVEL}`;
    case "gzip":
      return `gzip-deno-${Deno.version.deno}-${GZIP_LEVEL}`;
    case "none":
      return "none";
  }
}

/** Compresses with no machine's own library, so that every machine makes the same bytes. */
export async function compress(
  bytes: Uint8Array<ArrayBuffer>,
  compression: Compression,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (compression) {
    case "zstd":
      return new Uint8Array((await Zstd.load()).compress(bytes, ZSTD_LEVEL));
    case "gzip":
      return new Uint8Array(gzipSync(bytes, { level: GZIP_LEVEL }));
    case "none":
      return bytes;
  }
}

/** @throws {Error} if the bytes are not of this compression */
export async function decompress(
  bytes: Uint8Array<ArrayBuffer>,
  compression: Compression,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (compression) {
    case "zstd":
      return new Uint8Array((await Zstd.load()).decompress(bytes));
    case "gzip":
      return new Uint8Array(gunzipSync(bytes));
    case "none":
      return bytes;
  }
}
