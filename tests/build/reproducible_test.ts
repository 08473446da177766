import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { sha256 } from "../../tools/support/sha256.ts";
import { executable } from "../support/executable.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** All that a build reads of the repository. */
const SOURCES = ["main.ts", "deno.json", "deno.lock", "lib", "tools", "types"];

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-r", from, to] }).output();
  if (!success) throw new Error(`cp ${from} ${to}`);
}

/**
 * The runtime of Deno, so that it is not fetched once more, and what the supervisors that the first build
 * started have left behind, but nothing else of it.
 */
async function layCache(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/.cache`);
  for await (const { name } of Deno.readDir(`${ROOT}.cache`)) {
    if (!name.startsWith("denort-")) continue;
    await Deno.symlink(`${ROOT}.cache/${name}`, `${folder}/.cache/${name}`);
  }
  const started = `.cache/${Deno.build.arch}/dist`;
  await Deno.mkdir(`${folder}/${started}`, { recursive: true });
  await copy(`${ROOT}${started}/.koordinator`, `${folder}/${started}`);
}

async function build(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/compile.ts"],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

Deno.test("a build in another folder, deeper, with spaces and later, where one was made before, has the same bytes", async () => {
  const first = await executable();
  const top = await Deno.makeTempDir();
  const folder = `${top}/a/longer path/to the/sources`;
  await Deno.mkdir(folder, { recursive: true });
  for (const name of SOURCES) await copy(`${ROOT}${name}`, folder);
  await layCache(folder);
  await build(folder);
  const [one, other] = await Promise.all(
    [first, `${folder}/dist/koordinator`].map(async (path) => sha256(await Deno.readFile(path))),
  );
  await Deno.remove(top, { recursive: true });
  assertEquals(other, one);
});
