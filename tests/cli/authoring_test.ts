// What is done on an author's machine, by the executable.
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXECUTABLE_SIZE } from "../../lib/check/rules/volumes.ts";
import { executable, output } from "../support/executable.ts";

const ROOT = new URL("../../", import.meta.url);

/** Modules that only authors load. */
const MODULES = ["authoring", "schema"];

/** What they may add to what is pulled, in bytes. */
const MOST = 1_000_000;

Deno.test("the executable draws what a checkout draws", async () => {
  const manifest = fileURLToPath(new URL("examples/without-rights.yaml", ROOT));
  const drawn = await output(await executable(), ["graph", manifest, "--output", "svg"]);
  assertEquals(drawn, {
    code: 0,
    stdout: await Deno.readTextFile(new URL("docs/pictures/job.svg", ROOT)),
    stderr: "",
  });
});

Deno.test("what authors use adds less than a megabyte to what is pulled", async () => {
  await executable();
  const folder = new URL(`.cache/${Deno.build.arch}/koordinator/`, ROOT);
  let sum = 0;
  for (const name of MODULES) {
    // What is large is packed already.
    const packed = await Deno.stat(new URL(`${name}.js.br`, folder)).catch(() => undefined);
    sum += packed?.size ?? await compressedSize(new URL(`${name}.js`, folder));
  }
  assert(sum > 0 && sum < MOST, `${sum} bytes`);
});

Deno.test("the size that check takes the executable for is near enough to what it is", async () => {
  const { size } = await Deno.stat(await executable());
  assert(Math.abs(size - EXECUTABLE_SIZE) < EXECUTABLE_SIZE / 10, `${size} bytes`);
});

async function compressedSize(file: URL): Promise<number> {
  const { body } = new Response(await Deno.readFile(file));
  assert(body !== null);
  const compressed = body.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).bytes()).length;
}
