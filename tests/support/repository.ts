import { buildInputsPath } from "../../tools/build_inputs.ts";
import { type Arch, ARCHES, executableName } from "../../tools/platform.ts";
import { buildInputs, fakeExecutable } from "./build_inputs.ts";

/** The processor of the machine that the tests play. */
export const HOST: Arch = "x86_64";

/** A folder in which `deno task compile` seems to have run for these processors. */
export async function compiledRepository(arches: readonly Arch[] = ARCHES): Promise<string> {
  const folder = `${await Deno.makeTempDir()}/`;
  const root = new URL("../../", import.meta.url).pathname;
  await Deno.mkdir(`${folder}dist`);
  await Deno.mkdir(`${folder}tools`);
  await Deno.symlink(`${root}tools/licences`, `${folder}tools/licences`);
  await Deno.symlink(`${root}LICENSE`, `${folder}LICENSE`);
  for (const arch of arches) {
    const executable = `${folder}dist/${executableName(arch, HOST)}`;
    await Deno.writeFile(executable, fakeExecutable(arch), { mode: 0o755 });
    await Deno.writeTextFile(buildInputsPath(executable), JSON.stringify(buildInputs(arch)));
  }
  return folder;
}
