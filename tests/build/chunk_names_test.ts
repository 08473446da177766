import { assertEquals } from "@std/assert";
import { nameByContent } from "../../tools/chunk_names.ts";

const bundle = (shared: string, later: string) =>
  new Map([
    ["main.js", `import"./chunk-${shared}.js";import("./copy-${later}.js")`],
    [`chunk-${shared}.js`, "export const shared = 1"],
    [`copy-${later}.js`, `import"./chunk-${shared}.js"`],
  ]);

Deno.test("the same modules get the same names, whatever the bundler called them", () => {
  assertEquals(
    nameByContent(bundle("4OEBYCHN", "UYJIINOA")),
    nameByContent(bundle("PNSBAWQS", "0A0A0A0A")),
  );
});

Deno.test("modules are imported by their new names", () => {
  const named = nameByContent(bundle("4OEBYCHN", "UYJIINOA"));
  const names = [...named.keys()];
  for (const text of named.values()) {
    for (const [, imported = ""] of text.matchAll(/"\.\/([^"]+)"/g)) {
      assertEquals(names.includes(imported), true, imported);
    }
  }
});
