import { fileURLToPath } from "node:url";
import { buildInputsPath } from "../../tools/compile/build_inputs.ts";
import { ALL_TARGETS, executablePath, type Target } from "../../tools/support/target.ts";
import { buildInputs, fakeExecutable } from "./build_inputs.ts";

/** A folder in which `deno task compile` seems to have run for these targets. */
export async function compiledRepository(
  targets: readonly Target[] = ALL_TARGETS,
): Promise<string> {
  const folder = `${await Deno.makeTempDir()}/`;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  await Deno.mkdir(`${folder}dist`);
  await Deno.mkdir(`${folder}tools`);
  await Deno.symlink(`${root}tools/licenses`, `${folder}tools/licenses`);
  await Deno.symlink(`${root}LICENSE`, `${folder}LICENSE`);
  for (const target of targets) {
    const executable = `${folder}${executablePath(target)}`;
    await Deno.writeFile(executable, fakeExecutable(target.arch), { mode: 0o755 });
    await Deno.writeTextFile(buildInputsPath(executable), JSON.stringify(buildInputs(target.arch)));
  }
  return folder;
}
