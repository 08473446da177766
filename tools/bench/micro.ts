/** `deno run -A tools/bench/micro.ts`: what each moment costs, of koordinator and of what stands beside it. */
import { parseArgs } from "node:util";
import { type Peer, SCENARIOS } from "./micro/contenders.ts";
import { PARTS, runMicro } from "./micro/run_micro.ts";
import { tableOf } from "./micro/table.ts";

const USAGE = `deno run -A tools/bench/micro.ts [OPTIONS]

--runs N            how often each is run (40)
--rest MS           how long one rests before something is asked of it (2600)
--idle SECONDS      for how long an idle one is looked at (10)
--parts A,B         of ${PARTS.join(", ")} (all)
--only A,B          contenders by name (all)
--koordinator FILE  another executable than dist/koordinator
--peer NAME=COMMAND one more contender; words are parted by spaces
--peer-env NAME=FILE.json   its environment, for each of ${SCENARIOS.join(", ")} that it can do;
                    $KUBERNETES_SERVICE_HOST and the others of the server, and $PLAIN_PORT, are filled in
--json FILE         write the samples there`;

const text = { type: "string" } as const;
const { values: args } = parseArgs({
  args: Deno.args,
  options: {
    ...{
      runs: text,
      rest: text,
      idle: text,
      parts: text,
      only: text,
      koordinator: text,
      json: text,
    },
    peer: { type: "string", multiple: true, default: [] },
    "peer-env": { type: "string", multiple: true, default: [] },
    help: { type: "boolean", default: false },
  },
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const number = (text: string | undefined) => text === undefined ? undefined : Number(text);
const runs = number(args.runs), restMs = number(args.rest), idle = number(args.idle);
const parts = PARTS.filter((part) => args.parts?.split(",").includes(part) ?? true);
const figures = await runMicro({
  ...runs !== undefined && { runs },
  ...restMs !== undefined && { restMs },
  ...idle !== undefined && { idleMs: idle * 1000 },
  ...args.only !== undefined && { only: args.only.split(",") },
  ...args.koordinator !== undefined && { koordinator: args.koordinator },
  parts,
  peers: await Promise.all(args.peer.map(readPeer)),
  progress: (line) => Deno.stderr.isTerminal() && console.error(line),
});
if (args.json !== undefined) await Deno.writeTextFile(args.json, JSON.stringify(figures));
console.log(`${figures.machine}; ${figures.runs} runs; median (least)\n`);
console.log(tableOf(figures));
for (const missing of figures.missing) console.log(`missing: ${missing}`);

async function readPeer(text: string): Promise<Peer> {
  const [name = "", command = ""] = split(text);
  const given = args["peer-env"].map(split).find(([of]) => of === name)?.[1];
  const env = given === undefined ? undefined : JSON.parse(await Deno.readTextFile(given));
  return { name, command: command.split(" "), ...env !== undefined && { env } };
}

function split(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`${text} is not NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
