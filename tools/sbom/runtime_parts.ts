import { Buffer } from "node:buffer";

/** What an executable itself shows of the parts that Deno's runtime was built of. */
export interface RuntimeParts {
  /** Rust crates: the paths of their sources stand in the messages of their panics. */
  readonly crates: readonly Crate[];
  /** The major version of ICU: its data is named by it. */
  readonly icu: string | undefined;
  /** SQLite's source id, the date and hash of its check-in. */
  readonly sqlite: string | undefined;
}

/** A crate of crates.io. */
export interface Crate {
  readonly name: string;
  readonly version: string;
}

/** Where cargo unpacks the crates of a registry. */
const REGISTRY = "/registry/src/";
const CRATE = /^\/registry\/src\/[^/]+\/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)\//;
/** No path of a crate up to its version is longer. */
const CRATE_PATH_LENGTH = 200;

/**
 * Finds the parts. A crate that cannot panic, or whose panics were optimised away, leaves no trace:
 * the list is true, and not complete.
 */
export function findRuntimeParts(executable: Uint8Array<ArrayBuffer>): RuntimeParts {
  const bytes = Buffer.from(executable.buffer, executable.byteOffset, executable.byteLength);
  const text = (at: number, length: number) => bytes.toString("latin1", at, at + length);
  const crates = new Map<string, Crate>();
  for (const at of occurrences(bytes, REGISTRY)) {
    const [, name, version] = CRATE.exec(text(at, CRATE_PATH_LENGTH)) ?? [];
    if (name !== undefined && version !== undefined) {
      crates.set(`${name} ${version}`, { name, version });
    }
  }
  return {
    crates: [...crates].sort(([a], [b]) => a < b ? -1 : 1).map(([, crate]) => crate),
    icu: first(bytes, "icudt", (at) => /^icudt(\d+)l/.exec(text(at, 16))?.[1]),
    sqlite: first(bytes, SQLITE_MARK, (at) => SQLITE_SOURCE_ID.exec(text(at, 200))?.[1]),
  };
}

/** The full text search extension, which Deno builds in, tells the source id behind its name. */
const SQLITE_MARK = "fts5: 20";
const SQLITE_SOURCE_ID = /^fts5: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-f]{64})/;

function* occurrences(bytes: Buffer, mark: string): Generator<number> {
  for (let at = bytes.indexOf(mark, 0, "latin1"); at >= 0;) {
    yield at;
    at = bytes.indexOf(mark, at + 1, "latin1");
  }
}

function first(
  bytes: Buffer,
  mark: string,
  read: (at: number) => string | undefined,
): string | undefined {
  for (const at of occurrences(bytes, mark)) {
    const found = read(at);
    if (found !== undefined) return found;
  }
  return undefined;
}
