import { parseArgs } from "@std/cli/parse-args";
import { SEALED_SIGNALS } from "../lib/process/sealed.ts";
import { VERSION } from "../lib/version.ts";
import type { BuildInputs } from "./build_inputs.ts";
import { bundle, sha256Of } from "./bundle.ts";
import { call } from "./seal/call.ts";
import { DENO_VERSION, findRuntime } from "./seal/denort.ts";
import { findLibraries, packageOf } from "./seal/libraries.ts";
import { buildLoader, compilerOf, remedyOf } from "./seal/loader.ts";
import { seal } from "./seal/seal.ts";
import { executablePath, findTarget, type Target } from "./seal/target.ts";

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
  const { runtime, inputs } = await sealRuntime(target, deno, scratch);
  const [program, ...first] = deno;
  const { main, sha256, packages } = await bundle(deno, ROOT, `${scratch}/koordinator`);
  const build: BuildInputs = {
    ...{ version: VERSION, arch: target.arch, deno: DENO_VERSION, v8: await v8Of(deno) },
    ...{ ...inputs, packages: [...packages], program: { sha256 } },
  };
  // For `version --verbose`, beside the modules.
  const included = `${scratch}/koordinator/build.txt`;
  await Deno.writeTextFile(included, describe(build));
  const output = executablePath(target);
  // Without the configuration no npm package is embedded: the bundle holds what is used of them.
  await call(
    program,
    [
      ...[...first, "compile", "--quiet", "--no-config", "--allow-all", "--no-check"],
      ...["--no-code-cache", "--target", target.triple, "--include", included],
      ...["--output", `${scratch}/dist/koordinator`, main],
    ],
    "it says above what is wrong",
    { env: { DENORT_BIN: runtime } },
  );
  await Deno.rename(`${scratch}/dist/koordinator`, `${ROOT}${output}`);
  await Deno.writeTextFile(
    `${ROOT}${output}.build.json`,
    `${JSON.stringify(build, undefined, 2)}\n`,
  );
  const { size } = await Deno.stat(`${ROOT}${output}`);
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB, sealed, for ${target.arch}`);
}

/** Makes the sealed runtime, and says what it is made of. */
async function sealRuntime(
  target: Target,
  deno: readonly [string, ...string[]],
  scratch: string,
): Promise<
  {
    readonly runtime: string;
    readonly inputs: Pick<BuildInputs, "runtime" | "libraries" | "compiler">;
  }
> {
  const found = await findRuntime(target, deno, CACHE);
  const unsealed = `${scratch}/runtime`;
  await Deno.writeFile(unsealed, found, { mode: 0o755 });
  const { interpreter, path } = await findLibraries(target, unsealed);
  const libraries: BuildInputs["libraries"] = [];
  const read = async (file: string) => {
    const content = await Deno.readFile(file);
    const owner = await packageOf(file);
    libraries.push({
      ...{ name: file.split("/").at(-1) ?? file, sha256: await sha256Of(content) },
      ...{ size: content.length, package: owner?.name ?? null },
      packageVersion: owner?.version ?? null,
    });
    return content;
  };
  const sealed = await seal(found, {
    loader: await buildLoader(target, scratch),
    interpreter: await read(interpreter),
    library: (name) => read(path(name)),
    blockedSignals: SEALED_SIGNALS,
  });
  const runtime = `${scratch}/sealed-runtime`;
  await Deno.writeFile(runtime, sealed, { mode: 0o755 });
  const version = await call(compilerOf(target), ["--version"], remedyOf(target));
  return {
    runtime,
    inputs: {
      runtime: { sha256: await sha256Of(found) },
      libraries: libraries.toSorted((a, b) => a.name < b.name ? -1 : 1),
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
