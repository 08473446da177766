import { assertEquals } from "@std/assert";
import { sourceText } from "./pages.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every message in the docs is one that the program has", async () => {
  const text = (await sourceText()) +
    await Deno.readTextFile(new URL("main.ts", ROOT));
  const docs = await Deno.readTextFile(new URL("docs/reference/messages.md", ROOT));
  const messages = [...docs.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, message = ""]) => message);
  const missing = messages.filter((message) =>
    !message.split("...").every((part) => text.includes(part.trim()))
  );
  assertEquals(missing, []);
  assertEquals(messages.length > 20, true);
});
