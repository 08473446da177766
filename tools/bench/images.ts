/** The images of the bench's pods, packed without a container engine. */
import { dirname } from "node:path";
import { packImage } from "../e2e/pack_image.ts";
import { readBuild } from "../image/contents.ts";
import { makeImage } from "../image/make_image.ts";
import { findTarget } from "../support/target.ts";
import { type Peer, peerPath } from "./peers.ts";
import { compileProbe, findInit, PACKAGED_INITS, withLibraries } from "./programs.ts";

/** The references; `.local` so that nobody ever pulls one. */
export const BENCH_IMAGES = {
  programs: "bench.local/programs:1",
  koordinator: "bench.local/koordinator:1",
} as const;

/** Where the probe is in the image. */
export const PROBE = "/probe";

/** The images as tars, and the inits of Debian that they have, by name. */
export interface BenchImages {
  readonly tars: readonly string[];
  /** Their paths in the image; those that are not installed here are missing. */
  readonly inits: ReadonlyMap<string, string>;
}

/**
 * Packs the probe and what stands in front of it into one image, and dist/koordinator into another.
 * @param repository `deno task compile` must have made its dist/koordinator
 * @param into the folder for the tars; it is emptied first
 */
export async function makeBenchImages(
  repository: string,
  into: string,
  peers: readonly Peer[],
): Promise<BenchImages> {
  await Deno.remove(into, { recursive: true }).catch(() => {});
  const root = `${into}/root`;
  await install(await compileProbe(into), `${root}${PROBE}`);
  const inits = new Map<string, string>();
  for (const init of PACKAGED_INITS) {
    const program = await findInit(init);
    if (program === undefined) {
      console.error(`bench: without ${init.name}: apt-get install ${init.package}`);
      continue;
    }
    for (const file of await withLibraries(program)) await install(file, `${root}${file}`);
    inits.set(init.name, program);
  }
  for (const peer of peers) {
    const [, ...libraries] = await withLibraries(peer.program);
    await install(peer.program, `${root}${peerPath(peer)}`);
    for (const file of libraries) await install(file, `${root}${file}`);
  }
  const programs = `${into}/programs.tar`;
  await packImage(programs, BENCH_IMAGES.programs, root);
  const koordinator = `${into}/koordinator.tar`;
  await Deno.writeFile(koordinator, await koordinatorImage(repository));
  return { tars: [programs, koordinator], inits };
}

/** Not compressed: what a pod sees of it is the same, and packing takes no minute. */
async function koordinatorImage(repository: string): Promise<Uint8Array<ArrayBuffer>> {
  const host = findTarget();
  const build = await readBuild(`${repository}/`, host);
  if (build === undefined) throw new Error("dist/koordinator is missing: run `deno task compile`");
  const reference = BENCH_IMAGES.koordinator;
  return (await makeImage([build], { reference, compression: "none", host })).bytes;
}

async function install(source: string, target: string): Promise<void> {
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.copyFile(source, target);
  await Deno.chmod(target, 0o755);
}
