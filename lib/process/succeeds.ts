import { launch } from "./launch.ts";

/**
 * Whether a command ends with 0, with nobody reading what it writes. Never throws.
 *
 * @param signal kills it, with its process group, when it aborts: it has failed then
 */
export async function succeeds(command: readonly string[], signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    const child = launch(command, { silent: true });
    const end = () => child.kill("SIGKILL", "group");
    signal.addEventListener("abort", end, { once: true });
    const status = await child.ended;
    signal.removeEventListener("abort", end);
    return status.kind === "exited" && status.code === 0;
  } catch {
    return false;
  }
}
