/** One name of the image in all manifests: that of this version, for which no kubelet asks a registry each time. */
import { assertEquals } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { type Block, blocksOf, readPages } from "./pages.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** The tags under which koordinator's image is named. */
function tagsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?<![\w/.-])koordinator:(\w[\w.-]*)/g)].map(([, tag = ""]) => tag);
}

Deno.test("all examples and all blocks of the pages name koordinator's image by this version", async () => {
  const examples: readonly string[] = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name);
  const pages = (await readPages()).filter(({ path }) => path !== "CHANGELOG.md");
  const texts = [
    ...examples.map((name) => [name, Deno.readTextFileSync(new URL(name, EXAMPLES))] as const),
    ...pages.flatMap((page) =>
      blocksOf(page).map(({ text, line }: Block) => [`${page.path}:${line}`, text] as const)
    ),
  ];
  const named = texts.flatMap(([where, text]) => tagsIn(text).map((tag) => [where, tag] as const));
  assertEquals(named.filter(([, tag]) => tag !== VERSION), []);
  assertEquals(named.length > 50, true);
});
