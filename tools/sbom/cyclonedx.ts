import type { BuildInputs } from "../compile/build_inputs.ts";
import { findTarget } from "../support/target.ts";
import { sha256 } from "../support/sha256.ts";
import { type Component, hashed, licensed } from "./component.ts";
import {
  denoComponent,
  libraryComponents,
  npmComponents,
  runtimeComponents,
  v8Component,
} from "./parts.ts";
import { formatPurl } from "./purl.ts";
import type { RuntimeParts } from "./runtime_parts.ts";

/** koordinator's own license. */
const LICENSE = "MIT";

/**
 * The software bill of materials of an executable, CycloneDX 1.6 in JSON. Equal executables have
 * equal ones: it says nothing of when it was made, and its serial number is taken from its content.
 *
 * @param executable the SHA-256 of the executable
 * @param parts what the executable shows of the runtime's parts
 * @throws {Error} if the license of a library is not known
 */
export async function cycloneDx(
  inputs: BuildInputs,
  executable: string,
  parts: RuntimeParts,
): Promise<string> {
  const subject = koordinator(inputs, executable);
  const deno = denoComponent(inputs);
  const v8 = v8Component(inputs);
  const inside = runtimeComponents(parts);
  const libraries = libraryComponents(inputs);
  const npm = npmComponents(inputs);
  const icu = inside.filter(({ name }) => name === "icu");
  const others = inside.filter(({ name }) => name !== "icu");
  const document = {
    metadata: { lifecycles: [{ phase: "build" }], component: subject },
    components: [deno, v8, ...libraries, ...npm, ...inside],
    dependencies: [
      edges(subject, [deno, ...npm]),
      edges(deno, [v8, ...libraries, ...others]),
      edges(v8, icu),
    ],
    compositions: [
      { aggregate: "complete", dependencies: [subject["bom-ref"]] },
      // crates that cannot panic leave no trace
      { aggregate: "incomplete", dependencies: [deno["bom-ref"], v8["bom-ref"]] },
    ],
  };
  const serialNumber = uuid(await sha256(new TextEncoder().encode(JSON.stringify(document))));
  const header = { bomFormat: "CycloneDX", specVersion: "1.6", serialNumber, version: 1 };
  return `${JSON.stringify({ ...header, ...document }, null, 1)}\n`;
}

function koordinator(inputs: BuildInputs, executable: string): Component {
  const { version, arch, compiler, program } = inputs;
  const purl = formatPurl({
    type: "generic",
    name: "koordinator",
    version,
    qualifiers: { arch: findTarget(arch).oci },
  });
  return {
    type: "application",
    "bom-ref": purl,
    name: "koordinator",
    version,
    purl,
    ...licensed(LICENSE),
    ...hashed(executable),
    properties: [
      { name: "koordinator:compiler", value: compiler },
      { name: "koordinator:program-sha256", value: program.sha256 },
    ],
  };
}

function edges(from: Component, to: readonly Component[]) {
  return { ref: from["bom-ref"], dependsOn: to.map((component) => component["bom-ref"]) };
}

/** A UUID of version 8, whose content is anybody's own (RFC 9562, 5.8). */
function uuid(hash: string): string {
  const variant = (parseInt(hash.charAt(16), 16) & 3 | 8).toString(16);
  const groups = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`];
  return `urn:uuid:${[...groups, variant + hash.slice(17, 20), hash.slice(20, 32)].join("-")}`;
}
