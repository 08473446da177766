/** Running the tools that the end-to-end tests need: each call either succeeds or says what was run and what it printed. */

/** Options of {@linkcode output}. */
export interface OutputOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input; nothing by default. */
  readonly stdin?: string;
  /** Kills the command when it fires. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command and gives its standard output.
 * @throws {Error} when it ends with a code other than 0, with its command line and all it printed, or
 * when it was killed for taking too long
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
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).spawn();
  if (options.stdin !== undefined) {
    const text = new Blob([options.stdin]).stream();
    // A program may end well without having read all of it; what it makes of that is its exit code.
    await text.pipeTo(child.stdin).catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  const printed = new TextDecoder().decode(stdout);
  if (options.signal?.aborted) throw new Error(`${command.join(" ")} took too long`);
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
  return await findOnPath(program) !== undefined;
}

/** The first file of this name on the PATH that can be executed. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${program}`;
    try {
      const { isFile, mode } = await Deno.stat(path);
      if (isFile && mode !== null && (mode & 0o111) !== 0) return path;
    } catch (error) {
      // A folder that may not be searched holds nothing, as for a shell.
      if (![NotFound, NotADirectory, PermissionDenied].some((kind) => error instanceof kind)) {
        throw error;
      }
    }
  }
  return undefined;
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
