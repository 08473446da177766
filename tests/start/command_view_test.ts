// Whatever koordinator was started with, its command finds it, and nothing else.
import { assertEquals, assertNotEquals } from "@std/assert";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { someOf } from "../support/whole.ts";
import { behindKoordinator, directly, MODES, type Start } from "./view.ts";

/** Bytes that are UTF-8 in no order: a continuation byte, an impossible one, half a character. */
const BYTES = String.raw`"$(printf '\200a\377b\351')"`;

interface Case extends Start {
  readonly title: string;
}

const CASES: readonly Case[] = [
  { title: "all that its parent left to it", script: 'exec "$@"' },
  {
    title: "descriptors 3 to 9 as they were opened, and no more",
    script:
      'exec 3</dev/null 4>/dev/zero 5<>/dev/full 6</etc/passwd 7</ 8>>/dev/null 9<&0; exec "$@"',
  },
  {
    title: "its descriptors where there are at most 32",
    script: 'ulimit -n 32; exec "$@"',
  },
  {
    title: "arguments that are not UTF-8",
    script: `exec "$@" ${BYTES} "" ${BYTES} 'two words' "$(printf 'a\\nb')"`,
  },
  {
    title: "arguments that koordinator would understand",
    script: 'exec "$@" -- version --help -- copy / --verbose -h',
  },
  { title: "what follows two dashes", script: 'exec "$@" -- a', dashes: true },
  {
    title: "arguments that are not UTF-8 after two dashes",
    script: `exec "$@" ${BYTES}`,
    dashes: true,
  },
  {
    title: "variables that are not UTF-8, in their order",
    script: `exec env Z=1 "A=$(printf '\\377')" ${BYTES}=x EMPTY= "B=$(printf 'a\\nb')" "$@"`,
  },
  {
    title: "variables that the dynamic loader and Deno read",
    script: 'exec env LD_LIBRARY_PATH=/no/such LD_BIND_NOW=1 DENO_DIR=/no/such NO_COLOR=1 "$@"',
  },
  {
    title: "a soft limit of descriptors, a mask of files and a niceness",
    script: 'ulimit -Sn 300; umask 027; exec nice -n 3 "$@"',
  },
  {
    title: "signals that are ignored and blocked",
    script: 'exec env --ignore-signal=TTOU,SEGV,INT --block-signal=TTIN,ILL,TERM "$@"',
  },
  { title: "SIGCHLD ignored, as it was", script: 'exec env --ignore-signal=CHLD "$@"' },
  { title: "SIGPIPE ignored, as it was", script: 'exec env --ignore-signal=PIPE "$@"' },
  {
    title: "every signal blocked that can be",
    script: 'exec env --block-signal "$@"',
  },
  { title: "its working folder", script: 'cd /proc; exec "$@"' },
];

for (const [index, { name, mode }] of MODES.entries()) {
  // The loader hands over in a few milliseconds.
  const nth = index === 0 ? 1 : 3;
  for (const { title, ...start } of someOf(CASES, nth)) {
    Deno.test({
      name: `a command that is ${name} finds ${title}${HAS_CC ? "" : " (needs cc)"}`,
      ignore: !HAS_CC,
      fn: () => looksTheSame({ ...start, ...mode }),
    });
  }

  Deno.test({
    name: `a command whose name is not UTF-8 is ${name}${HAS_CC ? "" : " (needs cc)"}`,
    ignore: !HAS_CC,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      // The last two arguments are look.c and its report; the name is put in between.
      const script =
        `name=${folder}/${BYTES}; [ -e "$name" ] || cp ${await cProgram("look")} "$name"; ` +
        'if [ $# = 2 ]; then exec "$name" "$2"; else exec "$1" "$name" "$3"; fi';
      await looksTheSame({ script, ...mode });
      await Deno.remove(folder, { recursive: true });
    },
  });

  for (const closed of someOf([[0, 1, 2], [0], [1], [2], [0, 1], [0, 2], [1, 2]], nth)) {
    Deno.test({
      name: `a command that is ${name} finds nothing of koordinator in descriptors ` +
        `${closed.join(", ")}, which were closed${HAS_CC ? "" : " (needs cc)"}`,
      ignore: !HAS_CC,
      fn: async () => {
        const script = `exec "$@" ${closed.map((fd) => `${fd}>&-`).join(" ")}`;
        await looksTheSame({ script, ...mode }, closed);
      },
    });
  }
}

Deno.test({
  name: `a command finds no environment at all where there is none${HAS_CC ? "" : " (needs cc)"}`,
  ignore: !HAS_CC,
  fn: async () => {
    await looksTheSame({ script: 'exec env -i "$@"' });
    await looksTheSame({ script: `exec ${await cProgram("bare")} env "$@"` });
  },
});

/**
 * @param closed descriptors that koordinator was started without: they may be open to /dev/null, which
 * programs put there for themselves
 */
async function looksTheSame(start: Start, closed: readonly number[] = []): Promise<void> {
  const expected = await directly(start);
  assertNotEquals(expected.report, "", expected.stderr);
  const found = await behindKoordinator(start);
  assertEquals(found.code, expected.code, found.stderr);
  const harmless = new RegExp(`^descriptor [${closed.join("")}] flags \\S+ /dev/null\\n`, "gm");
  const report = closed.length === 0 ? found.report : found.report.replace(harmless, "");
  assertEquals(report, expected.report, found.stderr);
}
