import { KoordinatorError } from "../errors.ts";

/** Prints an error as users see it: what was wrong, then what to do, on stderr. */
export function report(error: unknown): void {
  const lines = error instanceof KoordinatorError
    ? [error.message, ...(error.hint === undefined ? [] : [error.hint])]
    : [error instanceof Error ? error.stack ?? error.message : String(error)];
  try {
    Deno.stderr.writeSync(
      new TextEncoder().encode(lines.map((l) => `koordinator: ${l}\n`).join("")),
    );
  } catch {
    // A closed stderr leaves the exit code alone to tell.
  }
}

/**
 * Writes why koordinator ended into the container's termination message, where the kubelet reads it
 * (at most 4096 bytes), unless the command wrote one itself. Best effort: many images have none.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function leaveTerminationMessage(root: string, reason: string): void {
  const path = `${root}/dev/termination-log`;
  try {
    if (Deno.statSync(path).size > 0) return;
    Deno.writeTextFileSync(path, `koordinator: ${reason}\n`.slice(0, 4096), { create: false });
  } catch {
    // No termination log: nothing to write it to.
  }
}
