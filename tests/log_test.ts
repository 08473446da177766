import { assertEquals } from "@std/assert";
import { LOG_EVENTS } from "../lib/supervisor/log_events.ts";
import { type Fields, jsonLine, type LogLine, openLog, textLine } from "../lib/log.ts";

const EVENT: LogLine = {
  time: new Date(0),
  level: "warning",
  event: "commandEnded",
  message: "a {brace} is a brace",
  fields: { end: { kind: "exited", code: 1 }, why: undefined, message: "not this" },
};

Deno.test("a line of JSON has the fields that log collectors look for, and no field replaces them", () => {
  assertEquals(JSON.parse(jsonLine(EVENT)), {
    time: "1970-01-01T00:00:00.000Z",
    severity: "WARNING",
    message: "a {brace} is a brace",
    logger: "koordinator",
    event: "commandEnded",
    end: { kind: "exited", code: 1 },
  });
});

Deno.test("a line of text has the fields behind the message", () => {
  const fields = { end: { kind: "exited", code: 1 } };
  assertEquals(
    textLine({ ...EVENT, fields }),
    '1970-01-01T00:00:00.000Z koordinator warning: a {brace} is a brace end={"kind":"exited","code":1}',
  );
});

Deno.test("a line of text does not say again what its message says", () => {
  const rest = (message: string, fields: Fields) =>
    textLine({ ...EVENT, message, fields }).replace(/^.*? warning: /, "");
  const end = { kind: "exited", code: 3 };
  const message = "the command has ended: exit code 3 after 12s250ms";
  const closing = { because: "commandEnded", exitCode: 3, end, waitedMs: 7, ranMs: 12_250 };
  assertEquals(rest(message, closing), `${message} waitedMs=7`);
  const mapped = { because: "stopDependency", exitCode: 0, end, ranMs: 12_250 };
  assertEquals(rest(message, mapped), `${message} because="stopDependency" exitCode=0`);
  const killed = "the command had to be killed: SIGKILL after 5ms";
  const signalled = { kind: "signalled", signal: 9 };
  assertEquals(rest(killed, { end: signalled, ranMs: 5, stopMs: 2 }), `${killed} stopMs=2`);
  const held = "never met";
  assertEquals(
    rest(held, { because: "unmeetable", exitCode: 121 }),
    `${held} because="unmeetable" exitCode=121`,
  );
  const waiting = "waiting for proxy (not started)";
  assertEquals(rest(waiting, { missing: [], sources: ["a"] }), `${waiting} sources=["a"]`);
  const failed = "the stop action failed: HTTP 403";
  assertEquals(rest(failed, { ok: false, detail: "HTTP 403" }), failed);
});

Deno.test("what is below the level is not looked at", () => {
  const log = openLog({ level: "warning", format: "json" });
  const fields = {
    get never(): never {
      throw new Error("looked at");
    },
  };
  log.debug("step", "debug", fields);
  log.info("step", "info", fields);
});

Deno.test("what would forge a line, act on a terminal or hide is escaped, and still the same JSON", () => {
  const message = "a\nb\u001b[31m\u009b2J\u202e\u2028\u200b";
  const escaped = "a\\u000ab\\u001b[31m\\u009b2J\\u202e\\u2028\\u200b";
  const line = jsonLine({ ...EVENT, message, fields: {} });
  assertEquals(JSON.parse(line).message, message);
  assertEquals(/[\p{Cc}\p{Cf}\p{Zl}]/u.test(line), false);
  assertEquals(
    textLine({ ...EVENT, message, fields: {} }),
    `1970-01-01T00:00:00.000Z koordinator warning: ${escaped}`,
  );
});

Deno.test("the reference has a row for each event of the log, and for no other", async () => {
  const text = await Deno.readTextFile(new URL("../docs/reference/logs.md", import.meta.url));
  const table = /\n\| event [\s\S]*?\n\n/.exec(text)?.[0] ?? "";
  const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  assertEquals(rows, [...LOG_EVENTS]);
});

Deno.test("the fields of a line follow what every line has", () => {
  assertEquals(Object.keys(JSON.parse(jsonLine(EVENT))), [
    ...["time", "severity", "message", "logger", "event", "end"],
  ]);
});
