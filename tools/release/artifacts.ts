import { compress } from "../image/compression.ts";
import type { Build } from "../image/contents.ts";
import { sha256 } from "../support/sha256.ts";
import { tar, type TarEntry, withFolders } from "../support/tar.ts";

const ENCODER = new TextEncoder();

/**
 * The files of a release, each with its checksum beside it, as `sha256sum -c` reads it.
 *
 * @param version what the files are named by
 * @param image the archive of the image for all platforms
 * @throws {Error} if the builds are not of one version, or of different sources
 */
export async function artifacts(
  version: string,
  builds: readonly Build[],
  image: Uint8Array<ArrayBuffer>,
): Promise<readonly TarEntry[]> {
  agree(builds);
  const files: TarEntry[] = [];
  for (const build of builds) {
    const name = `koordinator-${version}-linux-${build.target.oci}`;
    const licenses = tar(withFolders(build.licenses));
    files.push(
      { name, mode: 0o755, content: build.executable },
      { name: `${name}.cdx.json`, mode: 0o644, content: ENCODER.encode(build.sbom) },
      { name: `${name}.licenses.tar.gz`, mode: 0o644, content: await compress(licenses, "gzip") },
    );
  }
  files.push({ name: `koordinator-${version}.image.tar`, mode: 0o644, content: image });
  const sums = files.map(async ({ name, content }) => ({
    name: `${name}.sha256`,
    mode: 0o644,
    content: ENCODER.encode(`${await sha256(content)}  ${name}\n`),
  }));
  return [...files, ...await Promise.all(sums)].sort((a, b) => a.name < b.name ? -1 : 1);
}

function agree(builds: readonly Build[]): void {
  const of = (what: (build: Build) => string) => [...new Set(builds.map(what))];
  const versions = of(({ inputs }) => inputs.version);
  if (versions.length !== 1) {
    throw new Error(
      `the executables are of versions ${versions.join(" and ")}: compile them again`,
    );
  }
  if (of(({ inputs }) => inputs.program.sha256).length !== 1) {
    throw new Error("the executables are of different sources: compile them again");
  }
}
