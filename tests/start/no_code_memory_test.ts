import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, output } from "../support/executable.ts";

/** What the helper ends with where the kernel is older than 6.3. */
const NOT_KNOWN = 77;

const JOB = fileURLToPath(new URL("../../examples/without-rights.yaml", import.meta.url));

Deno.test({
  name: "where no memory may be written and executed, a search goes on without compilers",
  ignore: !HAS_CC,
  fn: async () => {
    const strict = await cProgram("no_code_memory");
    const koordinator = await executable();
    for (const word of ["check", "simulate"]) {
      const strictly = await output(strict, [koordinator, word, JOB]);
      if (strictly.code === NOT_KNOWN) return;
      assertEquals(strictly, await output(koordinator, [word, JOB]));
    }
  },
});

Deno.test({
  name: "where no memory may be written and executed, a command is supervised as ever",
  ignore: !HAS_CC,
  fn: async () => {
    const strict = await cProgram("no_code_memory");
    const args = [await executable(), "/bin/sh", "-c", "echo launched"];
    const { code, stdout } = await output(strict, args, {
      KOORDINATOR_SPEC: '{"handOver":false}',
      KOORDINATOR_STATE_DIR: await Deno.makeTempDir(),
    });
    if (code === NOT_KNOWN) return;
    assertEquals(code, 0);
    assertStringIncludes(stdout, "launched");
  },
});
