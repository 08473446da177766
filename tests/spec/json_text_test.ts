import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonPath } from "../../lib/spec/json_path.ts";
import { scanJson } from "../../lib/spec/json_scan.ts";
import { placeOf, readJson } from "../../lib/spec/json_text.ts";
import { times } from "../support/whole.ts";

/** A text, and each of its faults as `line:column path what`. */
const FAULTS: readonly (readonly [string, string, ...string[]])[] = [
  [
    "a key that is there twice",
    '{\n "a": 1,\n "b": 2,\n "a": 3}',
    "4:2 $.a the key is there twice",
  ],
  ["the same key, escaped", '{"a":1,"\\u0061":2}', "1:8 $.a the key is there twice"],
  ["a double key deep inside", '[{"x":{"a":1,"a":1}}]', "1:14 $[0].x.a the key is there twice"],
  ["two of them", '{"a":1,"a":2,"b":1,"b":2}', "1:8 $.a the key", "1:20 $.b the key"],
  ["a double __proto__", '{"__proto__":1,"__proto__":2}', "1:16 $.__proto__ the key"],
  [
    "a double key before a break",
    '{"a":1,"a":2',
    "1:8 $.a the key",
    '1:13 $ the text ends where "}"',
  ],
  ["a comma at the end of a list", '{"a":[1,\n2,\n]}', '2:2 $.a a comma before "]"'],
  ["a comma at the end of an object", '{"a":1,}', '1:7 $ a comma before "}"'],
  ["a missing comma", '{"a":1 "b":2}', '1:8 $ "," or "}" is missing'],
  ["a missing colon", '{"a" 1}', "1:6 $ a colon is missing"],
  ["a text without an end", '{"a":\n"b}', "2:1 $.a a text in quotes has no end"],
  ["an end inside of a list", '{"a":["b"', '1:10 $.a the text ends where "]" is missing'],
  ["an end after a colon", '{"a":', "1:6 $.a the text ends where a value is missing"],
  ["text after the end", '{"a":1}\n}', "2:1 $ more text after the end"],
  ["nothing", " ", "1:2 $ the text is empty"],
  ["a line break in a text", '{"a":"b\nc"}', "1:8 $.a a line break"],
  ["a backslash that means nothing", '{"a":"\\d"}', "1:7 $.a a backslash"],
  ["single quotes", "{'stopDeps':['main']}", "1:2 $ a single quote"],
  ["typographic quotes", '{\u201cstopDeps\u201d:["a"]}', "1:2 $ a typographic quote"],
  ["a typographic quote at the end", '{"a":"b\u201d}', "1:6 $.a a text in quotes has no end"],
  ["a no-break space", '{"a":1,\u00a0"b":2}', "1:8 $ a space that is no plain one"],
  ["a comment", '{/* x */"a":1}', "1:2 $ a comment"],
  ["a comment of a line", '{"a":1 // x\n}', "1:8 $ a comment"],
  ["a comment of a shell", '{"a":1 # x\n}', "1:8 $ a comment"],
  ["a key without quotes", '{stopDeps:["a"]}', "1:2 $ a key without quotes"],
  ["a word without quotes", '{"a":[main]}', "1:7 $.a[0] a word without quotes"],
  ["Python's words", '{"a":True}', "1:6 $.a JSON writes true"],
  ["Python's nothing", '{"a":None}', "1:6 $.a JSON writes null"],
  ["a number with a plus", '{"a":+1}', "1:6 $.a a number that JSON does not know"],
  ["a number with a leading zero", '{"a":010}', "1:6 $.a a number that JSON does not know"],
  ["an equals sign", '{"a"=1}', '1:5 $ JSON has ":"'],
  ["a semicolon", '{"a":1;"b":2}', '1:7 $ JSON has ","'],
  ["a template expression", '{"a":{{ .Values.x }}}', "1:6 $.a a template expression"],
  ["a template alone", "{{ .Values.spec }}", "1:1 $ it is a template expression"],
  ["a variable alone", "$(SPEC)", "1:1 $ it is the name of a variable"],
  ["a Go map", "map[stopDeps:[main]]", "1:1 $ it is a Go map"],
  ["YAML", "stopDeps: [main]", "1:1 $ it is YAML"],
  ["a YAML document", "---\nstopDeps: [main]", "1:1 $ it is YAML"],
  ["a YAML list", "- main", "1:1 $ it is YAML"],
  ["single quotes around it", "'{\"a\":1}'", "1:1 $ it stands in single quotes"],
  ["backquotes around it", '`{"a":1}`', "1:1 $ it stands in backquotes"],
  ["quotes with backslashes", '{\\"a\\":1}', "1:2 $ its quotes have backslashes"],
  ["base64", "eyJhIjoxfQ==", "1:1 $ it is base64"],
  ["the path of a file", "/etc/spec.json", "1:1 $ it is the path of a file"],
  ["no braces", '"a": 1', "1:4 $ the braces { } around it"],
  ["characters of two units before it", '{"😀":1,}', '1:7 $ a comma before "}"'],
  ["Windows line ends before it", '{\r\n"a":1,\r\n}', '2:6 $ a comma before "}"'],
];

for (const [name, text, ...expected] of FAULTS) {
  Deno.test(`${name} is found where it is`, () => {
    const { faults } = readJson(text);
    const found = faults.map(({ what, offset, path }) => {
      const { line, column } = placeOf(text, offset);
      return `${line}:${column} ${jsonPath(path)} ${what}`;
    });
    assertEquals(found.length, expected.length, found.join("\n"));
    for (const [index, start] of expected.entries()) {
      assert(found[index]?.startsWith(start), `${found[index]} is not ${start}`);
    }
  });
}

Deno.test("text that lies too deep is a fault and no crash, whether it is JSON or not", () => {
  assertEquals(scanJson("[".repeat(9_000)).faults.length, 1);
  assertEquals(readJson(`${"[".repeat(9_000)}${"]".repeat(9_000)}`).faults, []);
});

Deno.test("a mark of the byte order and white space around it are no fault", () => {
  assertEquals(readJson('\ufeff\r\n {"a":[1]}\r\n'), { value: { a: [1] }, faults: [] });
});

const json = fc.json({ noUnicodeString: false });
const broken = fc.tuple(json, fc.nat(), fc.string({ maxLength: 2 }), fc.nat(2)).map(
  ([text, place, put, cut]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + put + text.slice(at + cut);
  },
);

Deno.test("a text has no fault exactly if it is JSON without double keys", () => {
  fc.assert(
    fc.property(fc.oneof(json, broken), (text) => {
      let valid = true;
      try {
        JSON.parse(text.trim());
      } catch {
        valid = false;
      }
      const { faults } = scanJson(text);
      assertEquals(faults.every(({ isDouble }) => isDouble), valid, text);
      assertEquals(readJson(text).faults, faults);
      for (const { offset } of faults) assert(offset >= 0 && offset <= text.length);
    }),
    { numRuns: times(2_000, 500) },
  );
});

Deno.test("the place of every value is known by its path", () => {
  const text = '{"a": [1, {"b c": null}]}';
  const { starts } = scanJson(text);
  assertEquals(
    [...starts].map(([path, at]) => `${path} ${at}`),
    ["$ 0", "$.a 6", "$.a[0] 7", "$.a[1] 10", '$.a[1]["b c"] 18'],
  );
});
