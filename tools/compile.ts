import { parseArgs } from "@std/cli/parse-args";
import { ENDING_SIGNALS, SEALED_SIGNALS } from "../lib/process/sealed.ts";
import { VERSION } from "../lib/version.ts";
import type { BuildInputs } from "./build_inputs.ts";
import { bundle } from "./bundle.ts";
import { denoCompile } from "./deno_compile.ts";
import { call } from "./seal/call.ts";
import { DENO_VERSION, findRuntime } from "./seal/denort.ts";
import { findLibraries, packageOf } from "./seal/libraries.ts";
import { buildLoader, compilerOf, remedyOf } from "./seal/loader.ts";
import { findRestingPages, type PageRun } from "./seal/resting_pages.ts";
import { seal, type SealParts } from "./seal/seal.ts";
import { executablePath, findTarget, type Target } from "./seal/target.ts";
import { sharesPages, v8Flags } from "./seal/v8_flags.ts";
import { sha256 } from "./sha256.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const CACHE = `${ROOT}.cache`;

/** `deno task compile`: makes one file that needs only a Linux kernel. */
async function compile(target: Target): Promise<void> {
  if (Deno.build.os !== "linux") throw new Error("koordinator is built on Linux");
  // Not shared with a compilation for the other processor that runs beside this one.
  const scratch = `${CACHE}/${target.arch}`;
  await Deno.mkdir(scratch, { recursive: true });
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  const deno: readonly [string, ...string[]] = Deno.version.deno === DENO_VERSION
    ? [Deno.execPath()]
    : ["npx", "-y", `deno@${DENO_VERSION}`];
  const { runtime, parts, inputs } = await gatherParts(target, deno, scratch);
  const { main, sha256: digest, packages } = await bundle(deno, ROOT, `${scratch}/koordinator`);
  const build: BuildInputs = {
    ...{ version: VERSION, arch: target.arch, deno: DENO_VERSION, v8: await v8Of(deno) },
    ...{ ...inputs, packages: [...packages], program: { sha256: digest } },
  };
  // For `version --verbose`, beside the modules.
  const included = `${scratch}/koordinator/build.txt`;
  await Deno.writeTextFile(included, describe(build));
  await makeTimeless(`${scratch}/koordinator`);
  const made = `${scratch}/dist/koordinator`;
  const compiler = {
    ...{ deno, target, runtime: `${scratch}/sealed-runtime` },
    flags: v8Flags(target),
  };
  const sealWith = async (restingPages: readonly PageRun[]) =>
    await Deno.writeFile(compiler.runtime, seal(runtime, { ...parts, restingPages }), {
      mode: 0o755,
    });
  await sealWith([]);
  await denoCompile({ ...compiler, main, included, output: made });
  if (sharesPages(target)) {
    const others = ["idle", "busy"].map((name) => ({
      main: `${ROOT}tools/seal/programs/${name}.ts`,
      output: `${scratch}/dist/${name}`,
    }));
    for (const other of others) await denoCompile({ ...compiler, ...other });
    await sealWith(await findRestingPages([made, ...others.map(({ output }) => output)]));
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

/** `deno compile` writes down when each module was made, which would make each build another. */
async function makeTimeless(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) await Deno.utime(`${folder}/${name}`, 0, 0);
}

/** All that is sealed together, and where it is from. */
async function gatherParts(target: Target, deno: readonly [string, ...string[]], scratch: string) {
  const runtime = await findRuntime(target, deno, CACHE);
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
  const version = await call(compilerOf(target), ["--version"], remedyOf(target));
  const parts: Omit<SealParts, "restingPages"> = {
    loader: await buildLoader(target, scratch),
    libraries: contents,
    blockedSignals: SEALED_SIGNALS,
    endingSignals: ENDING_SIGNALS,
  };
  return {
    runtime,
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

async function v8Of([program, ...first]: readonly [string, ...string[]]): Promise<string> {
  const script = "console.log(Deno.version.v8)";
  return (await call(program, [...first, "eval", "--no-config", script], "Deno must run")).trim();
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
