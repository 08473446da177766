import type { BuildInputs, SealedLibrary } from "../compile/build_inputs.ts";

/** SPDX license expressions. */
export const DENO_LICENSE = "MIT";
export const V8_LICENSE = "BSD-3-Clause";
export const ICU_LICENSE = "Unicode-3.0";
/** https://spdx.org/licenses/blessing.html */
export const SQLITE_LICENSE = "blessing";
export const GLIBC_LICENSE = "LGPL-2.1-or-later";
export const LIBGCC_LICENSE = "GPL-3.0-or-later WITH GCC-exception-3.1";

/** The project that a sealed library belongs to. */
export interface LibraryProject {
  readonly name: "glibc" | "libgcc";
  readonly license: string;
}

/** The sonames of glibc 2.36 that a runtime may need, and those of earlier ones that are stubs now. */
const GLIBC = /^(ld-linux.*|libc|libm|libdl|librt|libpthread|libutil|libresolv)\.so\.\d+$/;
const LIBGCC = /^libgcc_s\.so\.\d+$/;

/** @throws {Error} if nobody has said yet what license the library has */
export function projectOf(library: string): LibraryProject {
  if (GLIBC.test(library)) return { name: "glibc", license: GLIBC_LICENSE };
  if (LIBGCC.test(library)) return { name: "libgcc", license: LIBGCC_LICENSE };
  throw new Error(`${library} was sealed in, and its license is not known: add it to ${HERE}`);
}

const HERE = "tools/sbom/licenses.ts, and its text to tools/licenses";

/** A source package of Debian or Ubuntu. */
export interface SourcePackage {
  readonly distribution: "debian" | "ubuntu";
  readonly name: string;
  readonly version: string;
}

/** The distribution that a package is of: Ubuntu writes its name into the versions of its own. */
export function distributionOf(packageVersion: string): "debian" | "ubuntu" {
  return packageVersion.includes("ubuntu") ? "ubuntu" : "debian";
}

/**
 * The source package of a sealed library, undefined where the package it came from is not
 * known. The cross packages (`libc6-arm64-cross`) are built from the same sources as the native ones
 * and say so in `Built-Using`; their version is that of the source with `crossN` behind it.
 */
export function sourceOf(library: SealedLibrary): SourcePackage | undefined {
  const { packageVersion } = library;
  if (library.package === null || packageVersion === null) return undefined;
  // +bN counts rebuilds of the same source
  const version = packageVersion.replace(/cross\d+$/, "").replace(/\+b\d+$/, "");
  const distribution = distributionOf(packageVersion);
  if (projectOf(library.name).name === "glibc") return { distribution, name: "glibc", version };
  return { distribution, name: `gcc-${version.match(/^\d+/)?.[0] ?? ""}`, version };
}

/** The SPDX expression of all that is in an executable. */
export function licenseExpression({ libraries, packages }: BuildInputs): string {
  const licenses = [
    DENO_LICENSE,
    V8_LICENSE,
    ICU_LICENSE,
    ...libraries.map(({ name }) => projectOf(name).license),
    ...packages.map(({ license }) => license),
  ];
  return [...new Set(licenses)].map((license) =>
    license.includes(" OR ") ? `(${license})` : license
  )
    .join(" AND ");
}
