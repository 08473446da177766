import * as v from "valibot";
import { nameByContent } from "./chunk_names.ts";
import { call } from "./seal/call.ts";

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

/**
 * Bundles main.ts: modules that are loaded later stay files of their own.
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
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await call(
    program,
    [
      ...[...first, "bundle", "--quiet", "--minify", "--platform", "deno", "--code-splitting"],
      ...["--outdir", folder, "main.ts"],
    ],
    remedy,
    { cwd: root },
  );
  await renameModules(folder);
  const info = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await call(program, [...first, "info", "--json", ...args], remedy, { cwd: root }));
  return {
    main: `${folder}/main.js`,
    sha256: await sha256OfFolder(folder),
    packages: await packagesOf(await info("main.ts"), await info()),
  };
}

async function renameModules(folder: string): Promise<void> {
  const modules = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    modules.set(name, await Deno.readTextFile(`${folder}/${name}`));
    await Deno.remove(`${folder}/${name}`);
  }
  for (const [name, text] of nameByContent(modules)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function sha256OfFolder(folder: string): Promise<string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const lines = await Promise.all(
    names.map(async (name) =>
      `${await sha256Of(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`
    ),
  );
  return await sha256Of(new TextEncoder().encode(lines.join("")));
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
