import { tar, type TarEntry } from "./tar.ts";

const ENCODER = new TextEncoder();

/** The runtime configuration of an image, in the words of the OCI image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly Env?: readonly string[];
}

/** Makes a docker-archive of one layer; the same files give the same bytes. */
export async function imageArchive(
  tag: string,
  files: readonly TarEntry[],
  config: ImageConfig,
): Promise<Uint8Array<ArrayBuffer>> {
  const layer = tar([...files].sort((a, b) => a.name < b.name ? -1 : 1));
  const layerDigest = await sha256(layer);
  const image = json({
    created: "1970-01-01T00:00:00Z",
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
  });
  const imageName = `${await sha256(image)}.json`;
  const layerName = `${layerDigest}.tar`;
  return tar([
    { name: imageName, mode: 0o644, content: image },
    { name: layerName, mode: 0o644, content: layer },
    {
      name: "manifest.json",
      mode: 0o644,
      content: json([{ Config: imageName, RepoTags: [tag], Layers: [layerName] }]),
    },
  ]);
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(JSON.stringify(value));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
