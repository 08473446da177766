import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { onPath, output } from "../../tools/e2e/output.ts";
import { type Compression, decompress } from "../../tools/image/compression.ts";
import { type Build, readBuild } from "../../tools/image/contents.ts";
import { makeLayer } from "../../tools/image/layer.ts";
import { makeImage } from "../../tools/image/make_image.ts";
import { fullReference } from "../../tools/image/reference.ts";
import {
  ALL_TARGETS,
  executablePath,
  findTarget,
  isHost,
  type Target,
} from "../../tools/support/target.ts";
import { sha256 } from "../../tools/support/sha256.ts";
import { compiledRepository } from "../support/repository.ts";
import { untar } from "../support/untar.ts";

const Descriptor = v.object({
  mediaType: v.string(),
  digest: v.string(),
  size: v.number(),
  platform: v.optional(v.object({ architecture: v.string(), os: v.string() })),
  annotations: v.optional(v.record(v.string(), v.string())),
});
const Index = v.object({ manifests: v.array(Descriptor) });
const Manifest = v.object({ config: Descriptor, layers: v.array(Descriptor) });
const Config = v.object({
  created: v.string(),
  architecture: v.string(),
  config: v.object({ Entrypoint: v.array(v.string()), User: v.string() }),
  rootfs: v.object({ diff_ids: v.array(v.string()) }),
});
const DockerManifest = v.array(
  v.object({ Config: v.string(), RepoTags: v.array(v.string()), Layers: v.array(v.string()) }),
);

const HOST = findTarget();

async function builds(targets: readonly Target[] = ALL_TARGETS): Promise<readonly Build[]> {
  const repository = await compiledRepository(targets);
  const read = await Promise.all(targets.map((target) => readBuild(repository, target)));
  await Deno.remove(repository, { recursive: true });
  return read.filter((build) => build !== undefined);
}

async function image(compression: Compression = "zstd", targets: readonly Target[] = ALL_TARGETS) {
  const options = { reference: "koordinator:latest", compression, host: HOST };
  return await makeImage(await builds(targets), options);
}

/** One for the tests that read the same: a layer is compressed for a third of a second. */
let ofAll: ReturnType<typeof image> | undefined;
const imageOfAll = () => ofAll ??= image();

/** The archive's JSON files and blobs. */
function layout(archive: Uint8Array<ArrayBuffer>) {
  const files = untar(archive);
  const bytes = (name: string) => {
    const file = files.get(name);
    assert(file !== undefined, `${name} is not in the archive`);
    return file;
  };
  const json = (name: string): unknown => JSON.parse(new TextDecoder().decode(bytes(name)));
  const blob = ({ digest }: { readonly digest: string }) => `blobs/${digest.replace(":", "/")}`;
  return { files, bytes, json, blob };
}

Deno.test("an image of equal files has equal bytes", async () => {
  assertEquals((await image()).bytes, (await imageOfAll()).bytes);
});

Deno.test("an image has a manifest for each platform, and every blob has its digest for a name", async () => {
  const { files, bytes, json, blob } = layout((await imageOfAll()).bytes);
  const [index] = v.parse(Index, json("index.json")).manifests;
  assert(index !== undefined);
  assertEquals(
    index.annotations?.["io.containerd.image.name"],
    "docker.io/library/koordinator:latest",
  );
  const { manifests } = v.parse(Index, json(blob(index)));
  assertEquals(manifests.map(({ platform }) => platform), [
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  for (const descriptor of manifests) {
    const { config, layers: [layer] } = v.parse(Manifest, json(blob(descriptor)));
    assert(layer !== undefined);
    assertEquals(layer.size, bytes(blob(layer)).length);
    const { created, architecture, rootfs } = v.parse(Config, json(blob(config)));
    assertEquals([created, architecture], [
      "1970-01-01T00:00:00Z",
      descriptor.platform?.architecture,
    ]);
    const tar = await decompress(bytes(blob(layer)), "zstd");
    assertEquals(rootfs.diff_ids, [`sha256:${await sha256(tar)}`]);
  }
  for (const [name, content] of files) {
    if (name.startsWith("blobs/")) assertEquals(name, `blobs/sha256/${await sha256(content)}`);
  }
});

Deno.test("loaders that know docker-archive alone find the host's platform", async () => {
  const { bytes, json } = layout((await imageOfAll()).bytes);
  const [manifest] = v.parse(DockerManifest, json("manifest.json"));
  assert(manifest !== undefined);
  assertEquals(manifest.RepoTags, ["docker.io/library/koordinator:latest"]);
  const config = v.parse(Config, json(manifest.Config));
  assertEquals(config.architecture, HOST.oci);
  assertEquals(config.config, { Entrypoint: ["/bin/koordinator", "copy"], User: "65534" });
  manifest.Layers.forEach(bytes);
});

Deno.test("the layer holds the executable, the bill of materials and the licenses, owned by root", async () => {
  const { bytes, blob, json } = layout((await image("none", [HOST])).bytes);
  const [manifest] = v.parse(DockerManifest, json("manifest.json"));
  const file = await Deno.makeTempFile();
  await Deno.writeFile(file, bytes(manifest?.Layers[0] ?? blob({ digest: "no layer" })));
  const listing = (await output(["tar", "-tvf", file])).replace(/ +/g, " ").split("\n");
  await Deno.remove(file);
  for (
    const line of [
      "drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/",
      /^-rwxr-xr-x 0\/0 \d+ 1970-01-01 00:00 bin\/koordinator$/,
      /^-rw-r--r-- 0\/0 \d+ 1970-01-01 00:00 usr\/share\/doc\/koordinator\/NOTICES\.txt$/,
      /^-rw-r--r-- 0\/0 \d+ 1970-01-01 00:00 usr\/share\/doc\/koordinator\/sbom\.cdx\.json$/,
      /^-rw-r--r-- 0\/0 \d+ 1970-01-01 00:00 usr\/share\/doc\/koordinator\/licenses\/LGPL-2\.1\.txt$/,
      /^-rw-r--r-- 0\/0 \d+ 1970-01-01 00:00 usr\/share\/doc\/koordinator\/licenses\/koordinator\.txt$/,
    ]
  ) {
    const there = listing.some((entry) =>
      typeof line === "string" ? entry === line : line.test(entry)
    );
    assert(there, `${line} in ${listing.join("\n")}`);
  }
});

for (const compression of ["zstd", "gzip", "none"] as const) {
  Deno.test(`a layer that is compressed with ${compression} says so in its media type`, async () => {
    const { json, blob, bytes } = layout((await image(compression, [HOST])).bytes);
    const [index] = v.parse(Index, json("index.json")).manifests;
    assert(index !== undefined);
    const [descriptor] = v.parse(Index, json(blob(index))).manifests;
    assert(descriptor !== undefined);
    const [layer] = v.parse(Manifest, json(blob(descriptor))).layers;
    assert(layer !== undefined);
    const suffix = compression === "none" ? "" : `+${compression}`;
    assertEquals(layer.mediaType, `application/vnd.oci.image.layer.v1.tar${suffix}`);
    assertEquals((await decompress(bytes(blob(layer)), compression)).length % 512, 0);
  });
}

Deno.test("a layer that was kept and torn is made anew", async () => {
  const cache = await Deno.makeTempDir();
  const files = [{ name: "bin/koordinator", mode: 0o755, content: new Uint8Array(1000).fill(7) }];
  const layer = await makeLayer(files, "zstd", cache);
  const [kept, digest] = [...Deno.readDirSync(cache)].map(({ name }) => `${cache}/${name}`).sort();
  assert(kept !== undefined && digest !== undefined);
  const tear = [
    () => Deno.writeFile(kept, layer.blob.slice(0, 20)),
    () => Deno.writeTextFile(digest, ""),
    () => Deno.remove(digest),
  ];
  for (const torn of tear) {
    await torn();
    assertEquals(await makeLayer(files, "zstd", cache), layer);
    assertEquals(await Deno.readFile(kept), layer.blob);
    assertEquals(await Deno.readTextFile(digest), await sha256(layer.blob));
  }
  await Deno.remove(cache, { recursive: true });
});

Deno.test("an executable for another processor, or without its build inputs, is no build", async () => {
  const repository = await compiledRepository([HOST]);
  const other = ALL_TARGETS.find((target) => !isHost(target));
  assert(other !== undefined);
  assertEquals(await readBuild(repository, other), undefined);
  await Deno.copyFile(`${repository}dist/koordinator`, `${repository}${executablePath(other)}`);
  await assertRejects(
    () => readBuild(repository, other),
    Error,
    `not for ${other.arch}; run \`deno task compile --target ${other.arch}\` again`,
  );
  await Deno.remove(`${repository}dist/koordinator.build.json`);
  await assertRejects(
    () => readBuild(repository, HOST),
    Error,
    "dist/koordinator.build.json: missing; run `deno task compile",
  );
  await Deno.remove(repository, { recursive: true });
});

Deno.test("an image's name is completed as container engines do", () => {
  assertEquals(fullReference("koordinator:1"), "docker.io/library/koordinator:1");
  assertEquals(fullReference("team/koordinator:1"), "docker.io/team/koordinator:1");
  assertEquals(fullReference("registry.local/koordinator:1"), "registry.local/koordinator:1");
  assertEquals(fullReference("localhost:5000/koordinator:1"), "localhost:5000/koordinator:1");
  assertThrows(() => fullReference("localhost:5000/koordinator"), Error, "not a name with a tag");
  assertThrows(() => fullReference("Koordinator:1"), Error, "not a name with a tag");
});

Deno.test("the Containerfile gives its image the same user and entrypoint", async () => {
  const { json } = layout((await image("none", [HOST])).bytes);
  const [manifest] = v.parse(DockerManifest, json("manifest.json"));
  const { User, Entrypoint } = v.parse(Config, json(manifest?.Config ?? "")).config;
  const path = new URL("../../Containerfile", import.meta.url);
  const lines = (await Deno.readTextFile(path)).split("\n");
  assert(lines.includes(`USER ${User}`));
  assert(lines.includes(`ENTRYPOINT ["${Entrypoint.join('", "')}"]`));
});

const HAS_SKOPEO = await onPath("skopeo");

Deno.test({
  name: HAS_SKOPEO
    ? "skopeo reads the archive as OCI, with all platforms, and as docker-archive"
    : "skopeo reads the archive (skipped: apt-get install skopeo)",
  ignore: !HAS_SKOPEO,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const archive = `${folder}/image.tar`;
    await Deno.writeFile(archive, (await imageOfAll()).bytes);
    const copy = ["skopeo", "--insecure-policy", "copy", "--quiet"];
    await output([...copy, "--all", `oci-archive:${archive}`, `oci:${folder}/all:latest`]);
    const [index] = v.parse(Index, JSON.parse(await Deno.readTextFile(`${folder}/all/index.json`)))
      .manifests;
    const path = `${folder}/all/blobs/${index?.digest.replace(":", "/")}`;
    const { manifests } = v.parse(Index, JSON.parse(await Deno.readTextFile(path)));
    assertEquals(manifests.map(({ platform }) => platform?.architecture), ["amd64", "arm64"]);
    await output([...copy, `docker-archive:${archive}`, `oci:${folder}/one:latest`]);
    await Deno.remove(folder, { recursive: true });
  },
});
