import { Buffer } from "node:buffer";
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

/** What V8 takes of memory at once. Into its end goes whatever fits there, so that it is another each time. */
const V8_PAGE = 256 * 1024;

/** How often they are started anew, at the most, until two rounds find the same. */
const ROUNDS = 8;

/** How long a process must have used no processor to count as resting, in milliseconds. */
const QUIET_MS = 400;

/** How long it must be quiet again then. */
const STILL_QUIET_MS = 100;

/** A program that comes to rest and does not end. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /**
   * How long it rests before it is looked at, in milliseconds: a supervisor gives memory back two seconds after
   * its begin, so before it is not at rest.
   */
  readonly restMs: number;
}

/**
 * Finds the anonymous pages, those of zeros too, that are the same in all starts of a group: V8's heap
 * as Deno's snapshot fills it, or as one program does, where V8's own addresses and hashes are fixed by
 * flags. A group has whatever may differ from one start to the next.
 *
 * @param groups of looks at a start each ({@linkcode pagesOfStart}), of the same runtime compiled with those
 * flags
 * @returns the pages of all groups: of a page that is another in another group there is one for each
 */
export async function findRestingPages(
  groups: readonly (readonly (() => Promise<Pages>)[])[],
): Promise<readonly PageRun[]> {
  const rounds: (readonly Pages[])[] = [];
  while (rounds.length < ROUNDS) {
    const found = await Promise.all(groups.map(inCommon));
    const before = rounds.at(-1);
    if (before !== undefined && found.every((pages, group) => areSame(pages, before[group]))) {
      return joined(found);
    }
    rounds.push(found);
  }
  return joined(groups.map((_, group) => ofMost(rounds.flatMap((round) => round[group] ?? []))));
}

function areSame(some: Pages, others: Pages | undefined): boolean {
  return others !== undefined && some.size === others.size &&
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

async function inCommon(group: readonly (() => Promise<Pages>)[]): Promise<Pages> {
  const [first = new Map(), ...others] = await Promise.all(group.map((look) => look()));
  return new Map(
    [...first].filter(([address, page]) =>
      others.every((pages) => isSame(page, pages.get(address)))
    ),
  );
}

/** The anonymous pages that a process takes memory for, by their address. */
export type Pages = ReadonlyMap<number, RestingPage>;

interface RestingPage {
  readonly writable: boolean;
  readonly content: Uint8Array<ArrayBuffer>;
}

function isSame(one: RestingPage, other: RestingPage | undefined): boolean {
  return other !== undefined && one.writable === other.writable &&
    Buffer.compare(one.content, other.content) === 0;
}

/** @throws {Error} if the program does not come to rest, or its memory may not be read */
export async function pagesOfStart({ program, args, env, cwd, restMs }: Start): Promise<Pages> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    clearEnv: true,
    env,
    // As the kubelet gives it: the runtime lays out another heap for a pipe.
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await untilQuiet(child.pid, QUIET_MS);
    await new Promise((resolve) => setTimeout(resolve, restMs));
    await untilQuiet(child.pid, STILL_QUIET_MS);
    child.kill("SIGSTOP");
    return readPages(child.pid);
  } catch (cause) {
    throw new Error(`${program} does not run as it should`, { cause });
  } finally {
    // One that has ended by itself is the error above.
    if (isAlive(child.pid)) {
      const commands = childrenOf(child.pid);
      child.kill("SIGKILL");
      for (const command of commands) Deno.kill(command, "SIGKILL");
    }
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

/** The numbers of its child processes. */
function childrenOf(pid: number): readonly number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  return children.split(" ").filter(Boolean).map(Number);
}

function readPages(pid: number): Pages {
  using memory = Deno.openSync(`/proc/${pid}/mem`);
  using pagemap = Deno.openSync(`/proc/${pid}/pagemap`);
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
      if ((address + PAGE) % V8_PAGE === 0) continue;
      if (!isTaken(pagemap, address)) continue;
      const content = new Uint8Array(PAGE);
      memory.seekSync(address, Deno.SeekMode.Start);
      if (memory.readSync(content) !== PAGE) break;
      pages.set(address, { writable: match[3] === "w", content });
    }
  }
  return pages;
}

/** Bits of an entry of proc_pid_pagemap(5): in memory, and swapped out. */
const PRESENT = 1n << 63n;
const SWAPPED = 1n << 62n;

/** Whether memory is taken for a page: one that nobody has written to is none, and reads as zeros. */
function isTaken(pagemap: Deno.FsFile, address: number): boolean {
  const entry = new BigUint64Array(1);
  pagemap.seekSync(address / PAGE * entry.BYTES_PER_ELEMENT, Deno.SeekMode.Start);
  pagemap.readSync(new Uint8Array(entry.buffer));
  return ((entry[0] ?? 0n) & (PRESENT | SWAPPED)) !== 0n;
}

/**
 * Each page once, whichever groups have it. Of those that have one address and differ all are there, in the
 * order of their bytes: two builds may find a page in other groups, and are to be the same.
 */
function joined(groups: readonly Pages[]): readonly PageRun[] {
  const found = new Map<number, RestingPage[]>();
  for (const [address, page] of groups.flatMap((pages) => [...pages])) {
    const known = found.get(address) ?? [];
    if (!known.some((other) => isSame(page, other))) found.set(address, [...known, page]);
  }
  const layers: (readonly [number, RestingPage])[][] = [];
  for (const [address, pages] of found) {
    const sorted = pages.toSorted((one, other) => Buffer.compare(one.content, other.content));
    for (const [nth, page] of sorted.entries()) (layers[nth] ??= []).push([address, page]);
  }
  return layers.flatMap(runsOf);
}

function runsOf(pages: readonly (readonly [number, RestingPage])[]): readonly PageRun[] {
  const runs: { address: number; writable: boolean; contents: Uint8Array<ArrayBuffer>[] }[] = [];
  for (const [address, { writable, content }] of pages.toSorted(([a], [b]) => a - b)) {
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
