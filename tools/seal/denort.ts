import { Elf } from "./elf.ts";

/** The Deno whose runtime is sealed; README.md and .ci/run name the same. */
export const DENO_VERSION = "2.6.8";

/**
 * A published executable that `deno compile` made: behind its runtime lies a program that is cut off.
 * It is reached where only package registries are. Checksum of the runtime alone.
 */
const WHEEL = {
  requirement: "bids-validator-deno==2.4.0",
  platform: "manylinux_2_28_x86_64",
  sha256: "23bd19ba48c11df327fca649a81c9d44f0111d9951c1e93ef05bacc219e7ecc3",
} as const;

/**
 * Finds the runtime that `deno compile` appends programs to: DENORT_BIN, else what `deno compile`
 * downloads, else the one in a published wheel.
 *
 * @throws {Error} saying what to install, if none of them can be had
 */
export async function findRuntime(
  deno: readonly string[],
  cache: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const given = Deno.env.get("DENORT_BIN");
  if (given !== undefined && given !== "") return cut(await Deno.readFile(given));
  const cached = `${cache}/denort-${DENO_VERSION}-${Deno.build.arch}`;
  try {
    return await Deno.readFile(cached);
  } catch {
    // Not there yet.
  }
  const runtime = await fromDeno(deno) ?? await fromWheel();
  await Deno.writeFile(`${cached}.${Deno.pid}`, runtime);
  await Deno.rename(`${cached}.${Deno.pid}`, cached);
  return runtime;
}

function cut(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return file.slice(0, new Elf(file).end);
}

async function fromDeno(deno: readonly string[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const source = `${folder}/empty.ts`;
    await Deno.writeTextFile(source, "");
    const [program = "deno", ...first] = deno;
    const { success } = await new Deno.Command(program, {
      args: [...first, "compile", "--quiet", "--no-config", "--output", `${folder}/empty`, source],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? cut(await Deno.readFile(`${folder}/empty`)) : undefined;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fromWheel(): Promise<Uint8Array<ArrayBuffer>> {
  if (Deno.build.arch !== "x86_64") {
    throw new Error(`no published runtime for ${Deno.build.arch}: set DENORT_BIN`);
  }
  const folder = await Deno.makeTempDir();
  try {
    const args = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
    await python([...args, "--platform", WHEEL.platform, "-d", folder, WHEEL.requirement]);
    const [wheel] = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
    if (wheel === undefined) throw new Error(`pip brought no wheel for ${WHEEL.requirement}`);
    await python(["-m", "zipfile", "-e", wheel, `${folder}/wheel`]);
    const runtime = cut(await Deno.readFile(largestFile(`${folder}/wheel`)));
    const digest = await crypto.subtle.digest("SHA-256", runtime);
    const sha256 = new Uint8Array(digest).toHex();
    if (sha256 !== WHEEL.sha256) throw new Error(`${WHEEL.requirement}: its runtime is ${sha256}`);
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
