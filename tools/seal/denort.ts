import { Elf } from "./elf.ts";
import type { Target } from "./target.ts";

/** The Deno whose runtime is sealed; README.md and .ci/run name the same. */
export const DENO_VERSION = "2.6.8";

/**
 * A published executable that `deno compile` made: behind its runtime lies a program that is cut off.
 * It is reached where only package registries are. Checksums of the runtime alone.
 */
const WHEEL = {
  requirement: "bids-validator-deno==2.4.0",
  sha256: {
    x86_64: "23bd19ba48c11df327fca649a81c9d44f0111d9951c1e93ef05bacc219e7ecc3",
    aarch64: "d2eded4f7a3c5f4ced2e034c29962fad8e5f26e06c27e5194e9f002ee7f40370",
  },
} as const;

/**
 * Finds the runtime that `deno compile` appends programs to: DENORT_BIN, else what `deno compile`
 * downloads, else the one in a published wheel.
 *
 * @throws {Error} saying what to install, if none of them can be had
 */
export async function findRuntime(
  target: Target,
  deno: readonly string[],
  cache: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const given = Deno.env.get("DENORT_BIN");
  if (given !== undefined && given !== "") return cut(await Deno.readFile(given), target);
  const cached = `${cache}/denort-${DENO_VERSION}-${target.arch}`;
  try {
    return cut(await Deno.readFile(cached), target);
  } catch {
    // Not there yet, or not whole.
  }
  const runtime = await fromDeno(target, deno) ?? await fromWheel(target);
  await Deno.writeFile(`${cached}.${Deno.pid}`, runtime);
  await Deno.rename(`${cached}.${Deno.pid}`, cached);
  return runtime;
}

function cut(file: Uint8Array<ArrayBuffer>, target: Target): Uint8Array<ArrayBuffer> {
  const elf = new Elf(file);
  if (elf.machine !== target.machine) throw new Error(`the runtime is not one for ${target.arch}`);
  return file.slice(0, elf.end);
}

async function fromDeno(
  target: Target,
  deno: readonly string[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const source = `${folder}/empty.ts`;
    await Deno.writeTextFile(source, "");
    const [program = "deno", ...first] = deno;
    const { success } = await new Deno.Command(program, {
      args: [
        ...[...first, "compile", "--quiet", "--no-config", "--target", target.triple],
        ...["--output", `${folder}/empty`, source],
      ],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? cut(await Deno.readFile(`${folder}/empty`), target) : undefined;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fromWheel(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
    await python([
      ...args,
      "--platform",
      `manylinux_2_28_${target.arch}`,
      "-d",
      folder,
      WHEEL.requirement,
    ]);
    const [wheel] = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
    if (wheel === undefined) throw new Error(`pip brought no wheel for ${WHEEL.requirement}`);
    await python(["-m", "zipfile", "-e", wheel, `${folder}/wheel`]);
    const runtime = cut(await Deno.readFile(largestFile(`${folder}/wheel`)), target);
    const digest = await crypto.subtle.digest("SHA-256", runtime);
    const sha256 = new Uint8Array(digest).toHex();
    if (sha256 !== WHEEL.sha256[target.arch]) {
      throw new Error(`${WHEEL.requirement}: its runtime is ${sha256}`);
    }
    return runtime;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function python(args: readonly string[]): Promise<void> {
  const remedy = "set DENORT_BIN to the denort of this Deno version, or install python3 and pip";
  let status;
  try {
    status = await new Deno.Command("python3", { args: [...args], stdout: "null" }).output();
  } catch (cause) {
    throw new Error(`python3 cannot be run: ${remedy}`, { cause });
  }
  if (!status.success) throw new Error(`python3 ${args.join(" ")} failed: ${remedy}`);
}

function largestFile(folder: string): string {
  let largest = { path: "", size: -1 };
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    const candidate = entry.isDirectory ? largestFile(path) : path;
    if (candidate === "") continue;
    const { size } = Deno.statSync(candidate);
    if (size > largest.size) largest = { path: candidate, size };
  }
  return largest.path;
}
