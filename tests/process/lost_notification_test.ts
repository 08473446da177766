import { assertEquals } from "@std/assert";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";

/** The call by which the runtime tells its event loop of a signal, and the answer of a full buffer. */
const SENDTO = Deno.build.arch === "x86_64" ? "44" : "206";
const EAGAIN = "11";

async function codeOf(spec: unknown, command: readonly string[]): Promise<number> {
  const { code } = await new Deno.Command(await cProgram("seccomp"), {
    args: [SENDTO, EAGAIN, await executable(), ...command],
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", KOORDINATOR_SPEC: JSON.stringify(spec) },
    clearEnv: true,
    stdout: "null",
    stderr: "null",
  }).output();
  return code;
}

Deno.test({
  name: "a command's end is noticed though no notification of it arrives (needs cc)",
  ignore: !HAS_CC,
  fn: async () => {
    assertEquals(await codeOf({ handOver: false }, ["sh", "-c", "sleep 0.3; exit 3"]), 3);
  },
});

Deno.test({
  name: "a hand-over takes place though no signal tells that none is left to deliver (needs cc)",
  ignore: !HAS_CC,
  fn: async () => {
    assertEquals(await codeOf({ startDeps: [{ file: "/proc/self" }] }, ["sh", "-c", "exit 4"]), 4);
  },
});
