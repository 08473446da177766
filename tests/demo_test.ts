import { assertEquals, assertStringIncludes } from "@std/assert";

Deno.test("the demo plays the example to its end and prints what happened in order", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL("../tools/demo.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  const printed = text.decode(stdout);
  assertEquals(code, 0, printed + text.decode(stderr));
  const order = [
    "cloud-sql-proxy is ready",
    "starts, is connected to the database",
    "has done its work",
    "stops, as SIGTERM asks",
    "Job complete",
  ];
  for (const moment of order) assertStringIncludes(printed, moment);
  const places = order.map((moment) => printed.indexOf(moment));
  assertEquals(places, places.toSorted((a, b) => a - b), printed);
});
