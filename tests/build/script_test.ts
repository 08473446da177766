import { assertEquals, assertThrows } from "@std/assert";
import { Script } from "node:vm";
import { scriptOf, TIMERS } from "../../tools/compile/script.ts";
import { filesBelow } from "../support/files_below.ts";

const MODULES = new Map([
  ["shared1", "var a=(function(){return told.push(1)});told.push(0);export{a as b,a as $};"],
  [
    "supervise",
    'import{b as q,$}from"./shared1.js";import"./shared1.js";' +
    'var f=async()=>(await import("./watch.js")).w+q();export{f as supervise};',
  ],
  ["watch", "told.push(typeof setTimeout);var w=2;export{w};"],
]);
const FIRST = 'import{b as c}from"./shared1.js";export{c as last};' +
  'var first=[()=>import("./supervise.js"),()=>import("./copy.js")];';

function modulesOf(text: string) {
  const told: unknown[] = [];
  const make = new Function("told", `return ${text}`);
  return { told, modules: make(told)(...TIMERS.map(() => "given")) };
}

Deno.test("a module of the script is evaluated when it is first wanted, and once", () => {
  const { told, modules } = modulesOf(scriptOf(MODULES, FIRST).text);
  assertEquals(Object.keys(modules), ["shared1", "supervise", "watch"]);
  assertEquals(told, []);
  modules.supervise();
  modules.supervise();
  assertEquals(told, [0]);
});

Deno.test("a module of the script has what it imports, at once and later", async () => {
  const { told, modules } = modulesOf(scriptOf(MODULES, FIRST).text);
  assertEquals(await modules.supervise().supervise(), 5);
  assertEquals(told, [0, "string", 1]);
});

Deno.test("the first module takes of the script what is there, and loads what is not", () => {
  assertEquals(
    scriptOf(
      MODULES,
      'import{b as c,$}from"./shared1.js";import("./supervise.js");import("./copy.js")',
    )
      .first,
    "const{shared1,supervise,watch}=modules;const{b:c,$}=shared1();" +
      'Promise.resolve().then(supervise);import("./copy.js")',
  );
});

for (
  const [what, text] of [
    ["of all that a module has", 'import*as a from"./shared1.js";'],
    ["of a module that is not there", 'import{a}from"./other.js";'],
    ["later, of a module that is not there", 'import("./other.js")'],
    ["of a package", 'import{a}from"node:vm";'],
    ["passed on", 'export{a}from"./shared1.js";'],
  ] as const
) {
  Deno.test(`a form that the script does not know is an error of the build: ${what}`, () => {
    assertThrows(() => scriptOf(new Map([["shared1", text]]), ""));
  });
}

Deno.test("nothing that a module exports is assigned to: the script would tell the first value", () => {
  const found = [...filesBelow(new URL("../../lib/", import.meta.url))]
    .filter((file) => /^export (?:let|var)\b/m.test(Deno.readTextFileSync(file)));
  assertEquals(found, []);
});

Deno.test("a script finds what a module does under each name but those that it is given", () => {
  const look: (names: readonly string[]) => ReadonlyMap<string, unknown> = new Script(
    "(function(names){return new Map(names.map((name)=>[name,globalThis[name]]))})",
  ).runInThisContext();
  const names = Object.getOwnPropertyNames(globalThis);
  const theirs = look(names);
  const ours: ReadonlyMap<string, unknown> = new Map(
    Object.entries(Object.getOwnPropertyDescriptors(globalThis))
      .map(([name]) => [name, Reflect.get(globalThis, name)]),
  );
  assertEquals(
    names.filter((name) => !Object.is(ours.get(name), theirs.get(name))).sort(),
    [...TIMERS].sort(),
  );
});
