/**
 * What `koordinator` draws when it is called with these words, in the repository.
 *
 * @throws {Error} if it draws nothing
 */
export async function draw(root: URL, words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "main.ts", ...words, "--output", "svg"],
    cwd: root,
  }).output();
  const text = new TextDecoder();
  const drawn = text.decode(stdout);
  if (!drawn.startsWith("<svg")) {
    throw new Error(`koordinator ${words.join(" ")}: ${text.decode(stderr)}`);
  }
  return drawn;
}
