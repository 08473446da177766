import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { endingSignals, loaderBlocks } from "../lib/process/loader.ts";
import { VERSION } from "../lib/version.ts";
import type { BuildInputs } from "./compile/build_inputs.ts";
import { bundle } from "./compile/bundle.ts";
import { cacheCode } from "./compile/code_cache.ts";
import { denoCompile } from "./compile/deno_compile.ts";
import { runProgram } from "./support/run_program.ts";
import { findDeno, v8OfRuntime, versionOfRuntime } from "./compile/deno_command.ts";
import { findRuntime } from "./compile/denort.ts";
import { findLibraries, packageOf } from "./seal/libraries.ts";
import { buildLoader, compilerOf, remedyOf } from "./seal/loader.ts";
import type { PageRun } from "./seal/resting_pages.ts";
import { seal, type SealParts } from "./seal/seal.ts";
import { startPagesOf } from "./seal/start_pages.ts";
import { executablePath, findTarget, isHost, type Target } from "./support/target.ts";
import { fromSpaceFlags, sharesPages, v8Flags } from "./seal/v8_flags.ts";
import { findPagesOfWaits } from "./seal/waits.ts";
import { sha256 } from "./support/sha256.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CACHE = `${ROOT}.cache`;

/** `deno task compile`: makes one file that needs only a Linux kernel. */
async function compile(target: Target): Promise<void> {
  if (Deno.build.os !== "linux") throw new Error("koordinator is built on Linux");
  // Not shared with a compilation for the other processor that runs beside this one.
  const scratch = `${CACHE}/${target.arch}`;
  await Deno.mkdir(scratch, { recursive: true });
  // What an earlier build started has left reports there, and would be read by what this one starts.
  await Deno.remove(`${scratch}/dist`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  const runtime = await findRuntime(target, CACHE);
  const version = versionOfRuntime(runtime);
  const deno = await findDeno(version, CACHE);
  const { parts, inputs } = await gatherParts(target, runtime, scratch);
  const { main, packed, sha256: digest, packages } = await bundle(
    [Deno.execPath()],
    ROOT,
    `${scratch}/koordinator`,
  );
  const build: BuildInputs = {
    ...{ version: VERSION, arch: target.arch, deno: version, v8: v8OfRuntime(runtime) },
    ...{ ...inputs, packages: [...packages], program: { sha256: digest } },
  };
  // For `version --verbose`, beside the modules.
  const told = `${scratch}/koordinator/build.txt`;
  await Deno.writeTextFile(told, describe(build));
  const flags = v8Flags(target);
  const compiled = sharesPages(target)
    ? await cacheCode(
      `${scratch}/koordinator`,
      scratch,
      (program) => denoCompile({ deno, target, runtime: `${scratch}/runtime`, flags, ...program }),
    )
    : [];
  const included = [told, ...packed, ...compiled];
  await makeTimeless(`${scratch}/koordinator`);
  const made = `${scratch}/dist/koordinator`;
  const compiler = { deno, target, runtime: `${scratch}/sealed-runtime`, flags };
  const sealWith = async (restingPages: readonly PageRun[]) =>
    await Deno.writeFile(compiler.runtime, seal(runtime, { ...parts, restingPages }), {
      mode: 0o755,
    });
  await sealWith([]);
  await denoCompile({ ...compiler, main, included, output: made });
  if (isHost(target)) await assertStarts(made, version);
  if (sharesPages(target)) {
    const others = ["idle", "busy"].map((name) => ({
      main: `${ROOT}tools/seal/programs/${name}.ts`,
      output: `${scratch}/dist/${name}`,
    }));
    for (const other of others) await denoCompile({ ...compiler, ...other });
    const pods = `${scratch}/pods`;
    await sealWith(await findPagesOfWaits(made, others.map(({ output }) => output), pods));
    await Deno.remove(pods, { recursive: true });
    await denoCompile({ ...compiler, main, included, output: made });
  }
  const output = executablePath(target);
  await Deno.rename(made, `${ROOT}${output}`);
  await Deno.writeTextFile(
    `${ROOT}${output}.build.json`,
    `${JSON.stringify(build, undefined, 2)}\n`,
  );
  const { size } = await Deno.stat(`${ROOT}${output}`);
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB, sealed, for ${target.arch}`);
}

/** @throws {Error} if the program does not start: the runtime is none, or another than it seemed */
async function assertStarts(program: string, version: string): Promise<void> {
  const remedy = "DENORT_BIN must be the `denort` of a Deno release, not `deno` itself";
  const said = await runProgram(program, ["version", "--verbose"], remedy);
  if (!said.includes(`\ndeno ${version}\n`)) throw new Error(`it does not start: ${remedy}`);
}

/** `deno compile` writes down when each module was made, which would make each build another. */
async function makeTimeless(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) await Deno.utime(`${folder}/${name}`, 0, 0);
}

/** All that is sealed together, and where it is from. */
async function gatherParts(target: Target, runtime: Uint8Array<ArrayBuffer>, scratch: string) {
  const unsealed = `${scratch}/runtime`;
  await Deno.writeFile(unsealed, runtime, { mode: 0o755 });
  const libraries: BuildInputs["libraries"] = [];
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, path] of await findLibraries(target, unsealed)) {
    const content = await Deno.readFile(path);
    const owner = await packageOf(path);
    contents.set(name, content);
    libraries.push({
      ...{ name, sha256: await sha256(content), size: content.length },
      ...{ package: owner?.name ?? null, packageVersion: owner?.version ?? null },
    });
  }
  const version = await runProgram(compilerOf(target), ["--version"], remedyOf(target));
  const parts: Omit<SealParts, "restingPages"> = {
    loader: await buildLoader(target, scratch),
    libraries: contents,
    blockedSignals: loaderBlocks(),
    endingSignals: endingSignals(),
    startPages: await startPagesOf(runtime),
    fromSpace: fromSpaceFlags(v8OfRuntime(runtime)),
  };
  return {
    parts,
    inputs: {
      runtime: { sha256: await sha256(runtime) },
      libraries,
      compiler: version.split("\n")[0] ?? "",
    },
  };
}

/** The build inputs as `version --verbose` prints them, one a line. */
function describe({ runtime, libraries, packages, compiler, program }: BuildInputs): string {
  const lines = [
    `runtime denort sha256:${runtime.sha256}`,
    ...libraries.map(({ name, sha256, package: owner, packageVersion }) =>
      `library ${name} ${owner ?? "of no package"} ${packageVersion ?? ""} sha256:${sha256}`
    ),
    ...packages.map(({ name, version, license }) => `package ${name} ${version} ${license}`),
    `compiler ${compiler}`,
    `program sha256:${program.sha256}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

try {
  const { target, _: rest, ...unknown } = parseArgs(Deno.args, { string: ["target"] });
  if (rest.length > 0 || Object.keys(unknown).length > 0) {
    throw new Error("usage: deno task compile [--target x86_64|aarch64]");
  }
  await compile(findTarget(typeof target === "string" ? target : undefined));
} catch (error) {
  console.error(`compile: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
