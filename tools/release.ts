/**
 * `deno task release [--snapshot]`: compiles koordinator for all processors and lays what is published
 * into dist/release/. It uploads nothing. docs/how-to/release.md tells of it.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import * as v from "valibot";
import { readBuild } from "./image/contents.ts";
import { makeImage } from "./image/make_image.ts";
import { artifacts } from "./release/artifacts.ts";
import { releaseFacts } from "./release/facts.ts";
import { releaseFaults, releaseNotes } from "./release/faults.ts";
import { ALL_TARGETS, findTarget, type Target } from "./support/target.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = "dist/release";
const NOTES = "dist/release-notes.md";

const Options = v.strictObject({ _: v.strictTuple([]), snapshot: v.boolean() });

async function release(args: readonly string[]): Promise<void> {
  const options = v.safeParse(Options, parseArgs(args, { boolean: ["snapshot"] }));
  if (!options.success) throw new Error("usage: deno task release [--snapshot]");
  const facts = await releaseFacts(ROOT);
  const version = named(facts.version, releaseFaults(facts), options.output.snapshot);
  for (const target of ALL_TARGETS) await compile(target);
  const builds = await Promise.all(ALL_TARGETS.map(async (target) => {
    const build = await readBuild(ROOT, target);
    if (build === undefined) throw new Error(`deno task compile made nothing for ${target.arch}`);
    return build;
  }));
  const { bytes } = await makeImage(builds, {
    reference: `koordinator:${version}`,
    compression: "zstd",
    host: findTarget(),
    cache: `${ROOT}.cache`,
  });
  const files = await artifacts(version, builds, bytes);
  await Deno.remove(`${ROOT}${OUTPUT}`, { recursive: true }).catch(ignoreNotFound);
  await Deno.mkdir(`${ROOT}${OUTPUT}`, { recursive: true });
  for (const { name, mode, content } of files) {
    await Deno.writeFile(`${ROOT}${OUTPUT}/${name}`, content, { mode });
    console.log(`${OUTPUT}/${name}: ${(content.length / 1e6).toFixed(1)} MB`);
  }
  const notes = releaseNotes(facts.changelog, facts.version) ?? "A snapshot, no release.\n";
  await Deno.writeTextFile(`${ROOT}${NOTES}`, notes);
}

/** The version that the files are named by. */
function named(version: string, faults: readonly string[], snapshot: boolean): string {
  if (snapshot) {
    for (const fault of faults) console.log(`a snapshot, no release: ${fault}`);
    return `${version}-snapshot`;
  }
  if (faults.length === 0) return version;
  const all = faults.map((fault) => `\n- ${fault}`).join("");
  throw new Error(`${version} cannot be released (--snapshot makes the files all the same):${all}`);
}

async function compile({ arch }: Target): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}tools/compile.ts`, "--target", arch],
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`deno task compile --target ${arch} failed`);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

try {
  await release(Deno.args);
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
