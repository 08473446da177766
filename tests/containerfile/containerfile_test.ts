/** The Containerfile, built for both platforms at once by buildah, and what comes of it. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { onPath, output } from "../../tools/e2e/output.ts";
import { type Buildah, haveBaseImage } from "./base_image.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const OWN = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
const PLATFORMS = { amd64: "qemu-x86_64-static", arm64: "qemu-aarch64-static" } as const;

const missing = [
  ...(Deno.uid() === 0 ? [] : ["root"]),
  ...(await onPath("buildah") ? [] : ["buildah"]),
  ...(await onPath("mmdebstrap") ? [] : ["mmdebstrap"]),
];
const name = "the Containerfile builds the image for both platforms, and each runs";

Deno.test({
  name: missing.length === 0 ? name : `${name} (skipped: needs ${missing.join(", ")})`,
  ignore: missing.length > 0,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const buildah: Buildah = (...args) =>
      output(["buildah", "--root", `${folder}/root`, "--runroot", `${folder}/run`, ...args]);
    try {
      const text = await Deno.readTextFile(`${REPOSITORY}Containerfile`);
      const [, base = ""] = /^FROM --platform=\$BUILDPLATFORM (\S+) AS build$/m.exec(text) ?? [];
      console.log(`${base}: ${await haveBaseImage(buildah, base, folder)}`);
      const platforms = Object.keys(PLATFORMS).map((arch) => `linux/${arch}`).join(",");
      await buildah(
        ...["build", "--platform", platforms, "--manifest", "koordinator", "--pull-never"],
        // buildah up to 1.28 does not know it by itself.
        ...["--build-arg", `BUILDPLATFORM=linux/${OWN}`, "--isolation", "chroot"],
        ...["--file", `${REPOSITORY}Containerfile`, REPOSITORY],
      );
      for (const [arch, qemu] of Object.entries(PLATFORMS)) {
        const emulator = arch === OWN ? [] : [qemu];
        const absent = emulator[0] !== undefined && !await onPath(emulator[0]);
        await t.step({
          name: `linux/${arch}${absent ? ` (skipped: needs ${qemu})` : ""}`,
          ignore: absent,
          fn: () => assertRuns(buildah, arch, emulator),
        });
      }
    } finally {
      await buildah("rm", "--all").catch(() => "");
      await buildah("rmi", "--all", "--force").catch(() => "");
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function assertRuns(buildah: Buildah, arch: string, emulator: readonly string[]) {
  const container =
    (await buildah("from", "--pull-never", "--platform", `linux/${arch}`, "koordinator")).trim();
  const format = "{{.OCIv1.Architecture}} {{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}";
  const config = await buildah("inspect", "--format", format, container);
  assertEquals(config.trim(), `${arch} 65534 [/bin/koordinator copy]`);
  const root = (await buildah("mount", container)).trim();
  const version = await output([...emulator, `${root}/bin/koordinator`, "version"]);
  assertStringIncludes(version, VERSION);
  const documents = [...Deno.readDirSync(`${root}/usr/share/doc/koordinator`)];
  assert(documents.some(({ name }) => name === "sbom.cdx.json"));
  await buildah("umount", container);
}
