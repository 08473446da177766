/**
 * `deno task image-root DIR [TARGET]`: lays the files of the image into a folder, for the Containerfile.
 * TARGET is one of `deno task compile`.
 */
import { fileURLToPath } from "node:url";
import { imageFiles, readBuild } from "./image/contents.ts";
import { executablePath, findTarget } from "./support/target.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

async function imageRoot(args: readonly string[]): Promise<void> {
  const [folder, name, ...more] = args;
  if (folder === undefined || more.length > 0) {
    throw new Error("usage: deno task image-root DIR [x86_64|aarch64]");
  }
  const target = findTarget(name);
  const build = await readBuild(ROOT, target);
  if (build === undefined) {
    const remedy = `run \`deno task compile --target ${target.arch}\` first`;
    throw new Error(`${executablePath(target)} is missing: ${remedy}`);
  }
  for (const { name, mode, content } of imageFiles(build)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, content, { mode });
  }
  console.log(`${folder}: the files of the image for linux/${target.oci}`);
}

try {
  await imageRoot(Deno.args);
} catch (error) {
  console.error(`image-root: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
