import { live } from "./life.ts";
import { scriptOf, TIMERS } from "./script.ts";

/** What is on the way to a command beside the first module. */
const ON_THE_WAY = /^(?:shared\d+|supervise|watch)$/;

/** Compiles a program for the runtime that koordinator is to have. */
export type CompileProgram = (
  program: { readonly main: string; readonly included: readonly string[]; readonly output: string },
) => Promise<void>;

/** How often a life is played until two were the same: on a busy machine one may go another way. */
const MOST_PLAYS = 10;

const PLAY = new URL("code_of_a_life.js", import.meta.url);

/**
 * Makes one script of what is on the way to a command, and lays beside it what V8 makes of it: a start
 * then reads bytecode, and of the text only what no start calls. If the code is not of V8's own version
 * and flags, it reads the text as ever.
 *
 * @param folder the bundle's modules; they are changed
 * @param scratch a folder for the program that plays a life
 * @returns the files that the first module reads
 * @throws {Error} if V8 makes other code each time, or does not take it
 */
export async function cacheCode(
  folder: string,
  scratch: string,
  compile: CompileProgram,
): Promise<readonly string[]> {
  const modules = new Map<string, string>();
  for (const name of modulesIn(folder)) {
    modules.set(name, await Deno.readTextFile(`${folder}/${name}.js`));
    await Deno.remove(`${folder}/${name}.js`);
  }
  const main = `${folder}/main.js`;
  const { text, first } = scriptOf(modules, await Deno.readTextFile(main));
  const script = `${folder}/start.txt`;
  const code = `${folder}/start.code`;
  await Deno.writeTextFile(script, text);
  const play = `${folder}/play.js`;
  await Deno.writeTextFile(play, `import "${PLAY}";import "./main.js";`);
  const output = `${scratch}/play/koordinator`;
  // What an earlier life has left there would be read by the next.
  await Deno.remove(`${scratch}/play`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${scratch}/play`, { recursive: true });

  await Deno.writeTextFile(main, WITHOUT_CODE + first);
  await compile({ main: play, included: [script], output });
  await Deno.writeFile(code, await codeOf(output));
  await Deno.writeTextFile(main, WITH_CODE + first);
  await compile({ main: play, included: [script, code], output });
  await playLife(output, "with_code");

  await Deno.remove(play);
  await Deno.remove(`${scratch}/play`, { recursive: true });
  return [script, code];
}

function modulesIn(folder: string): readonly string[] {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.js$/, ""));
  return names.filter((name) => ON_THE_WAY.test(name)).sort();
}

async function codeOf(program: string): Promise<Uint8Array<ArrayBuffer>> {
  for (let plays = 0; plays < MOST_PLAYS; plays += 2) {
    const [code, other] = await Promise.all(
      ["one", "other"].map((name) => playLife(program, `${name}${plays}`)),
    );
    if (code !== undefined && other !== undefined && areSame(code, other)) return code;
  }
  throw new Error("V8 compiles something else in each life: build on a machine that is less busy");
}

function areSame(code: Uint8Array, other: Uint8Array): boolean {
  return code.length === other.length && code.every((byte, at) => byte === other[at]);
}

/** The code of a life that ends when all that this leads to is done. */
async function playLife(program: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = `${program}.${name}`;
  const path = `${folder}/code`;
  await live(program, folder, { CODE_CACHE: path });
  return await Deno.readFile(path);
}

const READ = 'import{Script}from"node:vm";const folder=import.meta.dirname;' +
  'const text=Deno.readTextFileSync(folder+"/start.txt");';
const FILE = 'filename:"file:///koordinator.js"';
const RUN = `.runInThisContext()(${TIMERS});`;

const WITHOUT_CODE = `${READ}const modules=new Script(text,{${FILE}})${RUN}`;

/** The code's memory is given back at once: V8 has made its own objects of it. */
const WITH_CODE = `${READ}const code=Deno.readFileSync(folder+"/start.code");` +
  `const modules=new Script(text,{${FILE},cachedData:code})${RUN}code.buffer.transfer(0);`;
