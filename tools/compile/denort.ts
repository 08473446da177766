import { Elf } from "../seal/elf.ts";
import type { Target } from "../support/target.ts";

/** The Deno whose runtime is sealed. */
export const DENO_VERSION = "2.6.10";

/**
 * A published executable that `deno compile` made: behind its runtime lies a program that is cut off.
 * It is reached where only package registries are. Checksums of the runtime alone.
 */
const WHEEL = {
  requirement: "bids-validator-deno==2.4.1",
  sha256: {
    x86_64: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
    aarch64: "ee39b54b2f465eae3f1dd3d79495e1ef957fae69ff4f6ad118499986b714d494",
  },
} as const;

/**
 * Finds the runtime that `deno compile` appends programs to: DENORT_BIN, else the one in a published
 * wheel, else what this Deno's `deno compile` downloads, which is of its own version.
 *
 * @throws {Error} saying what to install, if none of them can be had
 */
export async function findRuntime(
  target: Target,
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
  let runtime: Uint8Array<ArrayBuffer>;
  try {
    runtime = await fromWheel(target);
  } catch (error) {
    const own = await fromDeno(target);
    if (own === undefined) throw error;
    return own;
  }
  await Deno.writeFile(`${cached}.${Deno.pid}`, runtime);
  await Deno.rename(`${cached}.${Deno.pid}`, cached);
  return runtime;
}

function cut(file: Uint8Array<ArrayBuffer>, target: Target): Uint8Array<ArrayBuffer> {
  const elf = new Elf(file);
  if (elf.machine !== target.machine) throw new Error(`the runtime is not one for ${target.arch}`);
  return file.slice(0, elf.end);
}

async function fromDeno(target: Target): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const source = `${folder}/empty.ts`;
    await Deno.writeTextFile(source, "");
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["compile", "--quiet", "--no-config", "--target", target.triple],
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
  const remedy = `set DENORT_BIN to the denort of Deno ${DENO_VERSION}, or install python3 and pip`;
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
