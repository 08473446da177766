import { type BuildInputs, buildInputsPath, parseBuildInputs } from "../compile/build_inputs.ts";
import { cycloneDx } from "../sbom/cyclonedx.ts";
import { notices } from "../sbom/notices.ts";
import { findRuntimeParts } from "../sbom/runtime_parts.ts";
import { Elf } from "../seal/elf.ts";
import { executablePath, type Target } from "../support/target.ts";
import { sha256 } from "../support/sha256.ts";
import type { TarEntry } from "../support/tar.ts";

/** What `deno task compile` made for one processor, and the papers that go with it. */
export interface Build {
  readonly target: Target;
  readonly inputs: BuildInputs;
  readonly executable: Uint8Array<ArrayBuffer>;
  /** CycloneDX 1.6, JSON. */
  readonly sbom: string;
  /** The notices and the texts of the licenses, by their names in the folder of documents. */
  readonly licenses: readonly TarEntry[];
}

/** Where files lie in the image. Not in /koordinator, where pods mount the volume that it is copied to. */
const EXECUTABLE = "bin/koordinator";
const DOCUMENTS = "usr/share/doc/koordinator";

/**
 * Reads what was compiled.
 *
 * @param repository the repository's folder, with a slash at its end
 * @returns undefined if nothing was compiled for this processor
 * @throws {Error} if the executable is for another one, or its build inputs are missing or wrong
 */
export async function readBuild(
  repository: string,
  target: Target,
): Promise<Build | undefined> {
  const { arch, machine } = target;
  const name = executablePath(target);
  const path = `${repository}${name}`;
  const executable = await readIfThere(path);
  if (executable === undefined) return undefined;
  const again = `run \`deno task compile --target ${arch}\` again`;
  if (machineOf(executable) !== machine) throw new Error(`${name}: not for ${arch}; ${again}`);
  const inputsFile = await readIfThere(buildInputsPath(path));
  if (inputsFile === undefined) throw new Error(`${buildInputsPath(name)}: missing; ${again}`);
  const inputs = parseBuildInputs(new TextDecoder().decode(inputsFile), buildInputsPath(name));
  if (inputs.arch !== arch) throw new Error(`${buildInputsPath(name)}: not of ${arch}; ${again}`);
  const digest = await sha256(executable);
  return {
    target,
    inputs,
    executable,
    sbom: await cycloneDx(inputs, digest, findRuntimeParts(executable)),
    licenses: await readLicenses(repository, inputs),
  };
}

/** The files of the image. */
export function imageFiles({ executable, sbom, licenses }: Build): readonly TarEntry[] {
  return [
    { name: EXECUTABLE, mode: 0o755, content: executable },
    document("sbom.cdx.json", sbom),
    ...licenses.map((file) => ({ ...file, name: `${DOCUMENTS}/${file.name}` })),
  ];
}

function document(name: string, text: string): TarEntry {
  return { name: `${DOCUMENTS}/${name}`, mode: 0o644, content: new TextEncoder().encode(text) };
}

async function readLicenses(
  repository: string,
  inputs: BuildInputs,
): Promise<readonly TarEntry[]> {
  const folder = `${repository}tools/licenses`;
  const texts = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const files = [["koordinator.txt", `${repository}LICENSE`], ...texts.map((name) => [name])];
  const read = files.map(async ([name = "", path = `${folder}/${name}`]) => ({
    name: `licenses/${name}`,
    mode: 0o644,
    content: await Deno.readFile(path),
  }));
  const content = new TextEncoder().encode(notices(inputs));
  return [{ name: "NOTICES.txt", mode: 0o644, content }, ...await Promise.all(read)];
}

/** e_machine of elf(5); undefined if this is no ELF file. */
function machineOf(executable: Uint8Array<ArrayBuffer>): number | undefined {
  try {
    return new Elf(executable).machine;
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
