/**
 * Runs a program to its end.
 *
 * @param remedy what to do if it is not there
 * @returns its standard output
 * @throws {Error} if it is not there or fails
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  remedy: string,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly clearEnv?: boolean;
    readonly cwd?: string;
  } = {},
): Promise<string> {
  let result;
  try {
    result = await new Deno.Command(program, { args: [...args], ...options, stderr: "inherit" })
      .output();
  } catch (cause) {
    throw new Error(`${program} cannot be run: ${remedy}`, { cause });
  }
  if (!result.success) throw new Error(`${program} ${args.join(" ")} failed: ${remedy}`);
  return new TextDecoder().decode(result.stdout);
}
