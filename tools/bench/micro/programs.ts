import { compileStatic } from "../programs.ts";

/** The native programs of the micro figures, by path. */
export interface Programs {
  readonly probe: string;
  readonly runner: string;
  readonly floor: string;
}

/** Compiles them into a folder. */
export async function compilePrograms(folder: string): Promise<Programs> {
  const make = (name: string, source: string) =>
    compileStatic(new URL(source, import.meta.url), folder, name);
  return {
    probe: await make("probe", "probe.c"),
    runner: await make("runner", "runner.c"),
    floor: await make("floor", "../floor.c"),
  };
}
