import { fileURLToPath } from "node:url";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** True for root, whom a new root folder and a namespace need. */
export const IS_ROOT = Deno.uid() === 0;

/** What the executable is made of and by, under the root of the repository. */
const SOURCES = ["main.ts", "deno.json", "deno.lock", "lib", "tools"];

let built: Promise<string> | undefined;

/** The compiled executable; compiled anew if one of its sources is younger than it. */
export function executable(): Promise<string> {
  return built ??= build();
}

async function build(): Promise<string> {
  const path = `${ROOT}dist/koordinator`;
  await Deno.mkdir(`${ROOT}.cache`, { recursive: true });
  // Test files that run side by side must not compile over each other.
  using lock = await Deno.open(`${ROOT}.cache/executable.lock`, { create: true, write: true });
  await lock.lock(true);
  const age = modified(path);
  if (age !== undefined && SOURCES.every((name) => youngest(ROOT + name) < age)) return path;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}tools/compile.ts`],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return path;
}

/** When a file, or the last of all those in a folder, was changed; milliseconds since 1970. */
function youngest(path: string): number {
  const { isDirectory } = Deno.statSync(path);
  const inside = isDirectory ? [...Deno.readDirSync(path)] : [];
  return Math.max(
    modified(path) ?? Infinity,
    ...inside.map(({ name }) => youngest(`${path}/${name}`)),
  );
}

function modified(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch {
    return undefined;
  }
}

/** Runs a program to its end. */
export async function output(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const result = await new Deno.Command(program, { args: [...args], env }).output();
  const decoder = new TextDecoder();
  const { code } = result;
  return { code, stdout: decoder.decode(result.stdout), stderr: decoder.decode(result.stderr) };
}
