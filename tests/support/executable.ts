const ROOT = new URL("../..", import.meta.url).pathname;

/** True for root, whom a new root folder and a namespace need. */
export const IS_ROOT = Deno.uid() === 0;

let built: Promise<string> | undefined;

/** The compiled executable; compiled once a run, since its sources may have changed. */
export function executable(): Promise<string> {
  return built ??= build();
}

async function build(): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}tools/compile.ts`],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return `${ROOT}dist/koordinator`;
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
