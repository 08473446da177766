import { copyProgram } from "../support/copy_program.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { childrenOf } from "../support/koordinator.ts";

const NEEDS = HAS_CC && IS_ROOT ? "" : " (needs root and cc)";

Deno.test({
  name: `a signal that may not be delivered is an error in the log that says so${NEEDS}`,
  ignore: !HAS_CC || !IS_ROOT,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    const [program, command] = [`${folder}/koordinator`, `${folder}/command`];
    await copyProgram(await executable(), program);
    await copyProgram(await cProgram("root_command"), command);
    await Deno.chmod(program, 0o755);
    await Deno.chmod(command, 0o4755);
    const child = new Deno.Command("setpriv", {
      args: ["--reuid", "4242", "--clear-groups", program, command],
      env: { KOORDINATOR_SPEC: '{"stopDelay":"1ms"}' },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = child.stdout.getReader();
    await stdout.read();
    child.kill("SIGTERM");
    let said = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (!said.includes("cannot be delivered")) continue;
      // What it may not do is done for it, so that it ends.
      for (const pid of childrenOf(child.pid)) {
        if (await Deno.readLink(`/proc/${pid}/exe`) === command) Deno.kill(pid, "SIGKILL");
      }
    }
    assertEquals((await child.status).code, 137);
    assertStringIncludes(said, "SIGTERM cannot be delivered: the command runs as another user");
    await stdout.cancel();
    await Deno.remove(folder, { recursive: true });
  },
});
