import type { BuildInputs } from "../compile/build_inputs.ts";
import { projectOf, sourceOf } from "./licenses.ts";

/**
 * The text that goes with an executable: what is in it, under which license, where each license's
 * text stands, and where the sources of the C libraries are had.
 *
 * @throws {Error} if the license of a library or the text of a package's license is not known
 */
export function notices(inputs: BuildInputs): string {
  const packages = inputs.packages.map(({ name, version, license }) =>
    `${name} ${version}: ${license}, licenses/${packageText(name)}`
  );
  return `koordinator ${inputs.version} for linux/${inputs.arch}
${"=".repeat(40)}

koordinator is under the MIT license: licenses/koordinator.txt. The executable holds other works, each
under its own license. The texts stand in the folder licenses beside this file; sbom.cdx.json lists
every part that is known, with checksums.

Deno ${inputs.deno}: MIT, licenses/deno.txt
V8 ${inputs.v8}: BSD-3-Clause and those it names, licenses/v8.txt
ICU, in V8: Unicode-3.0 and those it names, licenses/icu.txt
${packages.join("\n")}
Rust crates and SQLite, in Deno: as each package says; sbom.cdx.json names those that left a trace

The C libraries
---------------

Copies of these shared libraries lie in the executable; a loader hands them to the dynamic linker,
itself one of them, when it starts. In the dynamic linker and in libc.so.6 koordinator's build has
changed the names of the files that they would open of a container's image, and in libc.so.6 the one
system call clone3, and nothing else: tools/seal/hidden_paths.ts and tools/seal/without_clone3.ts in
koordinator's sources list them. The others are unchanged, and the
checksums are those of the unchanged libraries.

${inputs.libraries.map((library) => `- ${libraryNotice(library)}`).join("\n")}

The GNU C Library is free software under the GNU Lesser General Public License, version 2.1 or later:
licenses/LGPL-2.1.txt; its copyright notices: licenses/glibc.txt. libgcc is under the GNU General
Public License, version 3 or later, licenses/GPL-3.txt, with the GCC Runtime Library Exception 3.1,
licenses/GCC-exception-3.1.txt.

Their complete sources are published by the distribution, as these source packages:

${sources(inputs)}

\`apt-get source NAME=VERSION\` fetches them there; the archive of all that Debian ever published,
snapshot.debian.org, keeps Debian's, and launchpad.net keeps Ubuntu's.

You may put a changed C library in: change or replace the library on a machine, and run
\`deno task compile\` there in koordinator's sources. It seals the libraries that the dynamic linker
of that machine finds; for another processor, those that its cross compiler has. You may take the executable apart for debugging such changes.
`;
}

const DISTRIBUTIONS = { debian: "Debian", ubuntu: "Ubuntu" } as const;

/** The text of an npm package's license, by the package. */
const PACKAGE_TEXTS = new Map([
  ["loglevel", "loglevel.txt"],
  ["valibot", "valibot.txt"],
  ["yaml", "yaml.txt"],
  ["@dagrejs/dagre", "dagre.txt"],
  // the standard library of Deno, by the same authors under the same license
  ["deno-std", "deno.txt"],
]);

function packageText(name: string): string {
  const text = PACKAGE_TEXTS.get(name);
  if (text === undefined) {
    throw new Error(
      `${name} is bundled, and the text of its license is not there: ` +
        "put it into tools/licenses and name it in tools/sbom/notices.ts",
    );
  }
  return text;
}

function libraryNotice(library: BuildInputs["libraries"][number]): string {
  const { license } = projectOf(library.name);
  const from = library.package === null
    ? "its package is not known"
    : `package ${library.package} ${library.packageVersion ?? ""}`.trimEnd();
  return `${library.name}: ${license}; ${from}`;
}

function sources({ libraries }: BuildInputs): string {
  const lines = libraries.map((library) => {
    const source = sourceOf(library);
    return source === undefined
      ? `- of ${library.name}: ask who built this executable, it came from no package`
      : `- ${source.name} ${source.version} of ${DISTRIBUTIONS[source.distribution]}`;
  });
  return [...new Set(lines)].join("\n");
}
