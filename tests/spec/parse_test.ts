import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KoordinatorError } from "../../lib/errors.ts";
import { JSON_SCHEMA } from "../../lib/spec/json_schema.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import { SPEC_KEYS } from "../../lib/spec/schema.ts";
import { DEFAULT_SPEC } from "../../lib/spec/spec.ts";
import { faults, replaced, valid, WRONG } from "./specs.ts";

const parse = (value: unknown) => parseSpec(JSON.stringify(value), "KOORDINATOR_SPEC");

Deno.test("an empty spec has every default", () => {
  assertEquals(parse({}), { ...DEFAULT_SPEC });
});

for (const [input, expected] of valid) {
  Deno.test(`a spec may hold ${JSON.stringify(input)}`, () => {
    assertEquals(parse(input), { ...DEFAULT_SPEC, ...expected });
  });
}

for (const [input, message] of faults) {
  Deno.test(`a spec may not hold ${JSON.stringify(input)}, and is told why`, () => {
    const error = assertThrows(() => parse(input), KoordinatorError, message);
    assertEquals(error.exitCode, 125);
  });
}

Deno.test("text that is no JSON is told with its line and column, and is not repeated", () => {
  const error = assertThrows(
    () => parseSpec('{\n  "secret" "x"\n}', "KOORDINATOR_SPEC"),
    KoordinatorError,
    "line 2, column 12",
  );
  assert(!error.message.includes("secret"));
});

Deno.test("the values of headers are never told", () => {
  const target = { port: 1, headers: { Authorization: "Bearer secret" } };
  const error = assertThrows(
    () => parse({ whenStopDepExited: { http: { get: target, post: target } } }),
    KoordinatorError,
  );
  assert(!error.message.includes("secret"));
});

Deno.test("what a command is made of is never told", () => {
  for (const exec of ["curl -u me:secret", ["curl", { secret: "secret" }, 5]]) {
    const error = assertThrows(() => parse({ whenStopDepExited: { exec } }), KoordinatorError);
    assert(!error.message.includes("secret"), error.message);
  }
});

Deno.test("all faults are told at once, each unknown key too", () => {
  const error = assertThrows(
    () => parse({ stopDelay: 1, killMode: "x", foo: 1, stopDely: 1, startDeps: [{ bar: 1 }] }),
    KoordinatorError,
  );
  for (const path of ["stopDelay", "killMode", "foo", "stopDely", "startDeps[0].bar"]) {
    assertStringIncludes(error.message, `$.${path}: `);
  }
  assertStringIncludes(error.message, "(the keys here: startDeps, startTimeout,");
});

Deno.test("of many faults ten are told, and how many more there are", () => {
  const error = assertThrows(() => parse({ startDeps: Array(1_000).fill(7) }), KoordinatorError);
  assertStringIncludes(error.message, "$.startDeps[9]");
  assert(!error.message.includes("$.startDeps[10]"));
  assertStringIncludes(error.message, "; and 990 more");
});

Deno.test("keys and values of any length are cut, and take no time", () => {
  const long = "stopDelay".repeat(10_000);
  const error = assertThrows(() => parse({ [long]: 1, stopWhen: long }), KoordinatorError);
  assert(error.message.length < 1_000);
});

Deno.test("text that was quoted twice is recognised, and not repeated", () => {
  const twice = JSON.stringify(JSON.stringify({ stopDeps: ["main"] }));
  const error = assertThrows(() => parseSpec(twice, "V"), KoordinatorError, "it was quoted twice");
  assert(!error.message.includes("main"));
});

Deno.test("a double key says its place", () => {
  assertThrows(
    () => parseSpec('{"startDeps":[{"file":"/a"}],\n"startDeps":[]}', "V"),
    KoordinatorError,
    "V is not a valid spec: line 2, column 1 ($.startDeps): the key is there twice",
  );
});

/** Words of the library that parses, of JavaScript or of TypeScript. */
const FOREIGN = /Invalid|\b(Object|Array|string|boolean|integer|undefined|NaN|key\(s\))\b/;

for (const [input] of valid) {
  Deno.test(`nothing wrong in ${JSON.stringify(input)} is told in a library's words`, () => {
    for (const wrong of WRONG.flatMap((put) => replaced(input, put))) {
      try {
        parse(wrong);
      } catch (error) {
        assert(error instanceof KoordinatorError);
        assert(!FOREIGN.test(error.message), error.message);
        assert(error.message.includes("$"), error.message);
      }
    }
  });
}

Deno.test("any text is a spec or a clear error", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(texts, (text) => {
    try {
      parseSpec(text, "KOORDINATOR_SPEC");
    } catch (error) {
      assert(error instanceof KoordinatorError);
      assertEquals(error.exitCode, 125);
    }
  }));
});

Deno.test("the JSON Schema has the keys that the parser has", () => {
  assertEquals(Object.keys(JSON_SCHEMA.properties).sort(), [...SPEC_KEYS].sort());
});
