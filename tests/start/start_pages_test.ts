import { assert, assertEquals } from "@std/assert";
import { formatRuns, PAGE, parseRuns, startPagesOf } from "../../tools/seal/start_pages.ts";
import { executable } from "../support/executable.ts";

Deno.test("pages are joined to runs over small gaps, and read as they were written", () => {
  const pages = [9, 3, 4, 1, 20];
  assertEquals(formatRuns(pages, 0), "1+1 3+2 9+1 20+1");
  assertEquals(formatRuns(pages, 1), "1+4 9+1 20+1");
  assertEquals(parseRuns(formatRuns(pages, 4)), [
    { offset: PAGE, size: 9 * PAGE },
    { offset: 20 * PAGE, size: PAGE },
  ]);
  const many = Array.from({ length: 500 }, (_, index) => index * 10);
  assert(formatRuns(many, 0).split("\n").every((line) => line.length <= 100));
  assertEquals(parseRuns(formatRuns(many, 0)).length, 500);
});

Deno.test({
  name: "what a start reads is known of the runtime that is sealed by default (x86_64)",
  ignore: Deno.build.arch !== "x86_64" || (Deno.env.get("DENORT_BIN") ?? "") !== "",
  fn: async () => {
    await executable();
    const runtime = new URL("../../.cache/x86_64/runtime", import.meta.url);
    const ranges = await startPagesOf(await Deno.readFile(runtime));
    const bytes = ranges.reduce((sum, { size }) => sum + size, 0);
    assert(bytes > 10e6 && bytes < 30e6, `${bytes} bytes`);
  },
});
