/** Packs a folder as an image of one layer, in the docker-archive format that every loader reads. */
import { createHash } from "node:crypto";
import { output } from "./output.ts";

/** What makes GNU tar's output depend on nothing but names, modes and contents. */
const REPRODUCIBLE = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/**
 * Writes the image's tar.
 * @param tar the file to write; a folder of this name with `.parts` is made and removed
 * @param reference the image's name and tag
 * @param root the folder that becomes the image's file system
 * @param runs the part of the image's config that says how it is run
 */
export async function packImage(
  tar: string,
  reference: string,
  root: string,
  runs: Readonly<Record<string, unknown>> = { Env: ["PATH=/bin"] },
): Promise<void> {
  const parts = `${tar}.parts`;
  await Deno.mkdir(parts, { recursive: true });
  await output(["tar", ...REPRODUCIBLE, "-cf", `${parts}/layer.tar`, "-C", root, "."]);
  const digest = createHash("sha256").update(await Deno.readFile(`${parts}/layer.tar`)).digest(
    "hex",
  );
  const config = {
    created: "1970-01-01T00:00:00Z",
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config: runs,
    rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "tools/e2e" }],
  };
  const manifest = [{ Config: "config.json", RepoTags: [reference], Layers: ["layer.tar"] }];
  await Deno.writeTextFile(`${parts}/config.json`, JSON.stringify(config));
  await Deno.writeTextFile(`${parts}/manifest.json`, JSON.stringify(manifest));
  const files = ["config.json", "layer.tar", "manifest.json"];
  await output(["tar", ...REPRODUCIBLE, "-cf", tar, "-C", parts, ...files]);
  await Deno.remove(parts, { recursive: true });
}
