import { JSON_SCHEMA } from "../spec/json_schema.ts";

/** `koordinator schema`: prints the JSON Schema of the spec. */
export function schema(_args: readonly string[]): number {
  console.log(JSON.stringify(JSON_SCHEMA, null, 2));
  return 0;
}
