// What the JSON Schema tells an editor beside what is right: meanings, defaults and examples.
import Ajv from "ajv/dist/2020.js";
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { JSON_SCHEMA } from "../../lib/spec/json_schema.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import { SPEC_KEYS } from "../../lib/spec/schema.ts";
import { isObject } from "../../lib/spec/shapes.ts";

/** A schema inside of the schema, and where it stands. */
interface Part {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The schema and all schemas inside of it. */
function partsOf(schema: unknown, path = "$"): readonly Part[] {
  if (Array.isArray(schema)) {
    return schema.flatMap((each, index) => partsOf(each, `${path}[${index}]`));
  }
  if (!isObject(schema)) return [];
  const { properties, items, anyOf, prefixItems, additionalProperties } = schema;
  return [
    { path, schema },
    ...Object.entries(isObject(properties) ? properties : {})
      .flatMap(([key, each]) => partsOf(each, `${path}.${key}`)),
    ...[items, anyOf, prefixItems, additionalProperties].flatMap((each) => partsOf(each, path)),
  ];
}

const parts = partsOf(JSON_SCHEMA);

Deno.test("every key, however deep, has a description", () => {
  const keys = parts.flatMap(({ path, schema: { properties } }) =>
    Object.entries(isObject(properties) ? properties : {}).map(([key, schema]) => ({
      path: `${path}.${key}`,
      description: isObject(schema) ? schema["description"] : undefined,
    }))
  );
  assert(keys.length > SPEC_KEYS.length * 2);
  assertEquals(
    keys.filter(({ description }) => typeof description !== "string" || description === ""),
    [],
  );
});

Deno.test("what an editor says of a key is what the reference says", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/reference/spec.md", import.meta.url));
  const rows = [...page.matchAll(/^\| `(\w+)` .*\| ([^|]+) +\|$/gm)]
    .map(([, key = "", meaning = ""]) => [key, meaning] as const)
    .filter(([key]) => SPEC_KEYS.some((each) => each === key));
  assertEquals(rows.length, SPEC_KEYS.length);
  const properties = new Map<string, unknown>(Object.entries(JSON_SCHEMA.properties));
  for (const [key, meaning] of rows) {
    const schema = properties.get(key);
    const said = isObject(schema) ? schema["description"] : undefined;
    // An example stands behind the meaning in a table, and apart from it in a schema.
    const text = meaning.replace(/[:,] `\{.*\}`/, "").replaceAll("`", "").trim();
    assert(typeof said === "string" && said.startsWith(text), `${key}: ${said}, not ${text}`);
  }
});

Deno.test("every default and every example is one that the schema takes", () => {
  const ajv = new Ajv.Ajv2020({ strict: false });
  for (const { path, schema } of parts) {
    const accepts = ajv.compile(schema);
    const examples: unknown = schema["examples"] ?? [];
    assert(Array.isArray(examples), path);
    const defaults = "default" in schema ? [schema["default"]] : [];
    for (const value of [...examples, ...defaults]) {
      assert(accepts(value), `${path}: ${JSON.stringify(value)}`);
    }
  }
});

Deno.test("a key with its default says what its absence says, and each example is a spec", () => {
  const nothing = parseSpec("{}", "V");
  for (const [key, schema] of Object.entries(JSON_SCHEMA.properties)) {
    if (!isObject(schema)) continue;
    if ("default" in schema) {
      assertEquals(parseSpec(JSON.stringify({ [key]: schema["default"] }), "V"), nothing, key);
    }
    const examples: unknown = schema["examples"];
    for (const example of Array.isArray(examples) ? examples : []) {
      parseSpec(JSON.stringify({ [key]: example }), "V");
    }
  }
  for (const example of JSON_SCHEMA.examples) parseSpec(JSON.stringify(example), "V");
});

Deno.test("the how-to's values are right by its own schema of them, and a misspelt key is not", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/how-to/editor.md", import.meta.url));
  const block = (language: string) =>
    new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
  const ajv = new Ajv.Ajv2020({ strict: false });
  ajv.addSchema(JSON_SCHEMA, "koordinator.schema.json");
  const accepts = ajv.compile(JSON.parse(block("json")));
  const values = block("yml");
  assert(values.includes("stopDeps"));
  assert(accepts(parse(values)), JSON.stringify(accepts.errors));
  assert(!accepts(parse(values.replace("stopDeps", "stopDep"))));
});
