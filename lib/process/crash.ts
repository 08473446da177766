/**
 * Makes an error that nobody caught a line of the log instead of the end of koordinator, whose child
 * would be left without a supervisor.
 */
export function surviveErrors(log: (message: string) => void): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log(`internal error: ${event.error?.stack ?? event.message}`);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log(`internal error: ${event.reason?.stack ?? event.reason}`);
  });
}
