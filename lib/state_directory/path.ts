/** The name of the state directory beside the executable. */
export const BESIDE = ".koordinator";

/**
 * Where siblings tell each other of themselves: KOORDINATOR_STATE_DIR, else `.koordinator` beside the
 * executable, which they share. undefined when koordinator runs from its sources, beside Deno.
 */
export function stateDirectory(
  environment: { readonly stateDir: string | undefined },
): string | undefined {
  if (environment.stateDir !== undefined) return environment.stateDir;
  if (!Deno.build.standalone) return undefined;
  return Deno.execPath().replace(/[^/]*$/, BESIDE);
}
