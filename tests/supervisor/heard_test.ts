/** What is made of a sibling's ends, where nobody has noticed a run in time. */
import { assertEquals } from "@std/assert";
import { hearEnd, hearReport } from "../../lib/supervisor/heard.ts";
import { report } from "./reports.ts";

const RUNNING = report({ phase: "running" });

Deno.test("of a run that began and ended unnoticed after another's end, the time and the words are its own", () => {
  const failed = hearEnd(hearReport(undefined, RUNNING, 1_000), 1, { report: RUNNING, at: 1_000 });
  const unlaunched = report({ phase: "ended", exitCode: 0 }, { launched: false });
  const next = hearEnd(failed, 0, { report: unlaunched, at: 20_000 });
  assertEquals(next.end, { exitCode: 0, launched: false });
  assertEquals(next.formerEnd, { exitCode: 1, launched: true });
  assertEquals([next.at, next.ends, next.report], [20_000, 2, unlaunched]);
});

Deno.test("an end that is told twice is one", () => {
  const once = hearEnd(hearReport(undefined, RUNNING, 1_000), 1, { report: RUNNING, at: 1_000 });
  assertEquals(hearEnd(once, undefined, { report: RUNNING, at: 1_000 }), once);
  assertEquals(hearEnd(once, undefined, undefined), once);
});

Deno.test("an end is that of the run which was heard last, whatever it has written since", () => {
  const heard = hearReport(undefined, RUNNING, 1_000);
  const stopping = report({ phase: "stopping" });
  const { end, formerEnd, at, ends } = hearEnd(heard, 0, { report: stopping, at: 5_000 });
  assertEquals([end?.exitCode, formerEnd, at, ends], [0, undefined, 5_000, 1]);
});

Deno.test("who ended with success and ran again unnoticed does not count as done for good", () => {
  const done = hearEnd(hearReport(undefined, RUNNING, 1_000), 0, { report: RUNNING, at: 1_000 });
  const again = hearEnd(done, 0, { report: report({ phase: "ended", exitCode: 0 }), at: 20_000 });
  assertEquals(again.restartedAfterSuccess, true);
});
