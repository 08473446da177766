import { assert, assertEquals, assertRejects } from "@std/assert";
import { Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
// The validator loads these by name if they are there.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import * as v from "valibot";
import { cycloneDx } from "../../tools/sbom/cyclonedx.ts";
import { formatPurl, npmPurl } from "../../tools/sbom/purl.ts";
import { findRuntimeParts } from "../../tools/sbom/runtime_parts.ts";
import { buildInputs, fakeExecutable } from "../support/build_inputs.ts";

const EXECUTABLE = "a".repeat(64);
const PARTS = findRuntimeParts(fakeExecutable("x86_64"));

const Component = v.object({
  "bom-ref": v.string(),
  name: v.string(),
  version: v.optional(v.string()),
  purl: v.optional(v.string()),
  licenses: v.optional(v.array(v.unknown())),
  hashes: v.optional(v.array(v.object({ content: v.string() }))),
  components: v.optional(v.array(v.object({ name: v.string() }))),
});
const Document = v.object({
  serialNumber: v.string(),
  metadata: v.object({ component: Component }),
  components: v.array(Component),
  dependencies: v.array(v.object({ ref: v.string(), dependsOn: v.array(v.string()) })),
});

async function document(inputs = buildInputs()) {
  return v.parse(Document, JSON.parse(await cycloneDx(inputs, EXECUTABLE, PARTS)));
}

Deno.test("the bill of materials is valid CycloneDX 1.6, for both processors", async () => {
  const validator = new JsonStrictValidator(Version.v1dot6);
  for (const arch of ["x86_64", "aarch64"] as const) {
    const text = await cycloneDx(buildInputs(arch), EXECUTABLE, PARTS);
    assertEquals(await validator.validate(text), null, arch);
  }
  assert(await validator.validate('{"bomFormat":"CycloneDX","specVersion":"1.6","no":1}') !== null);
});

Deno.test("it names every part with its version, package URL and license", async () => {
  const { metadata, components } = await document();
  assertEquals(metadata.component.purl, "pkg:generic/koordinator@1.2.3?arch=amd64");
  assertEquals(metadata.component.hashes, [{ content: EXECUTABLE }]);
  assertEquals(
    components.map(({ name, version, purl, licenses }) => [name, version, purl, licenses]),
    [
      ["deno", "2.6.10", "pkg:github/denoland/deno@v2.6.10", [{ license: { id: "MIT" } }]],
      ["v8", "14.5.201.2", "pkg:github/v8/v8@14.5.201.2", [{ license: { id: "BSD-3-Clause" } }]],
      [
        "glibc",
        "2.36-9+deb12u13",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64",
        [{ license: { id: "LGPL-2.1-or-later" } }],
      ],
      [
        "libgcc",
        "12.2.0-14+deb12u1",
        "pkg:deb/debian/libgcc-s1@12.2.0-14%2Bdeb12u1?arch=amd64",
        [{ expression: "GPL-3.0-or-later WITH GCC-exception-3.1" }],
      ],
      ["loglevel", "1.9.2", "pkg:npm/loglevel@1.9.2", [{ license: { id: "MIT" } }]],
      ["valibot", "1.5.0", "pkg:npm/valibot@1.5.0", [{ license: { id: "MIT" } }]],
      ["icu", "77", undefined, [{ license: { id: "Unicode-3.0" } }]],
      ["sqlite", undefined, undefined, [{ license: { id: "blessing" } }]],
      ["ash", "0.38.0+1.3.281", "pkg:cargo/ash@0.38.0%2B1.3.281", undefined],
      ["tokio", "1.47.1", "pkg:cargo/tokio@1.47.1", undefined],
    ],
  );
});

Deno.test("it lists each sealed library as a file of its package", async () => {
  const { components } = await document();
  const files = (wanted: string) =>
    components.find(({ name }) => name === wanted)?.components?.map(({ name }) => name);
  assertEquals(files("glibc"), ["ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6"]);
  assertEquals(files("libgcc"), ["libgcc_s.so.1"]);
});

Deno.test("every part is reached from koordinator by its dependencies", async () => {
  const { metadata, components, dependencies } = await document();
  const reached = new Set([metadata.component["bom-ref"]]);
  for (const ref of reached) {
    const edges = dependencies.find((dependency) => dependency.ref === ref);
    edges?.dependsOn.forEach((next) => reached.add(next));
  }
  assertEquals(components.filter((part) => !reached.has(part["bom-ref"])), []);
});

Deno.test("equal builds have equal bills, other builds have other serial numbers", async () => {
  assertEquals((await document()).serialNumber, (await document()).serialNumber);
  const other = { ...buildInputs(), deno: "2.6.9" };
  assert((await document()).serialNumber !== (await document(other)).serialNumber);
});

Deno.test("a sealed library whose license nobody has looked up stops the build", async () => {
  const [library] = buildInputs().libraries;
  assert(library !== undefined);
  const inputs = { ...buildInputs(), libraries: [{ ...library, name: "libssl.so.3" }] };
  await assertRejects(
    () => cycloneDx(inputs, EXECUTABLE, PARTS),
    Error,
    "libssl.so.3 was sealed in, and its license is not known",
  );
});

Deno.test("a library of no known package is named without a version", async () => {
  const inputs = buildInputs();
  const libraries = inputs.libraries.map((library) => ({
    ...library,
    package: null,
    packageVersion: null,
  }));
  const text = await cycloneDx({ ...inputs, libraries }, EXECUTABLE, PARTS);
  assertEquals(await new JsonStrictValidator(Version.v1dot6).validate(text), null);
  const { components } = await document({ ...inputs, libraries });
  assertEquals(components.find(({ name }) => name === "glibc")?.version, undefined);
});

Deno.test("package URLs are written in their canonical form", () => {
  assertEquals(npmPurl("@a/b", "1.0.0"), "pkg:npm/%40a/b@1.0.0");
  const version = "1:2+3";
  const qualifiers = { b: "2", a: "1" };
  assertEquals(
    formatPurl({ type: "deb", namespace: "debian", name: "x", version, qualifiers }),
    "pkg:deb/debian/x@1:2%2B3?a=1&b=2",
  );
});
