import type { Target } from "../support/target.ts";
import { sha256 } from "../support/sha256.ts";
import type { TarEntry } from "../support/tar.ts";
import type { Layer } from "./layer.ts";

const ENCODER = new TextEncoder();

/** Media types of the OCI image specification 1.1. */
const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";

/** The oldest time there is: an image says nothing of when it was built. */
const CREATED = "1970-01-01T00:00:00Z";

/** The runtime configuration of an image, in the words of the OCI image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly Env?: readonly string[];
}

/** An image for one platform. */
export interface PlatformImage {
  readonly target: Target;
  readonly layer: Layer;
}

/** One image for several platforms. */
export interface Image {
  /** Its full name and tag, `docker.io/library/koordinator:latest`. */
  readonly reference: string;
  readonly config: ImageConfig;
  /** `org.opencontainers.image.*`: annotations, and labels for those who look there. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly platforms: readonly PlatformImage[];
  /** The platform that loaders get who know no platforms (docker-archive). */
  readonly host: Target;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * The files of an OCI image layout, in the order of an archive. For loaders that know docker-archive
 * alone there is `manifest.json` as well, which names the same blobs.
 *
 * @throws {Error} if there is no image for the host
 */
export async function ociLayout(image: Image): Promise<readonly TarEntry[]> {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  const add = async (mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<Descriptor> => {
    const digest = await sha256(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const manifests = [];
  let docker: TarEntry | undefined;
  for (const { target, layer } of image.platforms) {
    const platform = { architecture: target.oci, os: "linux" };
    const config = await add(CONFIG, json(imageConfig(image, platform, layer)));
    const layers = [await add(layer.mediaType, layer.blob)];
    const { annotations } = image;
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers, annotations };
    manifests.push({ ...await add(MANIFEST, json(manifest)), platform });
    if (target.arch === image.host.arch) docker = dockerManifest(image.reference, config, layers);
  }
  if (docker === undefined) throw new Error(`no image for ${image.host.arch}, this machine`);
  const { annotations } = image;
  const index = await add(
    INDEX,
    json({ schemaVersion: 2, mediaType: INDEX, manifests, annotations }),
  );
  return [
    file("oci-layout", json({ imageLayoutVersion: "1.0.0" })),
    file("index.json", json(entryPoint(image.reference, index))),
    docker,
    folder("blobs/"),
    folder("blobs/sha256/"),
    ...[...blobs].map(([digest, bytes]) => file(`blobs/sha256/${digest}`, bytes)),
  ];
}

function imageConfig(
  image: Image,
  platform: { readonly architecture: string; readonly os: string },
  layer: Layer,
) {
  return {
    created: CREATED,
    ...platform,
    config: { ...image.config, Labels: image.annotations },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer.diffId}`] },
    history: [{ created: CREATED, created_by: "deno task image" }],
  };
}

/** `index.json`, with the name in the words of both containerd and the OCI specification. */
function entryPoint(reference: string, index: Descriptor) {
  const annotations = {
    "io.containerd.image.name": reference,
    "org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1),
  };
  return { schemaVersion: 2, mediaType: INDEX, manifests: [{ ...index, annotations }] };
}

function dockerManifest(
  reference: string,
  config: Descriptor,
  layers: readonly Descriptor[],
): TarEntry {
  const path = ({ digest }: Descriptor) => `blobs/${digest.replace(":", "/")}`;
  const content = [{ Config: path(config), RepoTags: [reference], Layers: layers.map(path) }];
  return file("manifest.json", json(content));
}

function file(name: string, content: Uint8Array<ArrayBuffer>): TarEntry {
  return { name, mode: 0o644, content };
}

function folder(name: string): TarEntry {
  return { name, mode: 0o755, content: new Uint8Array() };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(JSON.stringify(value));
}
