import { parseArgs } from "@std/cli/parse-args";
import { readEnvironment, readVariable } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { check } from "../probe/check.ts";
import type { Check } from "../spec/spec.ts";
import { HELD_COMMAND_NAME } from "../process/held.ts";
import { readLiving } from "../state_directory/own_report.ts";
import type { ReportFile } from "../state_directory/report_file.ts";
import { stateDirectory } from "../state_directory/path.ts";
import { readStatus } from "../state_directory/status_file.ts";
import { findSelf } from "../sources.ts";

/** What an exec probe ends with when it fails: anything but 0 does. */
const NOT_READY = 1;

/**
 * `koordinator probe [--tcp PORT | --http PORT/PATH]`: an exec probe that fails while this container's
 * command is held back, and then asks what it is given to ask.
 *
 * @returns 0 once the command runs, and answers; else 1 with one line on stderr
 * @throws {KoordinatorError} exit code 125, if it is called wrongly
 */
export async function probe(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  const why = whyHeld();
  if (why !== undefined) {
    console.error(`koordinator: ${why}`);
    return NOT_READY;
  }
  if (asked === undefined) return 0;
  const result = await check(asked, new AbortController().signal);
  if (result.open) return 0;
  console.error(`koordinator: the command runs, but on port ${asked.port}: ${result.why}`);
  return NOT_READY;
}

function parse(
  args: readonly string[],
): Extract<Check, { kind: "tcp" | "http" }> | undefined {
  const { _: rest, tcp, http, ...unknown } = parseArgs(args, { string: ["tcp", "http"] });
  const usage = new KoordinatorError("koordinator probe takes --tcp PORT or --http PORT/PATH", {
    hint: "koordinator probe --http 8080/healthz",
  });
  if (rest.length > 0 || Object.keys(unknown).length > 0) throw usage;
  if (tcp !== undefined && http !== undefined) throw usage;
  if (typeof tcp === "string") return { kind: "tcp", host: "localhost", port: portOf(tcp) };
  if (typeof http !== "string") return undefined;
  const [, port = "", path = ""] = /^([^/]*)(\/.*)?$/.exec(http) ?? [];
  return { kind: "http", port: portOf(port), path: path === "" ? "/" : path };

  function portOf(text: string): number {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw usage;
    return port;
  }
}

/** Why the command of this container does not run; undefined if it does. */
function whyHeld(): string | undefined {
  const environment = readEnvironment(readVariable, []);
  const folder = stateDirectory(environment);
  const { container, run } = findSelf(environment);
  const file = folder === undefined || container === undefined
    ? undefined
    : readLiving(folder, container, run);
  if (file === undefined) return whyHeldByProc();
  const { phase } = file.report;
  if (phase === "running" || phase === "stopping") return undefined;
  return `the command is ${phase}${folder === undefined ? "" : missing(folder, file)}`;
}

/** What it waits for, in the words of its supervisor's status; that of an earlier run tells nothing. */
function missing(folder: string, { container, at, report }: ReportFile): string {
  const status = readStatus(folder, container);
  if (report.phase !== "waiting" || status?.phase !== "waiting" || status.at < at) return "";
  return status.missing ?? "";
}

/** Without a state directory: PID 1 is the command itself, or a koordinator that has a child. */
function whyHeldByProc(): string | undefined {
  try {
    if (Deno.readLinkSync("/proc/1/exe") !== Deno.execPath()) return undefined;
    for (const { name } of Deno.readDirSync("/proc")) {
      if (/^\d+$/.test(name) && isLaunched(Number(name))) return undefined;
    }
    return "the command is held back";
  } catch (error) {
    return `nothing is known of the command: ${error instanceof Error ? error.message : error}`;
  }
}

/** Whether a process is PID 1's child, and not the one that waits to become the command. */
function isLaunched(pid: number): boolean {
  try {
    // proc_pid_stat(5): number, name in brackets, which may hold some itself, state, parent.
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? [];
    return parent === "1" && name !== HELD_COMMAND_NAME;
  } catch {
    return false;
  }
}
