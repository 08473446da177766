/**
 * Replaces references to variables as the kubelet does: `$(NAME)` is the variable's value, `$$` is `$`,
 * and what refers to nothing stays as it is written. What a value brings in is not replaced again.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 *
 * @param valueOf undefined where there is no such variable
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { expand } from "./expansion.ts";
 *
 * const valueOf = (name: string) => name === "PORT" ? "5432" : undefined;
 * assertEquals(expand("db:$(PORT) $(HOST) $$(PORT)", valueOf), "db:5432 $(HOST) $(PORT)");
 * ```
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(
    /\$(?:\$|\(([^)]*)\))/g,
    (whole, name: string | undefined) => name === undefined ? "$" : valueOf(name) ?? whole,
  );
}

/** The text of which `expand` makes this one, whatever variables there are. */
export function escape(text: string): string {
  return text.replaceAll("$", "$$$$");
}
