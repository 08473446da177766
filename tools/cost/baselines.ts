import { denoCompile } from "../compile/deno_compile.ts";
import { findTarget } from "../support/target.ts";
import { v8Flags } from "../seal/v8_flags.ts";

/** Executables that are made as koordinator is, of the same sealed runtime. */
export interface Baselines {
  /** Ends at once. */
  readonly empty: string;
  /** Waits for ever. */
  readonly idle: string;
}

/** Compiles them; `deno task compile` must have made the runtime. */
export async function compileBaselines(root: string): Promise<Baselines> {
  const target = findTarget();
  const scratch = `${root}.cache/${target.arch}`;
  const make = async (name: string) => {
    const output = `${scratch}/dist/${name}`;
    await denoCompile({
      ...{ deno: [Deno.execPath()], target, runtime: `${scratch}/sealed-runtime` },
      ...{ flags: v8Flags(target), main: `${root}tools/seal/programs/${name}.ts`, output },
    });
    return output;
  };
  return { empty: await make("empty"), idle: await make("idle") };
}
