/**
 * `deno task image [NAME:TAG] [--compression zstd|gzip|none]`: makes dist/koordinator.image.tar out of
 * the executables in dist/, without a container engine. docs/how-to/build.md tells of it.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import * as v from "valibot";
import { COMPRESSIONS } from "./image/compression.ts";
import { type Build, readBuild } from "./image/contents.ts";
import { makeImage } from "./image/make_image.ts";
import { ALL_TARGETS, findTarget, isHost } from "./support/target.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = "dist/koordinator.image.tar";

const Options = v.strictObject({
  _: v.union([
    v.pipe(v.strictTuple([]), v.transform((): [string] => ["koordinator:latest"])),
    v.strictTuple([v.string()]),
  ]),
  compression: v.optional(v.picklist(COMPRESSIONS), "zstd"),
});

async function image(args: readonly string[]): Promise<void> {
  const options = v.safeParse(Options, parseArgs(args, { string: ["compression"] }));
  if (!options.success) {
    throw new Error("usage: deno task image [NAME:TAG] [--compression zstd|gzip|none]");
  }
  const { _: [reference], compression } = options.output;
  const host = findTarget();
  const builds = await allBuilds();
  const cache = `${ROOT}.cache`;
  await Deno.mkdir(cache, { recursive: true });
  const { bytes, layerSizes } = await makeImage(builds, { reference, compression, host, cache });
  await Deno.writeFile(`${ROOT}${OUTPUT}`, bytes);
  for (const [{ oci }, size] of layerSizes) {
    console.log(`linux/${oci}: ${(size / 1e6).toFixed(1)} MB, ${compression}`);
  }
  console.log(`${OUTPUT}: ${reference}`);
}

/** The host's build, and the other one if it was made of the same sources. */
async function allBuilds(): Promise<readonly Build[]> {
  const own = await readBuild(ROOT, findTarget());
  if (own === undefined) {
    throw new Error("dist/koordinator is missing: run `deno task compile` first");
  }
  const builds = [own];
  for (const target of ALL_TARGETS.filter((target) => !isHost(target))) {
    const { arch, oci } = target;
    const other = await readBuild(ROOT, target);
    const remedy = `\`deno task compile --target ${arch}\` adds it`;
    if (other === undefined) {
      console.log(`linux/${oci}: not compiled, left out; ${remedy}`);
    } else if (other.inputs.program.sha256 !== own.inputs.program.sha256) {
      console.log(`linux/${oci}: of other sources, left out; ${remedy}`);
    } else {
      builds.push(other);
    }
  }
  return builds;
}

try {
  await image(Deno.args);
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
