import type { DenoCommand } from "./deno_command.ts";
import { runProgram } from "../support/run_program.ts";
import type { Target } from "../support/target.ts";

/** What `deno compile` is to make, of which runtime. */
export interface Compilation {
  /** The command line of Deno. */
  readonly deno: DenoCommand;
  readonly target: Target;
  /** The runtime that the program is appended to. */
  readonly runtime: string;
  /** Flags that V8 is given at every start. */
  readonly flags: readonly string[];
  /** The first module of the program. */
  readonly main: string;
  /** Files that the program can read beside its modules. */
  readonly included?: readonly string[];
  readonly output: string;
}

/**
 * Calls `deno compile`, without the project's configuration: no npm package is embedded, since the
 * bundle holds what is used of them; and without a code cache, which the first run would write.
 */
export async function denoCompile(
  { deno, target, runtime, flags, main, included = [], output }: Compilation,
): Promise<void> {
  const [program, ...first] = deno;
  await runProgram(
    program,
    [
      ...[...first, "compile", "--quiet", "--no-config", "--allow-all", "--no-check"],
      ...["--no-code-cache", "--target", target.triple, `--v8-flags=${flags.join(",")}`],
      ...included.flatMap((file) => ["--include", file]),
      ...["--output", output, main],
    ],
    "it says above what is wrong",
    { env: { DENORT_BIN: runtime } },
  );
}
