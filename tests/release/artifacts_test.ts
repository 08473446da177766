import { assert, assertEquals, assertRejects } from "@std/assert";
import { output } from "../../tools/e2e/output.ts";
import { type Build, readBuild } from "../../tools/image/contents.ts";
import { artifacts } from "../../tools/release/artifacts.ts";
import { ALL_TARGETS } from "../../tools/support/target.ts";
import { compiledRepository } from "../support/repository.ts";

const IMAGE = new TextEncoder().encode("an image");

async function builds(): Promise<readonly Build[]> {
  const repository = await compiledRepository();
  const read = await Promise.all(ALL_TARGETS.map((target) => readBuild(repository, target)));
  await Deno.remove(repository, { recursive: true });
  return read.filter((build) => build !== undefined);
}

Deno.test("a release has executable, bill of materials and licenses for each processor, one image, and all checksums", async () => {
  const names = (await artifacts("1.2.3", await builds(), IMAGE)).map(({ name }) => name);
  const files = names.filter((name) => !name.endsWith(".sha256"));
  assertEquals(files, [
    "koordinator-1.2.3-linux-amd64",
    "koordinator-1.2.3-linux-amd64.cdx.json",
    "koordinator-1.2.3-linux-amd64.licenses.tar.gz",
    "koordinator-1.2.3-linux-arm64",
    "koordinator-1.2.3-linux-arm64.cdx.json",
    "koordinator-1.2.3-linux-arm64.licenses.tar.gz",
    "koordinator-1.2.3.image.tar",
  ]);
  assertEquals(names.length, 2 * files.length);
  for (const name of files) assert(names.includes(`${name}.sha256`), name);
});

Deno.test("sha256sum -c checks every file of a release", async () => {
  const folder = await Deno.makeTempDir();
  for (const { name, content, mode } of await artifacts("1.2.3", await builds(), IMAGE)) {
    await Deno.writeFile(`${folder}/${name}`, content, { mode });
  }
  const checked = await output(["sh", "-c", 'cd "$1" && sha256sum -c *.sha256', "sh", folder]);
  assertEquals(checked.trim().split("\n").filter((line) => line.endsWith(": OK")).length, 7);
  const { mode } = await Deno.stat(`${folder}/koordinator-1.2.3-linux-arm64`);
  assertEquals((mode ?? 0) & 0o777, 0o755);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the licenses of a release are a folder with the notices", async () => {
  const files = await artifacts("1.2.3", await builds(), IMAGE);
  const archive = files.find(({ name }) => name.endsWith("amd64.licenses.tar.gz"));
  assert(archive !== undefined);
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, archive.content);
  const names = (await output(["tar", "-tzf", path])).trim().split("\n");
  await Deno.remove(path);
  for (const name of ["NOTICES.txt", "licenses/", "licenses/LGPL-2.1.txt", "licenses/deno.txt"]) {
    assert(names.includes(name), name);
  }
});

Deno.test("equal builds make equal releases", async () => {
  const make = async () => await artifacts("1.2.3", await builds(), IMAGE);
  assertEquals(await make(), await make());
});

Deno.test("executables of different sources or versions are no release", async () => {
  const [first, second] = await builds();
  assert(first !== undefined && second !== undefined);
  const older = { ...second, inputs: { ...second.inputs, version: "1.2.2" } };
  await assertRejects(
    () => artifacts("1.2.3", [first, older], IMAGE),
    Error,
    "of versions 1.2.3 and 1.2.2: compile them again",
  );
  const program = { sha256: "f".repeat(64) };
  const changed = { ...second, inputs: { ...second.inputs, program } };
  await assertRejects(
    () => artifacts("1.2.3", [first, changed], IMAGE),
    Error,
    "of different sources: compile them again",
  );
});
