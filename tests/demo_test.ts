import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";

Deno.test("the demo plays the README's Job, and the same pod without koordinator, within 80 columns", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", fileURLToPath(new URL("../tools/demo.ts", import.meta.url))],
  }).output();
  const text = new TextDecoder();
  const printed = text.decode(stdout);
  assertEquals(code, 0, printed + text.decode(stderr));
  const order = [
    "stand-in for cloud-sql-proxy:",
    "koordinator holds it: it waits for",
    "cloud-sql-proxy  is ready",
    "starts, is connected to the database",
    "has done its work",
    "stop dependency main-container has ended",
    "Job complete",
    "without koordinator",
    "no database",
    "the Job is not over",
  ];
  let from = 0;
  for (const moment of order) {
    const at = printed.indexOf(moment, from);
    assertEquals(at >= 0, true, `${moment} is not in its place:\n${printed}`);
    from = at + moment.length;
  }
  const long = printed.split("\n").filter((line) => [...line].length > 80);
  assertEquals(long, []);
  assertEquals(printed.includes("\x1b"), false, "colours where there is no terminal");
});
