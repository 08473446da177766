import type { ContainerTemplate, PodTemplate } from "./workload.ts";

/** The name of the executable. */
const NAME = "koordinator";

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
  if (first.startsWith("/") && first.endsWith(`/${NAME}`)) return first;
  if (first === NAME) return undefined;
  const [path, ...others] = new Set(
    [...command, ...args].flatMap((word) => word.match(PATH) ?? []),
  );
  return others.length === 0 ? path : undefined;
}

/**
 * The folder that an init container puts koordinator into, and does nothing else: `koordinator copy DIR`,
 * which is also the entrypoint of koordinator's image. undefined where it is another program, as far as its
 * words and names tell, and who is called from that folder.
 */
export function copiedTo(
  { containers }: Pick<PodTemplate, "containers">,
  container: ContainerTemplate,
): string | undefined {
  const { role, command = [], args } = container;
  if (role !== "init") return undefined;
  const [program = "", call, ...rest] = [...command, ...args];
  if (isKoordinator(program) && call === "copy") return onlyFolder(rest);
  if (command.length > 0) return undefined;
  // The entrypoint of an image of one's own may be koordinator itself.
  const folder = onlyFolder(program === "copy" ? args.slice(1) : args);
  if (folder?.startsWith("/") !== true) return undefined;
  const path = `${folder.replace(/\/+$/, "")}/${NAME}`;
  const isMeant = isNamedSo(container) || containers.some((other) => calledPath(other) === path);
  return isMeant ? folder : undefined;
}

/** Whether a word calls koordinator, by its path or its name. */
export function isKoordinator(word: string): boolean {
  return word === NAME || word.endsWith(`/${NAME}`);
}

/** What `copy` takes: one folder, maybe behind `--`. */
function onlyFolder(words: readonly string[]): string | undefined {
  const isApart = words[0] === "--";
  const [folder = "", ...extra] = isApart ? words.slice(1) : words;
  return folder === "" || extra.length > 0 || !isApart && folder.startsWith("-")
    ? undefined
    : folder;
}

function isNamedSo({ name, image = "" }: ContainerTemplate): boolean {
  return name.includes(NAME) || image.includes(NAME);
}
