// Nothing that an image or a manifest says to the command's libraries has an effect on koordinator: each
// variable and each file, through every way to start it, in every kind of image. `deno task isolation`.
import { assert, assertEquals } from "@std/assert";
import { decode } from "../../lib/linux/arguments.ts";
import { executable } from "../support/executable.ts";
import { GARBAGE_FILES, type HostileFile, LIBRARY_FILES, PIPES } from "./files.ts";
import { type Ended, type Image, IMAGE_KINDS, makeImage, needsOf } from "./roots.ts";
import { everyName, inBundles, OTHER, SINGLE, type Variables } from "./variables.ts";
import { allWays, type Way } from "./ways.ts";

/** How many programs run at once. */
const SIDE_BY_SIDE = navigator.hardwareConcurrency;

const PATH = "PATH=/";

for (const kind of IMAGE_KINDS) {
  const needs = needsOf(kind);

  Deno.test({
    name: `in ${kind.name} a program does load what a variable names${needs.text}`,
    ignore: !needs.met || kind.interpreter === undefined,
    fn: async () => {
      await using image = await makeImage(kind);
      await image.run(["/victim"], ["LD_PRELOAD=/mark.so"]);
      assertEquals(await image.marks(), ["/victim"]);
      if (!kind.hasPreloadFile) return;
      await image.put("/etc/ld.so.preload", "/mark.so\n");
      await image.run(["/victim"], []);
      assertEquals(await image.marks(), ["/victim", "/victim"]);
    },
  });

  Deno.test({
    name: `in ${kind.name} no variable of the command's has an effect on koordinator, ` +
      `and the command finds it${needs.text}`,
    ignore: !needs.met,
    fn: async () => {
      await using image = await makeImage(kind);
      await makeHostile(image);
      await using page = servePage();
      const ways = allWays(page.port);
      const bundles = inBundles();
      const odd = [...OTHER, ...everyName(await Deno.readFile(await executable()))];
      const failures = [...await sweep(image, ways, [...bundles, ...odd])];
      let tried = (SINGLE.length + odd.length) * ways.length;
      if (kind.hasPreloadFile) {
        const telling = ways.filter(({ isTelling }) => isTelling);
        failures.push(...await sweep(image, telling, SINGLE.map((variable) => [variable])));
        tried += SINGLE.length * telling.length;
      }
      report(`${kind.name}: variables`, tried, failures);
      assertEquals(await image.marks(), []);
    },
  });

  Deno.test({
    name: `in ${kind.name} no file of the image has an effect on koordinator${needs.text}`,
    ignore: !needs.met,
    fn: async () => {
      await using page = servePage();
      const ways = allWays(page.port);
      const telling = ways.filter(({ isTelling }) => isTelling);
      await using plain = await makeImage(kind);
      const usual = await usualEnds(plain, ways);
      const failures: string[] = [];
      let tried = 0;
      const attempt = async (
        title: string,
        files: readonly HostileFile[],
        ways: readonly Way[],
      ) => {
        await using image = await makeImage(kind);
        for (const { put } of files) await put(image);
        await each(ways, async (way) => {
          const fault = faultOf(await start(image, way, []), usual.get(way), way, []);
          if (fault !== undefined) failures.push(`${title}, ${way.name}: ${fault}`);
        });
        const marks = await image.marks();
        if (marks.length > 0) failures.push(`${title}: loaded into ${marks.join(", ")}`);
        tried += files.length * ways.length;
      };
      await attempt("garbage everywhere", GARBAGE_FILES, ways);
      await attempt("pipes everywhere", PIPES, ways);
      for (const file of LIBRARY_FILES) await attempt(file.title, [file], ways);
      if (kind.hasPreloadFile) {
        for (const file of [...GARBAGE_FILES, ...PIPES]) {
          await attempt(file.title, [file], telling);
        }
      }
      report(`${kind.name}: files`, tried, failures);
    },
  });
}

/** Starts koordinator in every way with every case; gives what was wrong. */
async function sweep(
  image: Image,
  ways: readonly Way[],
  cases: readonly Variables[],
): Promise<readonly string[]> {
  const usual = await usualEnds(image, ways);
  const failures: string[] = [];
  const runs = cases.flatMap((variables) => ways.map((way) => ({ variables, way })));
  await each(runs, async ({ variables, way }) => {
    const fault = faultOf(await start(image, way, variables), usual.get(way), way, variables);
    if (fault !== undefined) {
      failures.push(`${JSON.stringify(variables).slice(0, 200)}, ${way.name}: ${fault}`);
    }
  });
  return failures;
}

async function usualEnds(image: Image, ways: readonly Way[]): Promise<ReadonlyMap<Way, Ended>> {
  const ends = new Map<Way, Ended>();
  for (const way of ways) ends.set(way, await start(image, way, []));
  return ends;
}

async function start(image: Image, way: Way, variables: Variables): Promise<Ended> {
  return await image.run(way.argv, environmentOf(way, variables));
}

function environmentOf(way: Way, variables: Variables): Variables {
  const path = variables.some((variable) => variable.startsWith("PATH=")) ? [] : [PATH];
  // Around koordinator's own, so that an order that changes would be seen.
  const [first = [], ...rest] = variables.map((variable) => [variable]);
  return [...first, ...path, ...way.variables, ...rest.flat()];
}

/** What is wrong, compared with the end where nothing was said. */
function faultOf(
  found: Ended,
  usual: Ended | undefined,
  way: Way,
  variables: Variables,
): string | undefined {
  const expected = {
    code: usual?.code,
    stdout: way.hasCommand ? environmentOf(way, variables).join("\n") : usual?.stdout,
    stderr: usual === undefined ? undefined : timeless(usual.stderr),
  };
  const seen = {
    code: found.code,
    stdout: way.hasCommand ? told(found.stdout) : found.stdout,
    stderr: timeless(found.stderr),
  };
  if (way.hasCommand && seen.code !== 7) return `ended with ${seen.code}: ${found.stderr}`;
  if (JSON.stringify(seen) === JSON.stringify(expected)) return undefined;
  return `${JSON.stringify(seen).slice(0, 1000)} and not ${
    JSON.stringify(expected).slice(0, 1000)
  }`;
}

/** The variables that /tell found. */
function told(stdout: string): string {
  return stdout.split("\n").slice(0, -1).map((hex) => decode(Uint8Array.fromHex(hex))).join("\n");
}

/** The log without its times, in an order that does not depend on them. */
function timeless(stderr: string): string {
  return stderr.replace(/"time":"[^"]*"|"\w+Ms":\d+|\bafter [\dhms]+/g, "")
    .split("\n").toSorted().join("\n");
}

async function each<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const work = async () => {
    for (const one of left) await act(one);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
}

function report(what: string, tried: number, failures: readonly string[]): void {
  console.log(`${what}: ${tried} cases tried, ${tried - failures.length} passed`);
  assert(failures.length === 0, failures.slice(0, 20).join("\n"));
}

/** What the variables of the table lead to. */
async function makeHostile(image: Image): Promise<void> {
  await image.put("/hostile/fifo", { fifo: true });
  await image.put("/hostile/aliases", "neighbour invalid\n");
  for (const name of ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0"]) {
    await image.put(`/hostile/libraries/${name}`, { copyOf: "/mark.so" });
  }
}

function servePage() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  return {
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
