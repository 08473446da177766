import { assertEquals, assertStringIncludes } from "@std/assert";
import { milliseconds, seconds } from "../../lib/spec/duration.ts";
import { timelineOf } from "../../lib/simulate/moment.ts";
import { outcomeText, storyText } from "../../lib/simulate/story_text.ts";
import { coloured, plain, wrapped } from "../../lib/simulate/styled_text.ts";
import { timelinesJson } from "../../lib/simulate/timeline.ts";
import { COLUMNS, timelineText } from "../../lib/simulate/timeline_text.ts";
import { ticksOf } from "../../lib/simulate/time_axis.ts";
import { ALL, JOB } from "./timeline_example.ts";

Deno.test("a timeline in text has bars, exit codes, and arrows from cause to effect", () => {
  assertEquals(
    timelineText(JOB).map(plain).join("\n"),
    `\
                 ╷0s                ╷5s                ╷10s               ╷15s
cloud-sql-proxy  ░░░░░░░░░░░███████████████████████████████████████▒▒▒▒ 0
                            ▼                                      ▲
main-container   ···········███████████████████████████████████████ 0

     ·· held   ░░ starting   ██ ready   ▒▒ stopping   ▼ because of   0 exit code`,
  );
});

Deno.test("what is told of names and specs does not act on a terminal", () => {
  const what = "waits for \x1b[31m\n::error::x";
  const timeline = timelineOf(
    [{ kind: "launched", at: seconds(1), container: "a\x1b[2J\x9b", text: what }],
    {
      title: "t",
      lanes: [{ container: "a\x1b[2J\x9b", note: undefined }],
      length: seconds(2),
      outcome: { good: false, what },
    },
  );
  const lines = [
    ...storyText(timeline),
    ...timelineText(timeline),
    ...outcomeText(timeline),
    [{ text: what, style: "plain" as const }],
  ];
  // deno-lint-ignore no-control-regex
  assertEquals(lines.map(plain).join("").match(/[\x00-\x1f\x7f-\x9f]/g), null);
  assertStringIncludes(lines.map(plain).join(""), "a\\u001b[2J");
  assertEquals(coloured([{ text: "\x1b[2J", style: "bad" }]), "\x1b[1;31m\\u001b[2J\x1b[0m");
});

Deno.test("a timeline in text shows back-off, a deletion, an API server that is away", () => {
  assertEquals(
    timelineText(ALL).map(plain).join("\n"),
    `\
                        ╷0s             ╷30s            ╷1m              ╷1m30s
                                  ╳╳╳╳╳╳╳╳╳ API server away
                                                        ▽ pod deleted
istio-proxy             ██████████████████████████████████████████▒▒▒▒▒▒▒ 137
                        ▼                                         ▲
migrations              ░█░░░░░░░░✗╌╌╌╌╌╌░░░░ 0                   │
                                              ▼                ╭──╯
a-name-that-is-far-to…                        ░░░░░░░░░░▒▒▒▒▒▒▒ 143

     ·· held   ░░ starting   ██ ready   ▒▒ stopping   ╌╌ back-off   ▼ because of
     0 exit code`,
  );
});

Deno.test("all text stays within 80 columns, coloured it is the same text", () => {
  for (const timeline of [JOB, ALL]) {
    const lines = [...storyText(timeline), ...timelineText(timeline), ...outcomeText(timeline)];
    for (const line of lines) {
      assertEquals([...plain(line)].length <= COLUMNS, true, plain(line));
      // deno-lint-ignore no-control-regex
      assertEquals(coloured(line).replaceAll(/\x1b\[[\d;]*m/g, "").trimEnd(), plain(line));
    }
  }
});

Deno.test("the log says when, who and what", () => {
  assertEquals(storyText(JOB).map(plain), [
    "   0.0s  cloud-sql-proxy  its command is launched",
    "   0.0s  main-container   is held back",
    "   3.0s  cloud-sql-proxy  is ready",
    "   3.0s  main-container   its command is launched, since cloud-sql-proxy is",
    "                          ready",
    "  13.0s  main-container   ends with 0",
    "  13.0s  cloud-sql-proxy  is asked to stop: SIGTERM, since main-container has",
    "                          ended",
    "  14.0s  cloud-sql-proxy  ends with 0",
  ]);
});

Deno.test("each span ends where the next one begins, and the last with the picture", () => {
  for (const { lanes, length } of [JOB, ALL]) {
    for (const { spans } of lanes) {
      assertEquals(spans.slice(1).map(({ from }) => from), spans.slice(0, -1).map(({ to }) => to));
      assertEquals(spans.at(-1)?.to, length);
    }
  }
});

Deno.test("a probe that fails while a container stops does not make it start again", () => {
  const at = seconds(1);
  const { lanes: [lane] } = timelineOf([
    { at: seconds(0), kind: "launched", container: "a", text: undefined },
    { at, kind: "stopping", signal: undefined, container: "a", text: undefined },
    { at, kind: "unready", container: "a", text: undefined },
    { at, kind: "ready", container: "a", text: undefined },
  ], {
    title: "",
    lanes: [{ container: "a", note: undefined }],
    length: seconds(2),
    outcome: undefined,
  });
  assertEquals(lane?.spans.map(({ doing }) => doing), ["starting", "stopping"]);
});

Deno.test("the axis counts in steps that a reader counts in", () => {
  const labels = (length: number) => ticksOf(milliseconds(length), 6).map(({ label }) => label);
  assertEquals(labels(900), ["0s", "200ms", "400ms", "600ms", "800ms"]);
  assertEquals(labels(14_200), ["0s", "5s", "10s"]);
  assertEquals(labels(90_000), ["0s", "30s", "1m", "1m30s"]);
  assertEquals(labels(7_200_000), ["0s", "30m", "1h", "1h30m", "2h"]);
  assertEquals(labels(0), ["0s"]);
  assertEquals(labels(86_400_000 * 30).length, 6);
});

Deno.test("a line is broken at spaces, and a word that is longer than a line within", () => {
  assertEquals(wrapped("one two three", 7), ["one two", "three"]);
  assertEquals(wrapped("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
});

Deno.test("a timeline is JSON that says all of it", () => {
  assertEquals(JSON.parse(timelinesJson([JOB])), JSON.parse(JSON.stringify({ plays: [JOB] })));
});
