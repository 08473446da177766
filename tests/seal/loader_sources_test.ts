// The loader's C: what it agrees on with seal.ts, what its parts do, and what a compiler says of it.
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { buildLoader } from "../../tools/seal/loader.ts";
import { CONFIG, LIBRARY } from "../../tools/seal/loader_config.ts";
import { findTarget } from "../../tools/support/target.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { output } from "../support/executable.ts";

const NEEDS_CC = HAS_CC ? "" : " (needs cc)";

Deno.test("seal.ts writes the members of the loader's configuration in their order", async () => {
  const header = await Deno.readTextFile(new URL("../../tools/seal/loader.h", import.meta.url));
  const struct = /struct config \{([\s\S]*?)\n\};/.exec(header)?.[1] ?? "";
  const members = [...struct.matchAll(/^ +uint64_t ([\w, ]+);/gm)]
    .flatMap(([, names = ""]) => names.split(", "));
  assertEquals(members, ["magic", ...CONFIG, ...LIBRARY, "end"]);
});

Deno.test({
  name: `the parts of the loader hold under the sanitizers${NEEDS_CC}`,
  ignore: !HAS_CC,
  fn: async () => {
    const program = await cProgram("units", {
      folder: "seal",
      flags: ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    });
    assertEquals(await output(program, []), { code: 0, stdout: "all hold\n", stderr: "" });
  },
});

Deno.test({
  name: `the compiler's static analysis finds nothing in the loader${NEEDS_CC}`,
  ignore: !HAS_CC || !await analyzes(),
  fn: async () => {
    const scratch = await Deno.makeTempDir();
    await buildLoader(findTarget(), scratch, ["-fanalyzer"]);
    await Deno.remove(scratch, { recursive: true });
  },
});

/** Whether the compiler has an analyzer; not all do. */
async function analyzes(): Promise<boolean> {
  if (!HAS_CC) return false;
  const folder = fileURLToPath(new URL("../../tools/seal", import.meta.url));
  const arguments_ = ["-fanalyzer", "-fsyntax-only", "-x", "c", `${folder}/reading.c`];
  return (await output("cc", [...arguments_, "-ffreestanding"])).code === 0;
}
