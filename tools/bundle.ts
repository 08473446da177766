import * as v from "valibot";
import { call } from "./seal/call.ts";
import { sha256 } from "./sha256.ts";

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
  /** SHA-256 of the modules, in the order of their names. */
  readonly sha256: string;
  readonly packages: readonly BundledPackage[];
}

/** The modules that are part of the first one, and whose `import()` are modules of their own. */
const FIRST = ["main.ts", "lib/cli/run.ts"];

/** What a supervisor loads after it has launched a command that need not wait. */
const CLIENT = { specifier: "./kubernetes/watch.ts", file: "lib/kubernetes/watch.ts" } as const;

/**
 * Bundles main.ts. What it loads later comes as one module each, whole in itself: the first module has
 * nothing but the way to the command, and no module waits for another to be read. The one that
 * supervises leaves out the client of the API server, and no more: each module takes a millisecond.
 *
 * @param deno the command line of the Deno that is compiled for
 * @param folder where the modules go; what is there is removed
 */
export async function bundle(
  deno: readonly [string, ...string[]],
  root: string,
  folder: string,
): Promise<Bundle> {
  const [program, ...first] = deno;
  const remedy = "it says above what is wrong";
  const run = (...args: readonly string[]) =>
    call(program, [...first, ...args], remedy, { cwd: root });
  const options = ["--quiet", "--minify", "--platform", "deno", "--outdir", folder];
  const later = await loadedLater(root);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const bundleWithout = (left: Iterable<string>, ...files: readonly string[]) =>
    run("bundle", ...options, ...[...left].flatMap((each) => ["--external", each]), ...files);
  await bundleWithout([], CLIENT.file);
  await bundleWithout([CLIENT.specifier], ...later.values());
  await bundleWithout(later.keys(), "main.ts");
  const main = `${folder}/main.js`;
  for (const { name } of [...Deno.readDirSync(folder)]) await nameModules(`${folder}/${name}`);
  const info = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await run("info", "--json", ...args));
  return {
    main,
    sha256: await sha256OfFolder(folder),
    packages: await packagesOf(await info("main.ts"), await info()),
  };
}

/** Lets a module load those that were left out of it from beside it. */
async function nameModules(module: string): Promise<void> {
  const text = await Deno.readTextFile(module);
  const [leftOut] = /\bfrom ?"\.[^"]*"/.exec(text) ?? [];
  if (leftOut !== undefined) {
    throw new Error(`${module} takes something both at once and later: import ... ${leftOut}`);
  }
  await Deno.writeTextFile(
    module,
    text.replaceAll(DYNAMIC, (_, path: string) => `import("./${nameOf(path)}.js")`),
  );
}

const DYNAMIC = /\bimport\("(\.[^"]+)"\)/g;

/** The specifiers of the first module's `import()`, each with its file in the repository. */
async function loadedLater(root: string): Promise<ReadonlyMap<string, string>> {
  const later = new Map<string, string>();
  for (const file of FIRST) {
    const text = await Deno.readTextFile(`${root}${file}`);
    for (const [, specifier = ""] of text.matchAll(DYNAMIC)) {
      later.set(specifier, new URL(specifier, `file:///${file}`).pathname.slice(1));
    }
  }
  return later;
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
    const path = `${npmCache}/registry.npmjs.org/${name}/${version}/package.json`;
    const { license } = v.parse(PackageJson, JSON.parse(await Deno.readTextFile(path)));
    found.set(name, { name, version, license });
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}
