import { licenseExpression } from "../sbom/licenses.ts";
import type { Target } from "../support/target.ts";
import { tar } from "../support/tar.ts";
import type { Compression } from "./compression.ts";
import { type Build, imageFiles } from "./contents.ts";
import { makeLayer } from "./layer.ts";
import { ociLayout } from "./oci.ts";
import { fullReference } from "./reference.ts";

/** How an image is made. */
export interface ImageOptions {
  /** Its name and tag. */
  readonly reference: string;
  readonly compression: Compression;
  /** The processor that loaders get which know no platforms. */
  readonly host: Target;
  /** Keeps what was compressed. */
  readonly cache?: string;
}

/** An image archive, and how large its layer is for each processor, in bytes. */
export interface ImageArchive {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layerSizes: ReadonlyMap<Target, number>;
}

/**
 * Makes the image of what was compiled, for all its processors at once: what the Containerfile
 * describes, without a container engine.
 *
 * @throws {Error} if there is nothing for the host, or the reference is none
 */
export async function makeImage(
  builds: readonly Build[],
  { reference, compression, host, cache }: ImageOptions,
): Promise<ImageArchive> {
  // At once: compressing one takes a processor a minute.
  const platforms = await Promise.all(builds.map(async (build) => ({
    target: build.target,
    layer: await makeLayer(imageFiles(build), compression, cache),
  })));
  const files = await ociLayout({
    reference: fullReference(reference),
    config: { Entrypoint: ["/bin/koordinator", "copy"], User: "65534" },
    annotations: annotations(builds),
    platforms,
    host,
  });
  const layerSizes = new Map(platforms.map(({ target, layer }) => [target, layer.blob.length]));
  return { bytes: tar(files), layerSizes };
}

/** The keys that the OCI image specification defines (annotations.md); none with an address in it. */
function annotations(builds: readonly Build[]): Readonly<Record<string, string>> {
  const [first] = builds;
  if (first === undefined) throw new Error("nothing was compiled: run `deno task compile`");
  return {
    "org.opencontainers.image.title": "koordinator",
    "org.opencontainers.image.description":
      "holds a container's command back, and stops it, as the pod's other containers need",
    "org.opencontainers.image.version": first.inputs.version,
    "org.opencontainers.image.licenses": licenseExpression(first.inputs),
  };
}
