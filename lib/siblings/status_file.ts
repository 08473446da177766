import * as v from "valibot";
import type { Contact, Status } from "../supervisor/status.ts";

/** How long changes are gathered before they are written, in milliseconds. */
const GATHERING = 200;

/** Made when a status is read: who only writes one does not wait for it. */
function statusSchema() {
  return v.object({
    container: v.string(),
    phase: v.string(),
    since: v.string(),
    at: v.string(),
    stopping: v.optional(v.string()),
    dependencies: v.array(v.object({
      role: v.picklist(["start", "stop"]),
      name: v.string(),
      holds: v.boolean(),
      seen: v.string(),
      since: v.string(),
    })),
    api: v.object({
      last: v.optional(v.string()),
      nextRetry: v.optional(v.string()),
      trouble: v.optional(v.string()),
      over: v.boolean(),
    }),
  });
}

/** A status as it stands in the state directory, `NAME.status`. */
export type StatusFile = v.InferOutput<ReturnType<typeof statusSchema>>;

/** Writes what a supervisor knows, whenever that changes. Never throws. */
export function openStatusFile(
  folder: string,
  container: string,
): (status: Status, contact: Contact) => void {
  const since = new Map<string, string>();
  let timer: number | undefined;
  let pending: { readonly status: Status; readonly contact: Contact } | undefined;
  return (status, contact) => {
    pending = { status, contact };
    // There is no later.
    if (status.phase === "done" || status.phase === "handed over") {
      write();
      return;
    }
    if (timer !== undefined) return;
    timer = setTimeout(write, GATHERING);
    // A status that nobody has written yet is no reason to live on.
    Deno.unrefTimer(timer);
  };

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (pending === undefined) return;
    const { status, contact } = pending;
    const at = new Date().toISOString();
    const file: StatusFile = {
      container,
      phase: status.phase,
      since: sinceWhen("phase", status.phase, at),
      at,
      ...(status.stopping === undefined ? {} : { stopping: status.stopping }),
      dependencies: status.dependencies.map((dependency) => ({
        ...dependency,
        since: sinceWhen(`${dependency.role} ${dependency.name}`, dependency.seen, at),
      })),
      api: { ...contact },
    };
    const aside = `${folder}/.${container}.status.${Deno.pid}.tmp`;
    try {
      Deno.writeTextFileSync(aside, `${JSON.stringify(file)}\n`, { mode: 0o644 });
      Deno.renameSync(aside, `${folder}/${container}.status`);
    } catch {
      // Without a state directory there is no status.
    }
  }

  /** When `what` was first seen to be `value`; the time starts anew with each change. */
  function sinceWhen(what: string, value: string, now: string): string {
    const key = `${what}\0${value}`;
    const first = since.get(key) ?? now;
    for (const other of since.keys()) if (other.startsWith(`${what}\0`)) since.delete(other);
    since.set(key, first);
    return first;
  }
}

/** Reads a container's status; undefined if there is none. */
export function readStatus(folder: string, container: string): StatusFile | undefined {
  try {
    const text = Deno.readTextFileSync(`${folder}/${container}.status`);
    const parsed = v.safeParse(statusSchema(), JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
