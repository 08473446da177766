import { KoordinatorError } from "../errors.ts";
import type { SourceFile } from "../manifest/source_file.ts";

/** What authoring subcommands end with when they could not read what they were given. */
export const UNREADABLE = 2;

/** The name by which standard input is asked for. */
const STDIN = "-";

/**
 * Reads a file of manifests; `-` is standard input.
 *
 * @throws {KoordinatorError} exit code 2, if it cannot be read or is no text
 */
export async function readSourceFile(path: string): Promise<SourceFile> {
  const name = path === STDIN ? "standard input" : path;
  const bytes = await read(path).catch((cause: unknown) => {
    throw new KoordinatorError(`cannot read ${name}: ${reasonOf(cause)}`, {
      exitCode: UNREADABLE,
      hint: "give the path of a file of manifests, or - for standard input",
      cause,
    });
  });
  try {
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new KoordinatorError(`cannot read ${name}: it is not UTF-8`, {
      exitCode: UNREADABLE,
      hint: "manifests are YAML or JSON, in UTF-8",
      cause,
    });
  }
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path !== STDIN) return await Deno.readFile(path);
  return await new Response(Deno.stdin.readable).bytes();
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "it does not exist";
  if (cause instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (cause instanceof Deno.errors.PermissionDenied) return "it may not be read";
  return cause instanceof Error ? cause.message : String(cause);
}
