import { KoordinatorError } from "../errors.ts";
import { JSON_SCHEMA } from "../spec/json_schema.ts";

const USAGE = `koordinator schema

prints the JSON Schema of the spec in KOORDINATOR_SPEC: for editors, and for who checks specs.
`;

/**
 * `koordinator schema`: prints the JSON Schema of the spec.
 *
 * @throws {KoordinatorError} exit code 125, if it is called wrongly
 */
export function schema(args: readonly string[]): number {
  const [first] = args;
  if (first === "--help") {
    console.log(USAGE.trimEnd());
    return 0;
  }
  if (first !== undefined) {
    throw new KoordinatorError("koordinator schema takes no arguments", {
      hint: "koordinator schema > spec.schema.json",
    });
  }
  console.log(JSON.stringify(JSON_SCHEMA, null, 2));
  return 0;
}
