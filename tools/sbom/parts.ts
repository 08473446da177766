import type { BuildInputs, SealedLibrary } from "../compile/build_inputs.ts";
import { findTarget } from "../support/target.ts";
import { type Component, hashed, licensed, seen } from "./component.ts";
import {
  DENO_LICENSE,
  distributionOf,
  ICU_LICENSE,
  projectOf,
  SQLITE_LICENSE,
  V8_LICENSE,
} from "./licenses.ts";
import { formatPurl, npmPurl } from "./purl.ts";
import type { Crate, RuntimeParts } from "./runtime_parts.ts";

/** Deno's runtime, as it was before its libraries were sealed in. */
export function denoComponent({ deno, runtime }: BuildInputs): Component {
  const purl = formatPurl({
    type: "github",
    namespace: "denoland",
    name: "deno",
    version: `v${deno}`,
  });
  const description = "the runtime that `deno compile` appends a program to";
  return {
    type: "platform",
    "bom-ref": purl,
    name: "deno",
    version: deno,
    description,
    purl,
    ...licensed(DENO_LICENSE),
    ...hashed(runtime.sha256),
  };
}

/** V8; Deno adds `-rusty` to the version of its own build. */
export function v8Component({ v8 }: BuildInputs): Component {
  const version = v8.replace(/-rusty$/, "");
  const purl = formatPurl({ type: "github", namespace: "v8", name: "v8", version });
  return {
    type: "library",
    "bom-ref": purl,
    name: "v8",
    version,
    purl,
    ...licensed(V8_LICENSE),
  };
}

/** The parts of the runtime that its own bytes tell of. */
export function runtimeComponents({ crates, icu, sqlite }: RuntimeParts): readonly Component[] {
  const parts: Component[] = [];
  if (icu !== undefined) {
    parts.push({
      type: "library",
      "bom-ref": "icu",
      name: "icu",
      version: icu,
      ...licensed(ICU_LICENSE),
      ...seen("name", `icudt${icu}l`),
    });
  }
  if (sqlite !== undefined) {
    parts.push({
      type: "library",
      "bom-ref": "sqlite",
      name: "sqlite",
      ...licensed(SQLITE_LICENSE),
      properties: [{ name: "koordinator:sqlite-source-id", value: sqlite }],
      ...seen("name", sqlite),
    });
  }
  return [...parts, ...crates.map(crateComponent)];
}

function crateComponent({ name, version }: Crate): Component {
  const purl = formatPurl({ type: "cargo", name, version });
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    ...seen("purl", `${name}-${version}/`),
  };
}

/** The C libraries that were sealed in, one component for each package that they came from. */
export function libraryComponents({ libraries, arch }: BuildInputs): readonly Component[] {
  const packages = Map.groupBy(
    libraries,
    (library) => [projectOf(library.name).name, library.package, library.packageVersion].join(" "),
  );
  return [...packages.values()].flatMap((files) => {
    const [first] = files;
    return first === undefined ? [] : [libraryComponent(first, files, arch)];
  });
}

function libraryComponent(
  first: SealedLibrary,
  files: readonly SealedLibrary[],
  arch: BuildInputs["arch"],
): Component {
  const { name, license } = projectOf(first.name);
  const { package: debian, packageVersion: version } = first;
  const known = debian === null || version === null ? undefined : {
    version,
    purl: formatPurl({
      type: "deb",
      namespace: distributionOf(version),
      name: debian,
      version,
      // the cross packages hold another machine's files and are for all machines
      qualifiers: { arch: debian.endsWith("-cross") ? "all" : findTarget(arch).oci },
    }),
  };
  const ref = known?.purl ?? name;
  return {
    type: "library",
    "bom-ref": ref,
    name,
    ...known,
    ...licensed(license),
    components: files.map((file) => ({
      type: "file",
      "bom-ref": `${ref}#${file.name}`,
      name: file.name,
      ...hashed(file.sha256),
    })),
  };
}

/** The npm packages that the program was bundled of. */
export function npmComponents({ packages }: BuildInputs): readonly Component[] {
  return packages.map(({ name, version, license }) => {
    const purl = npmPurl(name, version);
    return {
      type: "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      ...licensed(license),
    };
  });
}
