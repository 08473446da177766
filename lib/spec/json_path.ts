import { quoted } from "./visible.ts";

/**
 * The JSON path of a value: `$.startDeps[0].container`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jsonPath } from "./json_path.ts";
 *
 * assertEquals(jsonPath(["startDeps", 0, "container"]), "$.startDeps[0].container");
 * ```
 */
export function jsonPath(keys: readonly (string | number)[]): string {
  return `$${
    keys.map((key) =>
      typeof key === "number" ? `[${key}]` : /^\w{1,80}$/.test(key) ? `.${key}` : `[${quoted(key)}]`
    ).join("")
  }`;
}
