import { untilQuiet } from "../support/quiet.ts";

const FIELDS = ["RssAnon", "RssFile", "RssShmem", "Threads"] as const;

/** Of proc_pid_status(5): kilobytes, and the number of threads. */
export type Memory = Readonly<Record<typeof FIELDS[number], number>>;

/** Longer than what a supervisor waits before it gives memory back. */
const AT_REST_MS = 3000;

/** What a program uses once it has come to rest; it is killed then. */
export async function restingMemory(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Memory> {
  const child = new Deno.Command(program, {
    args,
    env,
    clearEnv: true,
    // As the kubelet gives it: for a pipe the runtime lays out another heap, which shares less.
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await untilQuiet(child.pid, AT_REST_MS);
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1]);
    return {
      RssAnon: field("RssAnon"),
      RssFile: field("RssFile"),
      RssShmem: field("RssShmem"),
      Threads: field("Threads"),
    };
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}
