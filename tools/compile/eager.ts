import { fileURLToPath } from "node:url";
import type { DenoCommand } from "./deno_command.ts";
import { runProgram } from "../support/run_program.ts";

/** Where a function stands in a module: from its parameters to its end. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What V8 tells of a module's functions. */
export interface ModuleFunctions {
  readonly all: readonly Span[];
  /** Those that were compiled, since they were called. */
  readonly called: readonly Span[];
}

const START = fileURLToPath(new URL("start_to_the_hand_over.js", import.meta.url));

/**
 * Lets V8 compile at once what is called at every start. It reads a function twice else: to find its
 * end, and again when it is called. The functions are those of a start that hands over.
 *
 * @param deno the command line of the Deno that plays the start
 * @param folder the bundle's modules; they are changed
 * @throws {Error} if V8 tells of no functions
 */
export async function compileEagerly(
  [program, ...first]: DenoCommand,
  folder: string,
): Promise<void> {
  const log = await Deno.makeTempFile();
  try {
    const flags = ["--log-function-events", "--no-logfile-per-isolate", `--logfile=${log}`];
    const options = ["--quiet", "--no-config", "--no-lock", "--no-code-cache", "--allow-all"];
    await runProgram(
      program,
      [...first, "run", ...options, `--v8-flags=${flags.join(",")}`, START, `${folder}/main.js`],
      "it says above what is wrong",
      { clearEnv: true, env: { HOME: Deno.env.get("HOME") ?? "/", KOORDINATOR_SPEC: "{}" } },
    );
    const modules = functionsIn(await Deno.readTextFile(log));
    let count = 0;
    for (const { name } of [...Deno.readDirSync(folder)]) {
      const functions = modules.get(name);
      if (functions === undefined) continue;
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, withEager(await Deno.readTextFile(path), functions));
      count += functions.called.length;
    }
    if (count === 0) throw new Error("V8's log names no function that was called");
  } finally {
    await Deno.remove(log);
  }
}

/**
 * The functions of each module that is a file, by its name.
 *
 * @param log what V8 writes with `--log-function-events`
 */
export function functionsIn(log: string): ReadonlyMap<string, ModuleFunctions> {
  const names = new Map<string, string>();
  const modules = new Map<string, { all: Span[]; called: Span[] }>();
  for (const line of log.split("\n")) {
    const [kind, what = "", script = "", start, end] = line.split(",");
    if (kind === "script-details") {
      const name = /,file:.*\/([^/,]+\.js),/.exec(line)?.[1];
      if (name === undefined) continue;
      names.set(what, name);
      modules.set(name, { all: [], called: [] });
    }
    const functions = modules.get(names.get(script) ?? "");
    if (kind !== "function" || functions === undefined) continue;
    const span = { start: Number(start), end: Number(end) };
    if (what === "preparse-resolution" || what === "parse-function") functions.all.push(span);
    if (what === "parse-function") functions.called.push(span);
  }
  return modules;
}

/** What stands before the parameters of a declaration in a module that is minified. */
const DECLARATION = /(?<=^|[;}\n])(async )?function ([\w$]+)$/;

/**
 * A module whose called declarations are variables before all else, as declarations are, with
 * parentheses around each function: V8 takes it for one that is called at once. What stands in another
 * function stays there.
 */
export function withEager(text: string, { all, called }: ModuleFunctions): string {
  const isInner = ({ start, end }: Span) =>
    all.some((outer) => outer.start < start && end <= outer.end);
  const variables: string[] = [];
  let rest = "";
  let from = 0;
  for (const span of called.toSorted((a, b) => a.start - b.start)) {
    const [head, asynchronous = "", name] = DECLARATION.exec(text.slice(from, span.start)) ?? [];
    if (head === undefined || isInner(span)) continue;
    variables.push(`${name}=(${asynchronous}function${text.slice(span.start, span.end)})`);
    rest += text.slice(from, span.start - head.length);
    from = span.end;
  }
  return variables.length === 0 ? text : `var ${variables.join(",")};${rest}${text.slice(from)}`;
}
