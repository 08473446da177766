import { sha256 } from "../support/sha256.ts";

/** Bytes of a file that lie together. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/** Of x86_64; where a machine has larger ones, a range grows to whole pages. */
export const PAGE = 4096;

/** The widest that lines of the repository are. */
const WIDTH = 100;

/**
 * What a start of a runtime reads of it, as `deno task start-pages` has found. Of a runtime that it has
 * not seen nothing is known, and each page is read when it is used.
 */
export async function startPagesOf(
  runtime: Uint8Array<ArrayBuffer>,
): Promise<readonly FileRange[]> {
  try {
    return parseRuns(await Deno.readTextFile(await startPagesFile(runtime)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Where that is written for a runtime: under its digest, since another lies elsewhere in its file. */
export async function startPagesFile(runtime: Uint8Array<ArrayBuffer>): Promise<URL> {
  return new URL(`start_pages/${await sha256(runtime)}.txt`, import.meta.url);
}

/** Reads what {@linkcode formatRuns} has written. */
export function parseRuns(text: string): readonly FileRange[] {
  return [...text.matchAll(/(\d+)\+(\d+)/g)].map(([, first, count]) => ({
    offset: Number(first) * PAGE,
    size: Number(count) * PAGE,
  }));
}

/**
 * Pages as runs: the number of the first of each, a plus sign and how many there are.
 *
 * @param gap so many unused pages between two used ones belong to the same run
 */
export function formatRuns(pages: readonly number[], gap: number): string {
  const runs: { first: number; last: number }[] = [];
  for (const page of pages.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && page - run.last <= gap + 1) run.last = page;
    else runs.push({ first: page, last: page });
  }
  const words = runs.map(({ first, last }) => `${first}+${last - first + 1}`);
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}
