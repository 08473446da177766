import { assertEquals, assertThrows } from "@std/assert";
import { parseBuildInputs } from "../../tools/compile/build_inputs.ts";
import { buildInputs } from "../support/build_inputs.ts";

Deno.test("build inputs are read as they were written", () => {
  const inputs = buildInputs();
  assertEquals(parseBuildInputs(JSON.stringify(inputs), "koordinator.build.json"), inputs);
});

Deno.test("a library of no known package is a build input like any other", () => {
  const inputs = buildInputs();
  const libraries = inputs.libraries.map((library) => ({
    ...library,
    package: null,
    packageVersion: null,
  }));
  const unknown = { ...inputs, libraries };
  assertEquals(parseBuildInputs(JSON.stringify(unknown), "koordinator.build.json"), unknown);
});

Deno.test("wrong build inputs are refused by file, place and remedy", () => {
  const wrong = { ...buildInputs(), runtime: { sha256: "abc" } };
  assertThrows(
    () => parseBuildInputs(JSON.stringify(wrong), "koordinator.build.json"),
    Error,
    "koordinator.build.json: runtime.sha256: not a SHA-256 in hexadecimal; run `deno task compile`",
  );
  assertThrows(
    () => parseBuildInputs('{"version":', "koordinator.build.json"),
    Error,
    "koordinator.build.json: not JSON",
  );
});
