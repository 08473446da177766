import { copyProgram } from "./copy_program.ts";

/**
 * A place for tests that mount something over /tmp and /dev/shm, or name files in shell scripts:
 * outside of both, and without spaces, wherever the checkout lies.
 */
const PLACE = "/var/tmp";

const made: string[] = [];
globalThis.addEventListener("unload", () => {
  for (const folder of made) Deno.removeSync(folder, { recursive: true });
});

/** A new folder there, which is removed when the test file is done. */
export async function plainFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: PLACE });
  made.push(folder);
  return folder;
}

/** The file itself where its path is plain, else a copy of it there. */
export async function plainFile(path: string): Promise<string> {
  if (!/^\/tmp\/|^\/dev\/shm\/|[^\w./-]/.test(path)) return path;
  const copy = `${await plainFolder()}/${path.slice(path.lastIndexOf("/") + 1)}`;
  await copyProgram(path, copy);
  return copy;
}
