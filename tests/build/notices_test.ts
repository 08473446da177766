import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { licenseExpression, sourceOf } from "../../tools/sbom/licenses.ts";
import { notices } from "../../tools/sbom/notices.ts";
import { buildInputs } from "../support/build_inputs.ts";

Deno.test("the notices name the source packages of the C libraries, cross packages included", () => {
  for (
    const line of ["- glibc 2.36-9+deb12u13 of Debian\n", "- gcc-12 12.2.0-14+deb12u1 of Debian\n"]
  ) {
    assertStringIncludes(notices(buildInputs("x86_64")), line);
  }
  for (const line of ["- glibc 2.36-8 of Debian\n", "- gcc-12 12.2.0-14 of Debian\n"]) {
    assertStringIncludes(notices(buildInputs("aarch64")), line);
  }
});

Deno.test("the notices admit that a library came from no known package", () => {
  const [library] = buildInputs().libraries;
  assert(library !== undefined);
  const unknown = { ...library, package: null, packageVersion: null };
  assertEquals(sourceOf(unknown), undefined);
  assertStringIncludes(
    notices({ ...buildInputs(), libraries: [unknown] }),
    `of ${library.name}: ask who built this executable`,
  );
});

Deno.test("a rebuild of a package has the source of the first build", () => {
  const [library] = buildInputs().libraries;
  assert(library !== undefined);
  assertEquals(sourceOf({ ...library, packageVersion: "2.36-9+b1" }), {
    distribution: "debian",
    name: "glibc",
    version: "2.36-9",
  });
});

Deno.test("the sources of what came from Ubuntu are Ubuntu's", () => {
  const [library] = buildInputs().libraries;
  assert(library !== undefined);
  assertEquals(sourceOf({ ...library, packageVersion: "2.39-0ubuntu8cross1" }), {
    distribution: "ubuntu",
    name: "glibc",
    version: "2.39-0ubuntu8",
  });
});

Deno.test("every text of a license that the notices name is there", async () => {
  const folder = new URL("../../tools/licenses/", import.meta.url);
  const there = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const named = notices(buildInputs()).matchAll(/licenses\/(\S+\.txt)/g);
  for (const [, name = ""] of named) {
    assert(name === "koordinator.txt" || there.includes(name), name);
  }
  for (const name of there) {
    const { size } = await Deno.stat(new URL(name, folder));
    // The shortest, ISC, has 700 letters.
    assert(size > 700, name);
  }
});

Deno.test("a bundled package without the text of its license stops the build", () => {
  const packages = [{ name: "left-pad", version: "1.3.0", license: "WTFPL" }];
  assertThrows(() => notices({ ...buildInputs(), packages }), Error, "put it into tools/licenses");
});

Deno.test("the image's license is that of all its parts", () => {
  assertEquals(
    licenseExpression(buildInputs()),
    "MIT AND BSD-3-Clause AND Unicode-3.0 AND LGPL-2.1-or-later AND " +
      "GPL-3.0-or-later WITH GCC-exception-3.1",
  );
});
