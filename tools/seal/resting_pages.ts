import { untilQuiet } from "../support/quiet.ts";

/** Pages of memory that lie together and are the same at every start. */
export interface PageRun {
  readonly address: number;
  readonly writable: boolean;
  /** Whole pages. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Of x86_64. */
const PAGE = 4096;

/** Starts of each program that are compared. */
const STARTS = 3;

/** How often they are started anew, at the most, until two rounds find the same. */
const ROUNDS = 8;

/** How long a process must have used no processor to count as resting, in milliseconds. */
const QUIET_MS = 400;

/**
 * A supervisor lets go of pages two seconds after its begin: before, it is not at rest. V8 collects what
 * is left of a start after eight (kLongDelayMs of its memory reducer).
 */
const SETTLED_MS = 3_000;

/** How long it must be quiet again then. */
const STILL_QUIET_MS = 100;

/**
 * Finds the anonymous pages, but those of zeros, that are the same whatever program runs: V8's heap
 * as Deno's snapshot fills it, where V8's own addresses and hashes are fixed by flags. What a program
 * has changed differs in the next one, so that no chance decides what is found.
 *
 * @param executables different programs, compiled with those flags and the same runtime, each of which
 * comes to rest and does not end
 * @throws {Error} if one does not come to rest, or its memory may not be read
 */
export async function findRestingPages(
  executables: readonly string[],
): Promise<readonly PageRun[]> {
  const rounds: Pages[] = [];
  while (rounds.length < ROUNDS) {
    const found = await pagesOfRound(executables);
    const before = rounds.at(-1);
    if (before !== undefined && areSame(before, found)) return joined(found);
    rounds.push(found);
  }
  return joined(ofMost(rounds));
}

function areSame(some: Pages, others: Pages): boolean {
  return some.size === others.size &&
    [...some].every(([address, page]) => isSame(page, others.get(address)));
}

/** What most rounds have found: on a busy machine each may miss a page, or find one too many. */
function ofMost(rounds: readonly Pages[]): Pages {
  const all = rounds.flatMap((pages) => [...pages]);
  return new Map(
    all.filter(([address, page]) =>
      2 * rounds.filter((pages) => isSame(page, pages.get(address))).length > rounds.length
    ),
  );
}

async function pagesOfRound(executables: readonly string[]): Promise<Pages> {
  const starts = Array.from({ length: STARTS }, (_, start) => start);
  const [first = new Map(), ...others] = await Promise.all(
    starts.flatMap((start) => executables.map((executable) => pagesOfStart(executable, start))),
  );
  return new Map(
    [...first].filter(([address, page]) =>
      others.every((pages) => isSame(page, pages.get(address)))
    ),
  );
}

/** By address. */
type Pages = ReadonlyMap<number, RestingPage>;

interface RestingPage {
  readonly writable: boolean;
  readonly content: Uint8Array<ArrayBuffer>;
}

function isSame(one: RestingPage, other: RestingPage | undefined): boolean {
  return other !== undefined && one.writable === other.writable &&
    one.content.every((byte, index) => byte === other.content[index]);
}

async function pagesOfStart(executable: string, start: number): Promise<Pages> {
  const child = new Deno.Command(executable, {
    args: ["/bin/true", "x".repeat(100 * start)],
    cwd: start % 2 === 0 ? "/" : Deno.cwd(),
    clearEnv: true,
    env: {
      // It waits, as a supervisor mostly does.
      KOORDINATOR_SPEC: JSON.stringify({ startDeps: [{ file: `/no/such/file/${start ** 6}` }] }),
      OTHER: "x".repeat(313 * start),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await untilQuiet(child.pid, QUIET_MS);
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    await untilQuiet(child.pid, STILL_QUIET_MS);
    child.kill("SIGSTOP");
    return readPages(child.pid);
  } catch (cause) {
    throw new Error(`${executable} does not run as it should`, { cause });
  } finally {
    // One that has ended by itself is the error above.
    if (isAlive(child.pid)) child.kill("SIGKILL");
    await child.status;
  }
}

function isAlive(pid: number): boolean {
  try {
    return /^State:\s*[^Z]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The anonymous pages that have a content, by address. */
function readPages(pid: number): Pages {
  using memory = Deno.openSync(`/proc/${pid}/mem`);
  const pages = new Map<number, RestingPage>();
  let endOfFile = 0;
  for (const line of Deno.readTextFileSync(`/proc/${pid}/maps`).split("\n")) {
    const end = /^\w+-(\w+) .* \/.*$/.exec(line)?.[1];
    if (end !== undefined) endOfFile = Number.parseInt(end, 16);
    // Without a name: no file, no stack, and not the heap of malloc, which is elsewhere every time.
    const match = /^(\w+)-(\w+) r([w-])-p \w+ \w+:\w+ 0\s*$/.exec(line);
    if (match === null) continue;
    const [from, to] = [Number.parseInt(match[1] ?? "", 16), Number.parseInt(match[2] ?? "", 16)];
    // The program's own variables, which follow on its file: they change with time.
    if (from === endOfFile) continue;
    for (let address = from; address < to; address += PAGE) {
      const content = new Uint8Array(PAGE);
      memory.seekSync(address, Deno.SeekMode.Start);
      if (memory.readSync(content) !== PAGE) break;
      if (content.some((byte) => byte !== 0)) {
        pages.set(address, { writable: match[3] === "w", content });
      }
    }
  }
  return pages;
}

function joined(pages: Pages): readonly PageRun[] {
  const runs: { address: number; writable: boolean; contents: Uint8Array<ArrayBuffer>[] }[] = [];
  for (const [address, { writable, content }] of [...pages].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    const follows = last !== undefined && last.writable === writable &&
      last.address + last.contents.length * PAGE === address;
    if (follows) last.contents.push(content);
    else runs.push({ address, writable, contents: [content] });
  }
  return runs.map(({ address, writable, contents }) => {
    const content = new Uint8Array(contents.length * PAGE);
    contents.forEach((page, index) => content.set(page, index * PAGE));
    return { address, writable, content };
  });
}
