// Signals by which the kernel tells koordinator itself of a limit (setrlimit(2)).
import { assertEquals } from "@std/assert";
import { SIGNALS } from "../../lib/spec/signal.ts";
import { cProgram, HAS_CC, runs } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";
import { eventually, processField, startProcess } from "./fixture.ts";
import { send, start } from "./modes.ts";

const COMPILED = { name: "the executable", init: false, compiled: true };
const SCRIPT = "trap 'exit 7' TERM; trap 'exit 3' XCPU XFSZ; echo up; while :; do sleep 0.1; done";
const COMMAND = ["bash", "-c", SCRIPT];

Deno.test({
  name: "a log that has grown too large for koordinator is not its command's end (needs prlimit)",
  ignore: !runs("prlimit"),
  fn: async () => {
    const log = await Deno.makeTempFile();
    const size = 8 << 20;
    await Deno.truncate(log, size);
    const limited = `exec prlimit --fsize=${size} "$0" "$@" 2>>${log}`;
    await using run = startProcess(["sh", "-c", limited, await executable(), ...COMMAND], {
      env: { KOORDINATOR_SPEC: JSON.stringify({ handOver: false, startDeps: [{ file: log }] }) },
    });
    await run.says(/^up$/m);
    run.kill("SIGTERM");
    assertEquals((await run.status).code, 7);
    assertEquals((await Deno.stat(log)).size, size);
    await Deno.remove(log);
  },
});

Deno.test({
  name:
    "a limit of processor time that koordinator exceeds is not its command's (needs cc, prlimit)",
  ignore: !runs("prlimit") || !HAS_CC,
  fn: async () => {
    await using run = await start(COMPILED, COMMAND, undefined, { under: ["prlimit", "--cpu=1:"] });
    await run.says(/^up$/m);
    const storm = new Deno.Command(await cProgram("storm", { folder: "process" }), {
      args: [String(run.pid), String(SIGNALS.SIGCHLD)],
    }).spawn();
    await eventually(() => processorTime(run.pid) > 1.5 || undefined, () => "two seconds of work");
    storm.kill("SIGKILL");
    await storm.status;
    assertEquals(processField(run.pid, "State")?.startsWith("Z"), false);
    send(SIGNALS.SIGTERM, run.pid);
    assertEquals((await run.status).code, 7);
  },
});

/** What a process has used, in seconds (proc_pid_stat(5)). */
function processorTime(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
