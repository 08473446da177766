import { parseArgs } from "@std/cli/parse-args";
import { readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { check, type LocalDependency } from "../probe/check.ts";
import { readReport } from "../siblings/state_directory.ts";
import { stateDirectory } from "../state_directory_path.ts";
import { findSelf } from "../surroundings.ts";

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
  if (asked === undefined || await check(asked, new AbortController().signal)) return 0;
  console.error(`koordinator: the command runs and does not answer on port ${asked.port}`);
  return NOT_READY;
}

function parse(
  args: readonly string[],
): Exclude<LocalDependency, { kind: "file" }> | undefined {
  const { _: rest, tcp, http, ...unknown } = parseArgs(args, { string: ["tcp", "http"] });
  const usage = new KoordinatorError("koordinator probe takes --tcp PORT or --http PORT/PATH", {
    hint: "koordinator probe --http 8080/healthz",
  });
  if (rest.length > 0 || Object.keys(unknown).length > 0) throw usage;
  if (tcp !== undefined && http !== undefined) throw usage;
  if (typeof tcp === "string") return { kind: "tcp", host: "127.0.0.1", port: portOf(tcp) };
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
  const environment = readEnvironment((name) => Deno.env.get(name), []);
  const folder = stateDirectory(environment);
  const { container, podUid } = findSelf(environment);
  const file = folder === undefined || container === undefined
    ? undefined
    : readReport(folder, container, podUid);
  // A file of an earlier run of this container tells nothing of this one.
  if (file === undefined || startTimeOf(file.pid) !== file.startTime) return whyHeldByProc();
  const { phase } = file.report;
  return phase === "running" || phase === "stopping" ? undefined : `the command is ${phase}`;
}

/** Without a state directory: PID 1 is the command itself, or a koordinator that has a child. */
function whyHeldByProc(): string | undefined {
  try {
    if (Deno.readLinkSync("/proc/1/exe") !== Deno.execPath()) return undefined;
    for (const { name } of Deno.readDirSync("/proc")) {
      if (/^\d+$/.test(name) && statOf(Number(name))?.[1] === "1") return undefined;
    }
    return "the command is held back";
  } catch (error) {
    return `nothing is known of the command: ${error instanceof Error ? error.message : error}`;
  }
}

function startTimeOf(pid: number): number | undefined {
  const field = statOf(pid)?.[19];
  return field === undefined ? undefined : Number(field);
}

/** proc_pid_stat(5) from its third field, the state, on: the second may hold spaces. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
