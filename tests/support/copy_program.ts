/**
 * Copies a program by another process. A descriptor of this one that writes to the copy would be
 * inherited by whatever another test starts meanwhile, and nobody could execute the copy until that has
 * executed something else (ETXTBSY, execve(2)).
 *
 * @throws {Error} if it cannot be copied
 */
export async function copyProgram(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["--", from, to] }).output();
  if (!success) throw new Error(`cp ${from} ${to}`);
}
