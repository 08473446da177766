import { DENO_VERSION, findRuntime } from "./seal/denort.ts";
import { Elf, PT_INTERP } from "./seal/elf.ts";
import { seal } from "./seal/seal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const CACHE = `${ROOT}.cache`;
const OUTPUT = `${ROOT}dist/koordinator`;

/** `deno task compile`: makes dist/koordinator, one file that needs only a Linux kernel. */
async function compile(): Promise<void> {
  if (Deno.build.os !== "linux") throw new Error("koordinator is built on Linux");
  await Deno.mkdir(CACHE, { recursive: true });
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  const deno = Deno.version.deno === DENO_VERSION
    ? [Deno.execPath()]
    : ["npx", "-y", `deno@${DENO_VERSION}`];
  const runtime = `${CACHE}/runtime`;
  await Deno.writeFile(runtime, await findRuntime(deno, CACHE), { mode: 0o755 });
  const sealed = `${CACHE}/sealed-runtime`;
  const parts = { loader: await buildLoader(), ...await findLibraries(runtime) };
  await Deno.writeFile(sealed, seal(await Deno.readFile(runtime), parts), { mode: 0o755 });
  await Deno.chmod(sealed, 0o755);
  const [program = "deno", ...first] = deno;
  const bundle = `${CACHE}/bundle`;
  await Deno.remove(bundle, { recursive: true }).catch(() => {});
  await call(program, [
    ...[...first, "bundle", "--quiet", "--minify", "--platform", "deno", "--code-splitting"],
    ...["--outdir", bundle, `${ROOT}main.ts`],
  ]);
  // Without the configuration no npm package is embedded: the bundle holds what is used of them.
  await call(program, [
    ...[...first, "compile", "--quiet", "--no-config", "--allow-all", "--no-check"],
    ...["--no-code-cache", "--output", OUTPUT, `${bundle}/main.js`],
  ], { DENORT_BIN: sealed });
  const { size } = await Deno.stat(OUTPUT);
  console.log(`${OUTPUT.slice(ROOT.length)}: ${(size / 1e6).toFixed(1)} MB, sealed`);
}

/** The loader as a flat binary. */
async function buildLoader(): Promise<Uint8Array<ArrayBuffer>> {
  const output = `${CACHE}/loader.bin`;
  const folder = `${ROOT}tools/seal`;
  await call(Deno.env.get("CC") ?? "cc", [
    ..."-O2 -Wall -Wextra -nostdlib -ffreestanding -fPIE -fvisibility=hidden".split(" "),
    ..."-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables".split(" "),
    ..."-fno-tree-loop-distribute-patterns -static-pie -Wl,--no-dynamic-linker".split(" "),
    ..."-Wl,--oformat=binary -Wl,--build-id=none".split(" "),
    ...[`-Wl,-T,${folder}/loader.ld`, "-o", output, `${folder}/loader.c`],
  ]);
  return await Deno.readFile(output);
}

/** ld.so and the libraries that it finds on this machine for the runtime. */
async function findLibraries(runtime: string) {
  const elf = new Elf(await Deno.readFile(runtime));
  const interpreter = elf.text(elf.segment(PT_INTERP).offset);
  const listing = await call(interpreter, ["--list", runtime]);
  const paths = new Map(
    [...listing.matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name = "", path = ""]) => [name, path]),
  );
  return {
    interpreter: await Deno.readFile(interpreter),
    library: (name: string): Uint8Array<ArrayBuffer> => {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`the runtime needs ${name}, not on this machine`);
      return Deno.readFileSync(path);
    },
  };
}

async function call(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  let result;
  try {
    result = await new Deno.Command(program, { args: [...args], env, cwd: ROOT, stderr: "inherit" })
      .output();
  } catch (cause) {
    const remedy = "install it (Debian: apt-get install gcc libc6-dev), or set CC";
    throw new Error(`${program} cannot be run: ${remedy}`, { cause });
  }
  if (!result.success) throw new Error(`${program} ${args.join(" ")} failed`);
  return new TextDecoder().decode(result.stdout);
}

try {
  await compile();
} catch (error) {
  console.error(`compile: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
