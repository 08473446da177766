/** Programs given by `--peer`, to take part in the same pods. */
import * as v from "valibot";
import { basename, resolve } from "node:path";

/** A variable: its value, or the field of the pod that it has the value of. */
const Variable = v.union([v.string(), v.strictObject({ fieldRef: v.string() })]);
const Plain = v.record(v.string(), v.string());
const Variables = v.optional(v.record(v.string(), Variable), {});

const Environment = v.strictObject({
  /** The variables of the container proxy, which is to stop once main has ended. */
  proxy: Variables,
  /** The variables of the container main, which is to start once proxy is ready. */
  main: Variables,
  /** A folder that both containers share, empty at first. */
  folder: v.optional(v.string()),
  /** Its variables where it runs alone, for each scenario of micro/contenders.ts that it can do. */
  alone: v.optional(v.partial(v.strictObject({
    none: Plain,
    empty: Plain,
    supervised: Plain,
    gate: Plain,
    life: Plain,
  }))),
  /** Whether it lists and watches pods. */
  rights: v.optional(v.boolean(), false),
});

/** What stands in front of a command, and what it is told. */
export interface Peer extends v.InferOutput<typeof Environment> {
  readonly name: string;
  /** The program's path on this machine. */
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Reads `NAME=COMMAND` and the file that belongs to it.
 * @param commands of `--peer`
 * @param files of `--peer-env`, NAME=FILE
 */
export async function readPeers(
  commands: readonly string[],
  files: readonly string[],
): Promise<readonly Peer[]> {
  const environments = new Map(files.map(namedValue));
  return await Promise.all(commands.map(async (text) => {
    const [name, command] = namedValue(text);
    const [program = "", ...args] = command.trim().split(/\s+/);
    const file = environments.get(name);
    const told = file === undefined ? {} : JSON.parse(await Deno.readTextFile(file));
    return { name, program: resolve(program), args, ...v.parse(Environment, told) };
  }));
}

/** Where a peer's program is in the image. */
export function peerPath({ name, program }: Peer): string {
  return `/peers/${name.replaceAll(/[^\w.-]/g, "-")}/${basename(program)}`;
}

/** @throws {Error} if it is not NAME=VALUE */
function namedValue(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not NAME=VALUE: ${text}`);
  return [name, value];
}
