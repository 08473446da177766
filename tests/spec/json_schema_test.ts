import Ajv from "ajv/dist/2020.js";
import { assertEquals } from "@std/assert";
import { KoordinatorError } from "../../lib/errors.ts";
import { JSON_SCHEMA } from "../../lib/spec/json_schema.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import { faults, replaced, valid, WRONG } from "./specs.ts";

const accepts = new Ajv.Ajv2020({ strict: false }).compile(JSON_SCHEMA);

/** What a schema cannot say: keys that are the same to koordinator, a length in bytes. */
const BEYOND = /the same as|at most 107 bytes/;

/** What the parser says against a spec; undefined if nothing. */
function objection(spec: unknown): string | undefined {
  try {
    parseSpec(JSON.stringify(spec), "V");
    return undefined;
  } catch (error) {
    if (error instanceof KoordinatorError) return error.message;
    throw error;
  }
}

const mutants = valid.map(([input]) => input).flatMap((input) => [
  input,
  ...WRONG.flatMap((put) => replaced(input, put)),
]);

const texts: readonly unknown[] = [
  ...["0", "1", "0s", "500ms", "1m30s", "1.5h", "5m5ms", "1s1m", "1h1h", "-1s", "1S", " 1s", "1e3s"]
    .map((startTimeout) => ({ startTimeout })),
  ...["term", "SIGterm", "Int", "9", "09", "15", "32", "0", 0, 1, 31, 32, "SIGKILL", "SIG", "", 1.5]
    .concat([
      "rtmin",
      "SIGRTMIN+3",
      "RtMax-30",
      "RTMIN+0",
      "RTMIN+31",
      "RTMIN-1",
      "RTMIN+03",
      "RTMAX",
    ])
    .concat(["RTMAX-31", "RTMAX+1", "RTMIN+", "33", "34", 34, 64, 65])
    .flatMap((signal) => [
      { termSignal: signal },
      { whenStopDepExited: { signal } },
      { signals: { [signal]: "QUIT" } },
      { signals: { TERM: signal } },
    ]),
  ...["80", "0", "65535", "65536", "00080", "000080", "a:1", "a.b-c_d:1", "[::1]:1", "[x]:1", ":1"]
    .map((tcp) => ({ startDeps: [{ tcp }] })),
  ...["/a b", "/", "a", "/\0", "/é"].map((file) => ({ startDeps: [{ file }] })),
  ...["0", "7", "07", "99", "100", "255", "256"].map((code) => ({ exitCodes: { [code]: 0 } })),
];

Deno.test("the JSON Schema takes what the parser takes, and refuses what it refuses", () => {
  for (const spec of [...mutants, ...texts, ...faults.map(([input]) => input)]) {
    const said = objection(spec);
    if (said !== undefined && BEYOND.test(said)) continue;
    // As text it is what both are given: Infinity is null there.
    const given: unknown = JSON.parse(JSON.stringify(spec) ?? "null");
    assertEquals(accepts(given), said === undefined, `${JSON.stringify(spec)}: ${said}`);
  }
});
