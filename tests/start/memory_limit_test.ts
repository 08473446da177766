// RLIMIT_AS from too little for the kernel to what V8 needs, which reserves tens of gigabytes.
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { executable } from "../support/executable.ts";
import { type Ended, LOADER_LINE, shell } from "./loader.ts";

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const KIB_IN_MIB = 1024;

/** All that can happen, in the order in which more memory lets the start come further. */
type Outcome =
  /** No room for the executable itself, or later for its stack, which nobody can say a word about. */
  | "the kernel's kill"
  | "the loader's line"
  | "a start";

Deno.test("with too little memory the kernel ends it, or the loader says so, and nothing else happens", async () => {
  const path = await executable();
  const { size } = await Deno.stat(path);
  const whole = Math.ceil(size / 1024);
  // In large steps up to the size of the file, in small ones where the loader does its work.
  const limits = [
    ...steps(1 * KIB_IN_MIB, whole - 8 * KIB_IN_MIB, 8 * KIB_IN_MIB),
    ...steps(whole - 8 * KIB_IN_MIB, whole + 8 * KIB_IN_MIB, 64),
    ...steps(whole + 8 * KIB_IN_MIB, 4 * whole, 16 * KIB_IN_MIB),
  ];
  const seen = new Set<Outcome>();
  for (const limit of limits) {
    seen.add(await startWith(limit, path, "version"));
  }
  assert(seen.has("the loader's line"), [...seen].join(", "));
});

Deno.test("the executable starts wherever the runtime that it carries would, and sixteen megabytes", async () => {
  const plain = await unsealed();
  const path = await executable();
  // What V8 reserves lies on a boundary of its size: at one limit it may fit by chance, or not.
  const starts = async (limit: number, program: string, ...args: readonly string[]) => {
    for (let attempt = 0; attempt < 8; attempt++) {
      if ((await limited(limit, program, ...args)).code === 0) return true;
    }
    return false;
  };
  let [low, high] = [64 * KIB_IN_MIB, 128 * KIB_IN_MIB];
  while (!await starts(high, plain)) [low, high] = [high, high * 2];
  while (high - low > KIB_IN_MIB) {
    const middle = Math.floor((low + high) / 2);
    if (await starts(middle, plain)) high = middle;
    else low = middle;
  }
  console.log(`the runtime alone starts from an RLIMIT_AS of ${high} KiB`);
  assert(await starts(high + 16 * KIB_IN_MIB, path, "version"), `not with ${high} KiB and 16 MiB`);
  await Deno.remove(plain);
});

/** An empty program appended to the same runtime, which needs the libraries of this machine. */
async function unsealed(): Promise<string> {
  // Makes the runtime as well.
  await executable();
  const source = await Deno.makeTempFile({ suffix: ".ts" });
  const program = await Deno.makeTempFile({ dir: CACHE });
  const compile = ["compile", "--quiet", "--no-config", "--no-check", "--no-code-cache"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...compile, "--output", program, source],
    env: { DENORT_BIN: `${CACHE}/${Deno.build.arch}/runtime` },
  }).output();
  await Deno.remove(source);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return program;
}

/** @param limit in KiB */
async function startWith(
  limit: number,
  program: string,
  ...args: readonly string[]
): Promise<Outcome> {
  const { code, stderr } = await limited(limit, program, ...args);
  const at = `${code} at ${limit} KiB: ${stderr}`;
  // SIGSEGV or SIGKILL without a word.
  if ((code === 139 || code === 137) && stderr === "") return "the kernel's kill";
  if (code === 0) {
    assertEquals(stderr, "", at);
    return "a start";
  }
  assertEquals(code, 125, at);
  assertMatch(stderr, LOADER_LINE, at);
  return "the loader's line";
}

/** @param limit in KiB */
function limited(limit: number, program: string, ...args: readonly string[]): Promise<Ended> {
  return shell(`ulimit -c 0; ulimit -v ${limit}; exec "$@"`, [program, ...args]);
}

function steps(from: number, to: number, by: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / by) }, (_, index) => from + index * by);
}
