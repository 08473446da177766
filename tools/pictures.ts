/**
 * `deno task pictures`: draws the pictures of the documentation anew, each by the call that its page
 * shows before it.
 */
import { fileURLToPath } from "node:url";
import { PAGES_WITH_PICTURES, picturesOf } from "./pictures/calls.ts";
import { DEMO, drawDemo } from "./pictures/demo.ts";
import { draw } from "./pictures/draw.ts";

const ROOT = new URL("../", import.meta.url);
await Deno.mkdir(new URL("docs/pictures/", ROOT), { recursive: true });
for await (const { picture, words } of picturesOf(ROOT, PAGES_WITH_PICTURES)) {
  await Deno.writeTextFile(picture, await draw(ROOT, words));
  console.log(fileURLToPath(picture));
}
await Deno.writeTextFile(new URL(DEMO, ROOT), await drawDemo(ROOT));
console.log(fileURLToPath(new URL(DEMO, ROOT)));
