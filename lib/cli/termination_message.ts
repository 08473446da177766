import { rootFolder } from "../environment.ts";
import { findOwnContainer } from "../identity.ts";
import { close, openForWriting, statusOf, writeAll } from "../linux/file_calls.ts";
import { visible } from "../spec/visible.ts";

/** What the kubelet reads of a termination message, in bytes. */
const LONGEST_MESSAGE = 4096;

/** Lines as koordinator says them, of which each tells who says it. */
export function format(lines: readonly string[]): string {
  return lines.map((line) => `koordinator: ${visible(line)}`).join("\n");
}

/**
 * Writes why koordinator ended into the container's termination message, where the kubelet reads it,
 * unless the command wrote one itself. Best effort: many images have none.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function leaveTerminationMessage(lines: readonly string[]): void {
  // A pipe or a device in its place would keep koordinator from ending.
  const file = openForWriting(`${rootFolder()}${messagePath()}`);
  if (file === undefined) return;
  try {
    const { kind, size } = statusOf(file);
    if (kind !== "file" || size > 0) return;
    const bytes = new TextEncoder().encode(`${format(lines)}\n`);
    writeAll(file, bytes.subarray(0, LONGEST_MESSAGE));
  } catch {
    // It cannot be written to: nobody else can be told.
  } finally {
    close(file);
  }
}

/** Where the pod wants it: the kubelet mounts a file there. */
function messagePath(): string {
  const unmounted = "/dev/termination-log";
  try {
    return findOwnContainer(Deno.readTextFileSync("/proc/self/mountinfo"))?.messagePath ??
      unmounted;
  } catch {
    return unmounted;
  }
}
