import { assertEquals, assertMatch } from "@std/assert";
import { eventually, processField, startProcess } from "../process/fixture.ts";
import { runs } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";

Deno.test({
  name: "a debugger that is attached to a waiting supervisor gets its threads, and lets it go on" +
    (runs("gdb") ? "" : " (needs gdb)"),
  ignore: !runs("gdb"),
  fn: async () => {
    const gate = await Deno.makeTempFile();
    await Deno.remove(gate);
    await using run = startProcess([await executable(), "sh", "-c", "exit 5"], {
      env: { KOORDINATOR_SPEC: JSON.stringify({ handOver: false, startDeps: [{ file: gate }] }) },
    });
    await run.says(/waiting for/);
    await eventually(() => Number(processField(run.pid, "Threads")) > 1 || undefined, () => "it");
    const { code, stdout, stderr } = await new Deno.Command("timeout", {
      args: [
        ...["60", "gdb", "-nx", "-batch", "-p", String(run.pid)],
        ...["-ex", "info threads", "-ex", "info sharedlibrary"],
      ],
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, said);
    assertMatch(said, /^\* 1 +/m);
    assertEquals(/bad value|invalid string offset/.test(said), false, said);
    await Deno.writeTextFile(gate, "");
    assertEquals((await run.status).code, 5);
    await Deno.remove(gate);
  },
});
