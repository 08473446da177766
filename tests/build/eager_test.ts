import { assertEquals } from "@std/assert";
import { functionsIn, withEager } from "../../tools/compile/eager.ts";

const LOG = `v8-version,14,2,231,17,-rusty,0
script-details,7,file:///folder/main.js,0,0,
script-details,8,ext:core/01_core.js,0,0,
function,preparse-resolution,7,10,20,0.002,100,a
function,parse-function,7,10,20,0.002,110,a
function,parse-function,8,30,40,0.002,120,b
function,preparse-resolution,7,50,60,0.002,130,c
`;

Deno.test("what V8 has compiled is known by its module", () => {
  const [a, c] = [{ start: 10, end: 20 }, { start: 50, end: 60 }];
  assertEquals([...functionsIn(LOG)], [["main.js", { all: [a, a, c], called: [a] }]]);
});

const CASES: readonly [what: string, text: string, called: readonly string[], then: string][] = [
  [
    "a function that is called",
    'import"./a.js";use();function use(){}function not(){}',
    ["(){}function not"],
    'var use=(function(){});import"./a.js";use();function not(){}',
  ],
  [
    "one that waits",
    "async function use(e){await e}use()",
    ["(e){await e}use"],
    "var use=(async function(e){await e});use()",
  ],
  [
    "two, one behind the other",
    "function a(){}function b(){}",
    ["(){}function b", "(){}"],
    "var a=(function(){}),b=(function(){});",
  ],
  ["a method", "var a={b(){}};a.b()", ["(){}}"], "var a={b(){}};a.b()"],
  [
    "what is an expression",
    "var a=function b(){};a()",
    ["(){};"],
    "var a=function b(){};a()",
  ],
  ["none", "function not(){}", [], "function not(){}"],
];
for (const [what, text, called, then] of CASES) {
  Deno.test(`what a start calls is compiled at once: ${what}`, () => {
    const spans = called.map((each) => {
      const start = each === "(){}" ? text.lastIndexOf(each) : text.indexOf(each);
      return { start, end: text.indexOf("}", start) + 1 };
    });
    assertEquals(withEager(text, { all: spans, called: spans }), then);
  });
}

Deno.test("a function in another stays where its variables are", () => {
  const text = "function a(b){return c();function c(){return b}}";
  const outer = { start: text.indexOf("(b)"), end: text.length };
  const inner = { start: text.indexOf("(){"), end: text.length - 1 };
  assertEquals(
    withEager(text, { all: [outer, inner], called: [inner, outer] }),
    "var a=(function(b){return c();function c(){return b}});",
  );
});
