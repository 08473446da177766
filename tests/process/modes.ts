import { fileURLToPath } from "node:url";
import { executable, IS_ROOT } from "../support/executable.ts";
import { someOf } from "../support/whole.ts";
import {
  childrenOf,
  eventually,
  type Fixture,
  type FixtureOptions,
  fromSources,
  startProcess,
} from "./fixture.ts";

/** How koordinator is run: the executable or its sources, as an ordinary process or as PID 1. */
export interface Mode {
  readonly name: string;
  readonly init: boolean;
  readonly compiled: boolean;
}

/** `deno task sources` runs the sources; else it is the executable. */
const COMPILED = !Deno.env.has("SOURCES");

const MODES: readonly Mode[] = [false, true].map((init) => ({
  name: `${COMPILED ? "the executable" : "the sources"}${init ? " as PID 1" : ""}`,
  init,
  compiled: COMPILED,
}));

/** Defines a test in every mode; as PID 1 it needs root, and is ignored by name without. */
export function inEveryMode(title: string, test: (mode: Mode) => Promise<void>): void {
  for (const mode of MODES) {
    Deno.test({
      name: `${mode.name}: ${title}${mode.init ? " (needs root)" : ""}`,
      ignore: mode.init && !IS_ROOT,
      fn: () => test(mode),
    });
  }
}

/** A spec that keeps koordinator in front of the command. */
export const SUPERVISED = { handOver: false } as const;

/**
 * Each third case for the executable, and all in `deno task whole`; the ends for the sources: the same
 * code decides there, and a start of them takes ten times as long.
 */
export function casesIn<Case>({ compiled }: Mode, cases: readonly Case[]): readonly Case[] {
  if (compiled) return someOf(cases, 3);
  return cases.filter((_, index) => index === 0 || index === cases.length - 1);
}

/** Starts koordinator in a mode; without a spec if it is null. */
export async function start(
  mode: Mode,
  argv: readonly string[],
  spec: unknown = SUPERVISED,
  { under = [], env = {}, ...options }: FixtureOptions = {},
): Promise<Fixture> {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const program = mode.compiled ? [await executable()] : fromSources(main);
  const namespace = mode.init ? ["unshare", "--pid", "--fork", "--mount-proc"] : [];
  return startProcess([...under, ...namespace, ...program, ...argv], {
    ...options,
    env: {
      ...env,
      ...(spec === null ? {} : { KOORDINATOR_SPEC: JSON.stringify(spec) }),
    },
  });
}

/** koordinator's own pid, seen from outside of its namespace. */
export async function supervisorOf(mode: Mode, fixture: Fixture): Promise<number> {
  if (!mode.init) return fixture.pid;
  return await eventually(() => childrenOf(fixture.pid)[0], () => "PID 1");
}

/** Sends a signal, by number, since Deno does not know all of them. */
export function send(signal: number, ...pids: readonly number[]): void {
  const kill = `kill -${signal} ${pids.join(" ")}`;
  const { success } = new Deno.Command("sh", { args: ["-c", kill] }).outputSync();
  if (!success) throw new Error(`${kill} failed`);
}

/** A shell script in a folder of its own. */
export async function scriptFile(
  text: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/script`, text);
  return {
    path: `${folder}/script`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
