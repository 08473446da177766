import { assert, assertEquals } from "@std/assert";
import { PAGES_WITH_PICTURES, picturesOf } from "../../tools/pictures/calls.ts";
import { DEMO, drawDemo } from "../../tools/pictures/demo.ts";
import { draw } from "../../tools/pictures/draw.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every picture of a play is what its page's call draws", async () => {
  const pictures = await Array.fromAsync(picturesOf(ROOT, PAGES_WITH_PICTURES));
  assert(pictures.length >= 4);
  for (const { page, picture, words } of pictures) {
    const kept = await Deno.readTextFile(picture);
    assertEquals(kept, await draw(ROOT, words), `${page}: deno task pictures`);
  }
});

Deno.test("the README's terminal shows what is printed today", async () => {
  const kept = await Deno.readTextFile(new URL(DEMO, ROOT));
  assertEquals(kept, await drawDemo(ROOT), "deno task pictures");
});

Deno.test("every picture that is kept is shown on a page", async () => {
  const pages = ["README.md", "docs/performance.md", "docs/how-to/", "docs/symptoms/"];
  const texts: string[] = [];
  for (const place of pages) {
    const files = place.endsWith("/")
      ? [...Deno.readDirSync(new URL(place, ROOT))].map(({ name }) => `${place}${name}`)
      : [place];
    for (const file of files) texts.push(await Deno.readTextFile(new URL(file, ROOT)));
  }
  const kept = [...Deno.readDirSync(new URL("docs/pictures/", ROOT))].map(({ name }) => name);
  const unseen = kept.filter((name) => !texts.some((text) => text.includes(`pictures/${name})`)));
  assertEquals(unseen, []);
});
