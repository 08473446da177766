/** What a program has printed, and how it ended. */
export interface Fed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Gives a program its standard input, of which it need not read anything, and waits for its end.
 *
 * @param child all three of its streams are piped
 */
export async function feed(child: Deno.ChildProcess, stdin: string): Promise<Fed> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
