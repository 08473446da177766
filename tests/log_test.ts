import { assertEquals } from "@std/assert";
import { jsonLine, type LogEvent, openLog, textLine } from "../lib/log.ts";

const EVENT: LogEvent = {
  time: new Date(0),
  level: "warning",
  message: "a {brace} is a brace",
  fields: { end: { kind: "exited", code: 1 }, why: undefined, message: "not this" },
};

Deno.test("a line of JSON has the fields that log collectors look for, and no field replaces them", () => {
  assertEquals(JSON.parse(jsonLine(EVENT)), {
    time: "1970-01-01T00:00:00.000Z",
    severity: "WARNING",
    message: "a {brace} is a brace",
    logger: "koordinator",
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

Deno.test("what is below the level is not looked at", () => {
  const log = openLog({ level: "warning", format: "json" });
  const fields = {
    get never(): never {
      throw new Error("looked at");
    },
  };
  log.debug("debug", fields);
  log.info("info", fields);
});
