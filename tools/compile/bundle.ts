import type { DenoCommand } from "./deno_command.ts";
import { compileEagerly } from "./eager.ts";
import { brotliCompressSync } from "node:zlib";
import * as v from "valibot";
import { runProgram } from "../support/run_program.ts";
import { sha256 } from "../support/sha256.ts";

/** An npm package of which something is in the program. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, as its package.json says. */
  readonly license: string;
}

/** The program in JavaScript, and what it was made of. */
export interface Bundle {
  /** Its first module. */
  readonly main: string;
  /** Files that it reads and unpacks. */
  readonly packed: readonly string[];
  /** SHA-256 of the modules, in the order of their names. */
  readonly sha256: string;
  readonly packages: readonly BundledPackage[];
}

/** Where what is loaded later is told by `import()`. */
const FIRST = "main.ts";

/**
 * Bundles main.ts. On the way to a command it loads what supervises, and that the client of the API
 * server once a command that need not wait is launched: what these have in common is in modules of its
 * own, so that nothing is parsed twice, or opened twice. The subcommands come as one module each, whole
 * in itself.
 *
 * @param deno the command line of the Deno that is compiled for
 * @param folder where the modules go; what is there is removed
 */
export async function bundle(
  deno: DenoCommand,
  root: string,
  folder: string,
): Promise<Bundle> {
  const [program, ...first] = deno;
  const remedy = "it says above what is wrong";
  const run = (...args: readonly string[]) =>
    runProgram(program, [...first, ...args], remedy, { cwd: root });
  const options = ["--quiet", "--minify", "--platform", "deno", "--outdir", folder];
  const later = await loadedLater(root);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await run("bundle", ...options, ...later.values());
  const packed: string[] = [];
  for (const { name } of [...Deno.readDirSync(folder)]) {
    const { size } = await Deno.stat(`${folder}/${name}`);
    if (size >= PACKED_FROM && !ON_THE_WAY.has(name)) packed.push(name);
  }
  const leftOut = [...later.keys()].flatMap((each) => ["--external", each]);
  await run("bundle", ...options, "--code-splitting", ...leftOut, FIRST);
  await renameParts(folder);
  for (const { name } of [...Deno.readDirSync(folder)]) {
    await nameModules(`${folder}/${name}`, packed);
  }
  for (const name of packed) await pack(`${folder}/${name}`);
  await compileEagerly(deno, folder);
  const info = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await run("info", "--json", ...args));
  return {
    main: `${folder}/main.js`,
    packed: packed.map((name) => `${folder}/${name}.br`),
    sha256: await sha256OfFolder(folder),
    packages: await packagesOf(await info(FIRST), await info()),
  };
}

/** What a part of the first bundle is called: after its first module, or as a chunk, and by a hash. */
const PART = /\b(\w+)-[0-9A-Z]{8}\.js\b/g;

/** The hash tells where the sources lie: a build in another place is to have the same bytes. */
async function renameParts(folder: string): Promise<void> {
  const names = new Map([["main.js", "main.js"]]);
  const texts = new Map<string, string>();
  let chunks = 0;
  for (const [part, name] of names) {
    const text = await Deno.readTextFile(`${folder}/${part}`);
    for (const [other, base] of text.matchAll(PART)) {
      if (!names.has(other)) {
        names.set(other, `${base === "chunk" ? `shared${++chunks}` : base}.js`);
      }
    }
    texts.set(name, text);
  }
  for (const part of names.keys()) await Deno.remove(`${folder}/${part}`);
  for (const [name, text] of texts) {
    const renamed = text.replaceAll(PART, (part) => names.get(part) ?? part);
    await Deno.writeTextFile(`${folder}/${name}`, renamed);
  }
}

/** Lets a module load those that were left out of it from beside it. */
async function nameModules(module: string, packed: readonly string[]): Promise<void> {
  const text = await Deno.readTextFile(module);
  const [leftOut] = /\b(?:from|import) ?"\.[^"]*\.ts"/.exec(text) ?? [];
  if (leftOut !== undefined) {
    throw new Error(`${module} takes something both at once and later: import ... ${leftOut}`);
  }
  const named = text.replaceAll(DYNAMIC, (_, path: string) => {
    const name = `${nameOf(path)}.js`;
    return packed.includes(name) ? `unpack("${name}.br")` : `import("./${name}")`;
  });
  const first = [
    ...text.includes(NO_REQUIRE) ? [REQUIRE] : [],
    ...named.includes('unpack("') ? [UNPACK] : [],
  ];
  await Deno.writeTextFile(module, first.join("") + named);
}

/** The runtime reads all modules into memory at each start, so what is large is there in small. */
const PACKED_FROM = 20 * 1024;

/** What a start may need at once, its init container, or a probe every second. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["probe.js", "copy.js"]);

/** Puts a compressed file in a module's place; what it is loaded from then has no place beside others. */
async function pack(module: string): Promise<void> {
  const text = await Deno.readTextFile(module);
  if (/\bimport\("\./.test(text)) throw new Error(`${module} is packed, and loads another module`);
  await Deno.writeFile(`${module}.br`, brotliCompressSync(text));
  await Deno.remove(module);
}

/** Loads a module that was packed. */
const UNPACK = "const unpack=async(name)=>{" +
  'const{brotliDecompressSync}=await import("node:zlib");' +
  "const packed=await Deno.readFile(new URL(name,import.meta.url));" +
  "const text=new TextDecoder().decode(brotliDecompressSync(packed));" +
  'return import("data:text/javascript,"+encodeURIComponent(text))};';

/** In a module that holds a package in CommonJS which takes something of Node: `yaml` does. */
const NO_REQUIRE = "Dynamic require of";

/** What such a module calls then. The supervising side has none, and pays for none. */
const REQUIRE = 'import{createRequire}from"node:module";' +
  "const require=createRequire('file:///koordinator.js');";

const DYNAMIC = /\bimport\("(\.[^"]+\.ts)"\)/g;

/** The specifiers of the first module's `import()`, each with its file in the repository. */
async function loadedLater(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await Deno.readTextFile(`${root}${FIRST}`);
  return new Map(
    [...text.matchAll(DYNAMIC)].map(([, specifier = ""]) => [
      specifier,
      new URL(specifier, `file:///${FIRST}`).pathname.slice(1),
    ]),
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.ts$/, "");
}

async function sha256OfFolder(folder: string): Promise<string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const lines = await Promise.all(
    names.map(async (name) =>
      `${await sha256(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`
    ),
  );
  return await sha256(new TextEncoder().encode(lines.join("")));
}

const Modules = v.object({ modules: v.array(v.object({ specifier: v.string() })) });
const Folders = v.object({ npmCache: v.string() });
const PackageJson = v.object({ license: v.string() });

async function packagesOf(graph: unknown, folders: unknown): Promise<readonly BundledPackage[]> {
  const { modules } = v.parse(Modules, graph);
  const { npmCache } = v.parse(Folders, folders);
  const found = new Map<string, BundledPackage>();
  for (const { specifier } of modules) {
    // npm:/@scope/name@1.2.3/a/file.js
    const [, name, version] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(specifier) ?? [];
    if (name === undefined || version === undefined || found.has(name)) continue;
    // Types are no part of the program.
    if (name.startsWith("@types/")) continue;
    const path = `${npmCache}/registry.npmjs.org/${name}/${version}/package.json`;
    const { license } = v.parse(PackageJson, JSON.parse(await Deno.readTextFile(path)));
    found.set(name, { name, version, license });
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}
