/**
 * Makes an error that nobody caught something that is told, instead of the end of koordinator, whose
 * child would be left without a supervisor.
 *
 * @param tell is told of each, and where it came from
 */
export function surviveErrors(tell: (message: string) => void): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    tell(describe(event.error ?? event.message));
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell(describe(event.reason));
  });
}

/** Never throws, whatever was thrown: telling of an error must not be one. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  } catch {
    return "what was thrown cannot be shown";
  }
}
