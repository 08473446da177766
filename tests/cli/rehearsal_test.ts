import { assert, assertEquals } from "@std/assert";
import { rehearse } from "../../lib/cli/rehearsal.ts";
import type { Log } from "../../lib/log.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import { BOTH } from "../supervisor/play.ts";
import { settle } from "../support/virtual_clock.ts";

/** Rehearses a life under this spec, and gives the events of its log. */
async function rehearsed(spec: string): Promise<readonly string[]> {
  const events: string[] = [];
  const line: Log["info"] = (event) => void events.push(event);
  const log = { debug: () => {}, info: line, warning: line, error: line };
  rehearse({ spec: parseSpec(spec, "KOORDINATOR_SPEC"), self: "app", sources: BOTH }, log);
  await settle();
  return events;
}

Deno.test("a rehearsed life goes from the wait to the end", async () => {
  const events = await rehearsed('{"startDeps":["proxy"],"stopDeps":["main"]}');
  assert(events.includes("stopDependencyMet"), events.join());
  assertEquals(events.at(-1), "ended");
});

for (
  const spec of [
    "{}",
    '{"handOver":false}',
    '{"startDeps":[{"container":"main","until":"succeeded"}],"stopDeps":["main"]}',
    '{"startDeps":[{"tcp":1}],"stopDelay":"1s","killMode":"group"}',
    '{"restart":{"policy":"always"},"startTimeout":"1s"}',
    '{"readiness":{"http":{"port":1,"path":"/"}},"stopDeps":["main"]}',
    '{"stopDeps":["main"],"whenStopDepExited":{"signal":"SIGINT"}}',
  ]
) {
  Deno.test(`the life of ${spec} is rehearsed without a fault`, async () => {
    const events = await rehearsed(spec);
    assert(!events.includes("internalError"), events.join());
  });
}
