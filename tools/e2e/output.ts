/** Running the tools that the end-to-end tests need: each call either succeeds or says what was run and what it printed. */

/** Options of {@linkcode output}. */
export interface OutputOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input; nothing by default. */
  readonly stdin?: string;
}

/**
 * Runs a command and gives its standard output.
 * @throws {Error} when it ends with a code other than 0, with its command line and all it printed
 */
export async function output(
  command: readonly string[],
  options: OutputOptions = {},
): Promise<string> {
  const [program, ...args] = command;
  if (program === undefined) throw new TypeError("no command given");
  const child = new Deno.Command(program, {
    args,
    env: { ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const printed = new TextDecoder().decode(stdout);
  if (code !== 0) {
    throw new Error(
      `${command.join(" ")} ended with ${code}:\n${printed}${new TextDecoder().decode(stderr)}`,
    );
  }
  return printed;
}

const { NotFound, NotADirectory, PermissionDenied } = Deno.errors;

/** Whether a program of this name is found on the PATH and can be executed. */
export async function onPath(program: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      const { isFile, mode } = await Deno.stat(`${folder}/${program}`);
      if (isFile && mode !== null && (mode & 0o111) !== 0) return true;
    } catch (error) {
      // A folder that may not be searched holds nothing, as for a shell.
      if (![NotFound, NotADirectory, PermissionDenied].some((kind) => error instanceof kind)) {
        throw error;
      }
    }
  }
  return false;
}

/** Whether a file is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
