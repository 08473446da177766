/** The image of the documentation's `COPY --from`, built from its Containerfile by buildah. */
import { output } from "./output.ts";

/** What {@linkcode buildCopied} builds of. */
export interface CopiedImageSources {
  /** It begins `FROM busybox:1.36` and copies from `koordinator:0.1.0`. */
  readonly containerfile: string;
  /** The archive that `deno task image` makes. */
  readonly koordinator: string;
  /** The tests' busybox image, which stands in for the real one. */
  readonly busybox: string;
  /** What the image is to be called. */
  readonly reference: string;
  /** The folder for the tar, and for buildah's storage, which is taken away again. */
  readonly into: string;
}

/**
 * Builds the image without a container engine, a network or a mount.
 * @returns the tar's path
 * @throws {Error} when buildah fails, with what it printed
 */
export async function buildCopied(sources: CopiedImageSources): Promise<string> {
  const storage = `${sources.into}/buildah`;
  const buildah = (...args: readonly string[]) =>
    output([
      ...["buildah", "--root", `${storage}/root`, "--runroot", `${storage}/run`],
      ...["--storage-driver", "vfs", ...args],
    ]);
  const pull = async (source: string, name: string) => {
    const id = (await buildah("pull", "--quiet", source)).trim();
    await buildah("tag", id, `docker.io/library/${name}`);
  };
  await Deno.mkdir(`${storage}/context`, { recursive: true });
  try {
    await pull(`oci-archive:${sources.koordinator}`, "koordinator:0.1.0");
    await pull(`docker-archive:${sources.busybox}`, "busybox:1.36");
    await buildah(
      ...["build", "--quiet", "--pull-never", "--isolation", "chroot", "--timestamp", "0"],
      ...["--file", sources.containerfile, "--tag", sources.reference, `${storage}/context`],
    );
    const tar = `${sources.into}/copied.tar`;
    await buildah(
      "push",
      "--quiet",
      sources.reference,
      `docker-archive:${tar}:${sources.reference}`,
    );
    return tar;
  } finally {
    await Deno.remove(storage, { recursive: true });
  }
}
