import { assertEquals } from "@std/assert";
import { isOlder } from "../../lib/kubernetes/resource_version.ts";

for (
  const [version, than, older] of [
    ["99", "101", true],
    ["101", "99", false],
    ["101", "101", false],
    ["18446744073709551614", "18446744073709551615", true],
    ["abc", "abd", false],
    ["1", "2a", false],
    ["007", "8", false],
    ["", "1", false],
    [undefined, "1", false],
    ["1", undefined, false],
  ] as const
) {
  Deno.test(`version ${version} is ${older ? "" : "not "}surely older than ${than}`, () => {
    assertEquals(isOlder(version, than), older);
  });
}
