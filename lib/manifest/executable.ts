import type { ContainerTemplate } from "./workload.ts";

/** A path that ends in koordinator, in a word or in a text for a shell. */
const PATH = /(?<![\w./$}-])\/(?:[\w.-]+\/)*koordinator(?![\w./-])/g;

/**
 * The path by which a container calls koordinator: as its command, or in what its command runs, a shell
 * or an init; undefined where PATH finds it, or where several are named.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { calledPath } from "./executable.ts";
 *
 * const called = (...command: readonly string[]) => calledPath({ command, args: [] });
 * assertEquals(called("/k/koordinator", "/app"), "/k/koordinator");
 * assertEquals(called("tini", "--", "/k/koordinator", "/app"), "/k/koordinator");
 * assertEquals(called("sh", "-c", "exec /k/koordinator /app"), "/k/koordinator");
 * assertEquals(called("koordinator", "/app"), undefined);
 * ```
 */
export function calledPath(
  { command = [], args }: Pick<ContainerTemplate, "command" | "args">,
): string | undefined {
  const [first = ""] = command;
  if (first.startsWith("/") && first.endsWith("/koordinator")) return first;
  if (first === "koordinator") return undefined;
  const [path, ...others] = new Set(
    [...command, ...args].flatMap((word) => word.match(PATH) ?? []),
  );
  return others.length === 0 ? path : undefined;
}
