// Every limit from nothing to enough: a start, or one line with the remedy and 125.
import { copyProgram } from "../support/copy_program.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { cProgram, HAS_CC, runs } from "../support/c_program.ts";
import { makeCgroup } from "../support/cgroup.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { type Ended, shell } from "./loader.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const SUPERVISED = { KOORDINATOR_SPEC: '{"handOver":false}' };

/** A limit of prlimit(1), the values that are tried, and the one from which on it must start. */
interface Sweep {
  readonly limit: "as" | "data" | "nofile" | "stack";
  readonly enough: number;
  readonly values: readonly number[];
  /** Up to this value the kernel itself ends what it has no room for, and nobody can say a word. */
  readonly unspeakable?: number;
}

const SWEEPS: readonly Sweep[] = [
  {
    limit: "as",
    enough: 34 * GIB,
    values: [
      ...steps(16 * MIB, 160 * MIB, 4 * MIB),
      ...[1, 4, 16, 31, 32, 32.4, 32.45, 32.48, 32.5, 33, 34, 64].map((value) => value * GIB),
    ],
    unspeakable: 112 * MIB,
  },
  {
    limit: "data",
    enough: 40 * MIB,
    values: [...steps(256 * KIB, 4 * MIB, 256 * KIB), ...steps(4 * MIB, 48 * MIB, 2 * MIB)],
    unspeakable: 4 * MIB,
  },
  { limit: "nofile", enough: 32, values: steps(3, 40, 1) },
  {
    limit: "stack",
    enough: 64 * KIB,
    values: [16, 32, 64, 128, 192, 256, 512, 1024, 2048, 8192].map((value) => value * KIB),
    unspeakable: 32 * KIB,
  },
];

const CAN_SWEEP = runs("prlimit") && HAS_CC;

for (const { limit, enough, values, unspeakable = 0 } of SWEEPS) {
  Deno.test({
    name: `at every limit of ${limit} a supervisor starts, or one line says why not${
      CAN_SWEEP ? "" : " (needs prlimit and cc)"
    }`,
    ignore: !CAN_SWEEP,
    fn: async () => {
      const path = await executable();
      // No descriptor but stdio, whoever runs the tests.
      const fresh = await cProgram("fresh");
      let told = 0;
      for (const value of values.map(Math.floor)) {
        const under = [fresh, "prlimit", "--core=0", `--${limit}=${value}`];
        const ended = await shell('exec "$@"', [...under, path, "/bin/sh", "-c", ""], SUPERVISED);
        const at = `${limit} ${value}: ${ended.code} ${ended.stderr}`;
        if (value <= unspeakable && ended.code >= 128 && ended.stderr === "") continue;
        if (value >= enough) assertEquals(ended.code, 0, at);
        if (ended.code === 0) continue;
        assertOneLine(ended, at);
        told++;
      }
      console.log(`${limit}: ${values.length} values, ${told} told in one line`);
    },
  });
}

/** How many processes and threads there may be, koordinator and its command included. */
const ENOUGH_PROCESSES = 8;

Deno.test({
  name: "at every limit of processes of a user a supervisor starts, or one line says why not " +
    "(needs root)",
  ignore: !IS_ROOT || !runs("prlimit"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    await copyProgram(await executable(), `${folder}/koordinator`);
    for (const [index, value] of steps(1, 12, 1).entries()) {
      // A user of its own each time, who has no other process.
      const user = ["setpriv", `--reuid=${70_000 + index}`, "--clear-groups"];
      const under = [...user, "prlimit", "--core=0", `--nproc=${value}`];
      const ended = await shell(
        'exec "$@"',
        [...under, `${folder}/koordinator`, "/bin/sh", "-c", ""],
        SUPERVISED,
      );
      judge(ended, value);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

const canLimit = IS_ROOT && await canLimitProcesses();

async function canLimitProcesses(): Promise<boolean> {
  await using cgroup = await makeCgroup({ processes: 10 });
  return cgroup !== undefined;
}

Deno.test({
  name: "at every pids.max a supervisor starts, or one line says why not " +
    "(needs root and a pids cgroup)",
  ignore: !canLimit,
  fn: async () => {
    for (const value of steps(1, 12, 1)) {
      await using cgroup = await makeCgroup({ processes: value });
      if (cgroup === undefined) throw new Error("no pids cgroup");
      const command = [await executable(), "/bin/sh", "-c", ""];
      judge(await shell('exec "$@"', [...cgroup.enter, ...command], SUPERVISED), value);
    }
  },
});

Deno.test({
  name:
    "a command whose process is refused for a moment is launched (needs root and a pids cgroup)",
  ignore: !canLimit,
  fn: async () => {
    await using cgroup = await makeCgroup({ processes: ENOUGH_PROCESSES + 1 });
    if (cgroup === undefined) throw new Error("no pids cgroup");
    // The shell and what it started leave room for koordinator alone.
    const script =
      'for n in 1 2 3 4 5 6 7; do sleep 0.3 & done; "$0" sh -c "echo launched"; exit $?';
    const { code, stdout, stderr } = await shell(
      'exec "$@"',
      [...cgroup.enter, "sh", "-c", script, await executable()],
      SUPERVISED,
    );
    assertEquals([code, stdout], [0, "launched\n"], stderr);
  },
});

Deno.test("in a working directory that was removed one line says so, with the remedy", async () => {
  for (const args of [["/bin/true"], ["version"]]) {
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
    const ended = await shell(script, [await executable(), ...args], SUPERVISED);
    assertOneLine(ended, args.join(" "));
    assertMatch(ended.stderr, /working directory.*workingDir/);
  }
});

function judge(ended: Ended, value: number): void {
  const at = `${value}: ${ended.code} ${ended.stderr}`;
  if (value >= ENOUGH_PROCESSES) assertEquals(ended.code, 0, at);
  if (ended.code === 0) return;
  assertOneLine(ended, at);
  assertMatch(ended.stderr, /limit of processes/, at);
}

/** 125, and one line, with the remedy behind it or in a second one. */
function assertOneLine({ code, stderr }: Ended, at: string): void {
  assertEquals(code, 125, at);
  const [fault = "", ...hint] = stderr.trimEnd().split("\n");
  assert([fault, ...hint].every((line) => line.startsWith("koordinator: ")), at);
  assert(hint.length === (fault.startsWith("koordinator: loader: ") ? 0 : 1), at);
}

function steps(from: number, to: number, by: number): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}
