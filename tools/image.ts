import { imageArchive } from "./image_archive.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * `deno task image`: makes dist/koordinator.image.tar out of dist/koordinator, the image that the
 * Containerfile describes, without a container engine.
 */
async function image(tag: string): Promise<void> {
  const content = await Deno.readFile(`${ROOT}dist/koordinator`).catch((cause) => {
    throw new Error("dist/koordinator is missing: run `deno task compile` first", { cause });
  });
  const archive = await imageArchive(tag, [{ name: "bin/koordinator", mode: 0o755, content }], {
    // Not /koordinator, where pods mount the volume that the executable is copied to.
    Entrypoint: ["/bin/koordinator", "copy"],
    User: "65534",
  });
  await Deno.writeFile(`${ROOT}dist/koordinator.image.tar`, archive);
  console.log(`dist/koordinator.image.tar: ${tag}`);
}

try {
  await image(Deno.args[0] ?? "docker.io/library/koordinator:latest");
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
