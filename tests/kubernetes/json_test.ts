import { assertEquals, assertThrows } from "@std/assert";
import { parseJson } from "../../lib/kubernetes/json.ts";

Deno.test("a pod with all that controllers write into it is parsed", () => {
  const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f:${i}`, {}]));
  const pod = {
    metadata: { managedFields: [fields], annotations: { text: "x".repeat(1_000_000) } },
  };
  assertEquals(parseJson(JSON.stringify(pod)), pod);
});

for (
  const [what, text] of [
    ["objects", `[${"{},".repeat(200_000)}{}]`],
    ["lists that are never closed", "[".repeat(200_000)],
    ["numbers", `[${"1,".repeat(200_000)}1]`],
    ["keys", `{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`).join(",")}}`],
  ] as const
) {
  Deno.test(`hundreds of thousands of ${what} are refused before they take memory`, () => {
    assertThrows(() => parseJson(text), RangeError, "JSON of more than 100000 values");
  });
}
