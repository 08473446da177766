/**
 * Manifests in the styles of real projects, with the verdict that each deserves: those in `good` are clean,
 * notes included; those in `bad` say in their first lines what is found, and where:
 * `# expect: RULE LINE:COLUMN`. Of all of them all orders of events are gone through, but for those that a
 * rule has found broken.
 */
import { assertEquals } from "@std/assert";
import { found } from "./support/found.ts";

const FOLDER = new URL("manifests/", import.meta.url);
const EXPECTED = /^# expect: (\S+ \d+:\d+)$/gm;

for (const kind of ["good", "bad"] as const) {
  const folder = new URL(`${kind}/`, FOLDER);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

  for (const name of names) {
    Deno.test(`${kind}/${name} has the verdict that it deserves`, async () => {
      const text = await Deno.readTextFile(new URL(name, folder));
      const expected = [...text.matchAll(EXPECTED)].map(([, finding]) => finding);
      const all = found(name, text, { assumptions: new Map() });
      assertEquals(all.map(({ rule, place }) => `${rule} ${place}`), expected);
      assertEquals(expected.length > 0, kind === "bad");
    });
  }

  Deno.test(`there are thirty ${kind} manifests at the least`, () => {
    assertEquals(names.length >= 30, true);
  });
}
