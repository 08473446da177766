/** Calls of the pages that need no cluster, run as they are printed there. */
import { assert } from "@std/assert";
import { fileURLToPath } from "node:url";
import { printedOf, runPrinted } from "../cluster/support/printed.ts";
import { blocksOf } from "../docs/pages.ts";

const ROOT = new URL("../../", import.meta.url);
const CALL = /npx -y deno@[\d.]+ run -A main\.ts /;

/** A folder with an npx that runs this Deno, whatever version it is asked for. */
async function withNpx(use: (programs: string) => Promise<void>): Promise<void> {
  const programs = await Deno.makeTempDir();
  const script = `#!/bin/sh\nshift 2\nexec "${Deno.execPath()}" "$@"\n`;
  await Deno.writeTextFile(`${programs}/npx`, script, { mode: 0o755 });
  await use(programs).finally(() => Deno.remove(programs, { recursive: true }));
}

const cwd = fileURLToPath(ROOT);

Deno.test("what the tutorial shows of a manifest before it is applied is what is printed", async () => {
  const path = "docs/tutorial/first-job.md";
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const calls = printedOf({ path, text }).filter(({ commands }) => CALL.test(commands));
  assert(calls.length > 0);
  await withNpx(async (programs) => {
    for (const call of calls) await runPrinted(call, { cwd, programs });
  });
});

Deno.test("the calls of the README that any system can run end well", async () => {
  const text = await Deno.readTextFile(new URL("README.md", ROOT));
  const calls = blocksOf({ path: "README.md", text }).filter(({ text }) => CALL.test(text));
  assert(calls.length > 0);
  await withNpx(async (programs) => {
    for (const { text: commands, line } of calls) {
      for (const command of commands.trim().split("\n")) {
        await runPrinted({ commands: command, line, shown: [] }, { cwd, programs });
      }
    }
  });
});
