import * as v from "valibot";
import * as files from "../linux/file_calls.ts";
import type { Contact } from "../supervisor/contact.ts";
import type { PublishStatus, SupervisorStatus } from "../supervisor/status.ts";
import { Folder } from "./folder.ts";
import { reportedBy, reportName } from "./report_file.ts";

/** No status is longer, in bytes: some hundred dependencies and what is said of each. */
const MAX_STATUS_BYTES = 1 << 18;

/** How long changes are gathered before they are written, in milliseconds. */
const GATHERING = 200;

/** Made when a status is read: who only writes one does not wait for it. */
function statusSchema() {
  return v.object({
    container: v.string(),
    phase: v.string(),
    since: v.string(),
    at: v.string(),
    missing: v.optional(v.string()),
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
      error: v.optional(v.string()),
      over: v.boolean(),
    }),
  });
}

/** A status as it stands in the state directory, `NAME.status`. */
export type StatusFile = v.InferOutput<ReturnType<typeof statusSchema>>;

/** What was published last, and is still to be written. */
interface Pending {
  readonly look: () => SupervisorStatus;
  readonly contact: Contact;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes what a supervisor knows, whenever that changes. Never throws: without a folder to write to
 * there is no status, and of a status that cannot be made whoever publishes it is told.
 */
export function openStatusFile(path: string, container: string): PublishStatus {
  const since = new Map<string, string>();
  let timer: number | undefined;
  let pending: Pending | undefined;
  return (look, contact, isLast, failed) => {
    pending = { look, contact, failed };
    if (isLast) {
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
    const { look, contact, failed } = pending;
    let text: Uint8Array<ArrayBuffer>;
    try {
      text = new TextEncoder().encode(`${JSON.stringify(fileOf(look(), contact))}\n`);
    } catch (error) {
      failed(error);
      return;
    }
    try {
      using folder = Folder.open(path);
      files.close(folder.replace(`${container}.status`, (to) => files.writeAll(to, text)));
    } catch {
      // Without a state directory there is no status.
    }
  }

  function fileOf(status: SupervisorStatus, contact: Contact): StatusFile {
    const at = new Date().toISOString();
    return {
      // The loader reads these, in this order (tools/seal/told.c).
      container,
      phase: status.phase,
      since: sinceWhen("phase", status.phase, at),
      at,
      ...(status.phase === "waiting" ? { missing: missingOf(status.dependencies) } : {}),
      ...(status.stopping === undefined ? {} : { stopping: status.stopping }),
      dependencies: status.dependencies.map((dependency) => ({
        ...dependency,
        since: sinceWhen(`${dependency.role} ${dependency.name}`, dependency.seen, at),
      })),
      api: { ...contact },
    };
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

/** What a command is held back for, as it is put behind a sentence. */
function missingOf(dependencies: SupervisorStatus["dependencies"]): string {
  const lacking = dependencies.filter(({ role, holds }) => role === "start" && !holds);
  return lacking.length === 0
    ? ""
    : ` for ${lacking.map(({ name, seen }) => `${name} (${seen})`).join(", ")}`;
}

/** Reads a container's status; undefined if there is none, or none that a supervisor wrote. */
export function readStatus(path: string, container: string): StatusFile | undefined {
  try {
    using folder = Folder.open(path);
    if (reportedBy(reportName(container)) === undefined) return undefined;
    using file = folder.open(`${container}.status`, MAX_STATUS_BYTES);
    const parsed = v.safeParse(statusSchema(), JSON.parse(file?.read() ?? ""));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
