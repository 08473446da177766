import { assert, assertEquals, assertMatch } from "@std/assert";
import { setOf } from "../../lib/linux/signal_set.ts";
import type { SignalName } from "../../lib/spec/signal.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";

const PROGRAM = await executable();
const PATH = Deno.env.get("PATH") ?? "/usr/bin:/bin";

/** Something that never happens within a test's patience has not happened. */
const PATIENCE = 60_000;

/** koordinator, with a stderr of a kind that is full and that nobody reads. */
async function stalled(
  kind: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const child = new Deno.Command(await cProgram("stalled"), {
    args: [kind, PROGRAM, ...command],
    env: { PATH, ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = { stdout: "", stderr: "" };
  const collect = async (name: "stdout" | "stderr") => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) said[name] += text;
  };
  const collected = Promise.all([collect("stdout"), collect("stderr")]);
  const stdin = child.stdin.getWriter();
  const until = async (what: string, holds: () => boolean) => {
    for (const deadline = Date.now() + PATIENCE; !holds();) {
      if (Date.now() > deadline) {
        throw new Error(`not in time: ${what}; ${said.stderr.slice(-1_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until("pid", () => /^pid \d+$/m.test(said.stderr));
  const pid = Number(/^pid (\d+)$/m.exec(said.stderr)?.[1]);
  return {
    pid,
    said,
    until,
    read: () => stdin.write(new Uint8Array(1)),
    status: Promise.all([child.status, collected]).then(([status]) => status),
    async [Symbol.asyncDispose]() {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
      await stdin.close().catch(() => {});
      await this.status;
    },
  };
}

/** Signals that mean nothing to a supervisor that waits but a line each. */
const HARMLESS = ["SIGURG", "SIGALRM", "SIGVTALRM", "SIGIO", "SIGCONT"] as const;

/** Whether a process has a handler for a signal; before that one may end it. */
function catches(pid: number, signal: SignalName): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (caught & setOf([signal])) !== 0n;
}

const SCRIPT = "trap 'echo told; exit 7' TERM; echo up; while :; do sleep 0.02; done";

for (const kind of ["pipe", "socket", "pty"]) {
  Deno.test({
    name: `a log that nobody reads (a full ${kind}) keeps nothing from happening (needs cc)`,
    ignore: !HAS_CC,
    fn: async () => {
      const gate = await Deno.makeTempFile();
      await Deno.remove(gate);
      await using run = await stalled(kind, ["sh", "-c", SCRIPT], {
        KOORDINATOR_LOG_LEVEL: "debug",
        KOORDINATOR_SPEC: JSON.stringify({ handOver: false, startDeps: [{ file: gate }] }),
      });
      await Deno.writeTextFile(gate, "");
      await run.until("the launch", () => /up/.test(run.said.stdout));
      Deno.kill(run.pid, "SIGTERM");
      assertEquals((await run.status).code, 7);
      assertMatch(run.said.stdout, /told/);
      assertMatch(run.said.stderr, /^blocks$/m, "the command's stderr is another than it was");
      await Deno.remove(gate);
    },
  });

  Deno.test({
    name: `what a full ${kind} had no room for is told in its place, once it is read (needs cc)`,
    ignore: !HAS_CC,
    fn: async () => {
      await using run = await stalled(kind, ["true"], {
        KOORDINATOR_LOG_LEVEL: "debug",
        KOORDINATOR_SPEC: '{"startDeps":[{"file":"/no such gate"}]}',
      });
      await run.until("somebody to listen", () => catches(run.pid, "SIGALRM"));
      let bursts = 0;
      await run.until("more than is kept", () => {
        for (const signal of HARMLESS) Deno.kill(run.pid, signal);
        return ++bursts > 250;
      });
      await run.read();
      await run.until("what was dropped", () => run.said.stderr.includes("lines were dropped"));
      Deno.kill(run.pid, "SIGTERM");
      assertEquals((await run.status).code, 143);
      const lines = run.said.stderr.split("\n").filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
      const gap = lines.findIndex(({ dropped }) => dropped > 0);
      assert(gap > 100, `${gap} lines were kept`);
      assertMatch(lines.at(-1).message, /SIGTERM while waiting/);
      // The gap is told when there is room again, its place is that of the lines.
      const times = lines.filter((_, index) => index !== gap).map(({ time }) => time);
      assertEquals(times, times.toSorted());
    },
  });
}

Deno.test({
  name: "a bad configuration ends koordinator, though nobody reads what is wrong (needs cc)",
  ignore: !HAS_CC,
  fn: async () => {
    await using run = await stalled("pipe", ["true"], { KOORDINATOR_SPEC: "{" });
    assertEquals((await run.status).code, 125);
  },
});

const places: readonly (readonly [what: string, redirection: string])[] = [
  ["a file", "2>log"],
  ["a file that is appended to", "2>>log"],
  ["closed", "2>&-"],
  ["/dev/null", "2>/dev/null"],
  ["/dev/full", "2>/dev/full"],
  ["a pipe that nobody holds any more", "2> >(exit)"],
  ["the same pipe as stdout", "2>&1 | cat"],
];

for (const [what, redirection] of places) {
  Deno.test(`koordinator supervises with a stderr that is ${what}`, async () => {
    const folder = await Deno.makeTempDir();
    const script = `set -o pipefail; "$0" sh -c 'sleep 0.2; exit 3' ${redirection}`;
    const { code, stdout } = await new Deno.Command("bash", {
      args: ["-c", script, PROGRAM],
      cwd: folder,
      env: { PATH, KOORDINATOR_SPEC: '{"handOver":false}', KOORDINATOR_LOG_LEVEL: "debug" },
      clearEnv: true,
    }).output();
    assertEquals(code, 3);
    const log = what.startsWith("a file")
      ? await Deno.readTextFile(`${folder}/log`)
      : new TextDecoder().decode(stdout);
    if (what.startsWith("a file") || what.startsWith("the same")) {
      assertMatch(log, /the command has ended/);
      assertEquals(log.split("\n").filter((line) => line !== "" && !line.startsWith("{")), []);
    }
    await Deno.remove(folder, { recursive: true });
  });
}

const messages: readonly (readonly [what: string, make: string, message: RegExp | undefined])[] = [
  ["a file", ": > termination-log", /KOORDINATOR_SPEC is not JSON/],
  ["a file that has a message", "echo mine > termination-log", /^mine\n$/],
  ["a pipe", "mkfifo termination-log", undefined],
  ["a pipe that is read", "mkfifo termination-log; sleep 60 < termination-log &", undefined],
  ["a link to a terminal", "ln -s /dev/tty termination-log", undefined],
  ["a folder", "mkdir termination-log", undefined],
  ["a link to a full device", "ln -s /dev/full termination-log", undefined],
  ["nothing", "true", undefined],
];

for (const [what, make, message] of messages) {
  Deno.test(`koordinator ends with a termination message that is ${what}`, async () => {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(`${root}/dev`);
    const script = `cd dev; ${make}\ncd ..; "$0" true; code=$?; kill %1 2>&-; exit $code`;
    const { code } = await new Deno.Command("bash", {
      args: ["-c", script, PROGRAM],
      cwd: root,
      env: { PATH, KOORDINATOR_SPEC: "{", KOORDINATOR_ROOT: root },
      clearEnv: true,
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(code, 125);
    if (message !== undefined) {
      assertMatch(await Deno.readTextFile(`${root}/dev/termination-log`), message);
    }
    await Deno.remove(root, { recursive: true });
  });
}
