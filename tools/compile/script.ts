/** A bundle's modules as one script, of which V8 can keep what it has compiled. */
export interface ScriptOfModules {
  /** Its value is a function of TIMERS, which returns a function for each module that is wanted. */
  readonly text: string;
  /** The first module, which takes the others from `modules`. */
  readonly first: string;
}

/**
 * What a script of node:vm finds under these names is Node's, and makes objects: a module passes its own
 * on. A test holds that no other name differs.
 */
export const TIMERS = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

/** What a minified module begins with for each that it takes something of. */
const IMPORT = /(?<![\w$.])import(?:\{([^}]*)\}from)?"\.\/(\w+)\.js";/g;
const EXPORT = /(?<![\w$.])export\{([^}]*)\};/g;
const LATER = /\bimport\("\.\/(\w+)\.js"\)/g;
/** What would be left of another form of them. */
const LEFT = /(?<![\w$."'`])(?:import|export)\s*[{"'*]/;

/**
 * Makes a script of modules that `deno bundle` has split: each is a function there, called when it is first
 * wanted, that returns what the module exports. None of that is assigned to later: `export let` stands
 * nowhere in lib (tests/build/script_test.ts).
 *
 * @param modules by their names
 * @param first the module that is none of them, and stays one
 * @throws {Error} if there is an import or an export of a form that is not known
 */
export function scriptOf(modules: ReadonlyMap<string, string>, first: string): ScriptOfModules {
  const call = (name: string) => {
    if (!modules.has(name)) throw new Error(`${name}.js is none of the script's modules`);
    return name;
  };
  const convert = (text: string) => {
    const taken: string[] = [];
    const given: string[] = [];
    const body = text
      .replaceAll(IMPORT, (_, names: string | undefined, from: string) => {
        const module = call(from);
        taken.push(names === undefined ? `${module}();` : `const{${renamed(names)}}=${module}();`);
        return "";
      })
      .replaceAll(EXPORT, (_, names: string) => {
        given.push(...pairs(names).map(([local, name]) => `${name}:${local}`));
        return "";
      })
      .replaceAll(
        LATER,
        (whole, name: string) => modules.has(name) ? `Promise.resolve().then(${name})` : whole,
      );
    const left = LEFT.exec(body)?.[0];
    if (left !== undefined) throw new Error(`a module of the script has ${left} left`);
    return { body: taken.join("") + body, given };
  };
  const functions = [...modules].map(([name, text]) => {
    const { body, given } = convert(text);
    // A script of node:vm loads nothing.
    if (/\bimport\(/.test(body)) throw new Error(`${name}.js loads what is not in the script`);
    return `const ${name}=once(()=>{${body}\nreturn{${given}}});\n`;
  });
  const names = [...modules.keys()].join();
  return {
    text: `(function(${TIMERS}){"use strict";` +
      `const once=(make)=>{let made;return()=>made??=make()};\n${
        functions.join("")
      }return{${names}}})`,
    first: `const{${names}}=modules;${convert(first).body}`,
  };
}

/** `a as b,c` as pairs of the name here and the name there. */
function pairs(names: string): readonly (readonly [string, string])[] {
  return names.split(",").map((each) => {
    const [from = "", to = from] = each.trim().split(" as ");
    return [from, to];
  });
}

function renamed(names: string): string {
  return pairs(names).map(([from, to]) => from === to ? from : `${from}:${to}`).join();
}
