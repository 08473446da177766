import { assertEquals, assertThrows } from "@std/assert";
import { ticks } from "../../tools/bench/axis.ts";
import type { Figure } from "../../tools/bench/figure.ts";
import { readOptions } from "../../tools/bench/options.ts";
import { inRounds } from "../../tools/bench/rounds.ts";
import { spreadPlot } from "../../tools/bench/spread_plot.ts";
import { between, readStamps } from "../../tools/bench/stamps.ts";
import { median, spreadOf } from "../../tools/support/statistics.ts";
import { standings, table } from "../../tools/bench/words.ts";

const measured = (name: string, ours: boolean, ...samples: readonly number[]) => ({
  contender: { name, ours },
  outcome: { kind: "measured" as const, samples: [...samples] },
});

function figure(...results: Figure["results"]): Figure {
  return { id: "stop", name: "end to SIGTERM", unit: "ms", goal: 50, compared: true, results };
}

const FIGURE = figure(
  {
    contender: { name: "tini", ours: false },
    outcome: { kind: "never", instead: "never stops it" },
  },
  measured("native sidecar", false, 100, 110, 120),
  measured("koordinator", true, 20, 30, 40),
  measured("koordinator, with rights", true, 105, 115, 125),
  measured("koordinator, API alone", true, 900, 1000, 1100),
);

Deno.test("the median lies between the quartiles, and they between the ends", () => {
  const spread = { median: 3, lower: 2, upper: 4, least: 1, most: 5, count: 5 };
  assertEquals(spreadOf([5, 1, 3, 2, 4]), spread);
  assertEquals(spreadOf([1, 2]).median, 1.5);
  assertEquals(median([Infinity, 1, Infinity]), Infinity);
  assertEquals(median([1, Infinity]), Infinity);
  assertThrows(() => median([]), RangeError, "no samples");
});

Deno.test("who is ahead, level and behind is said, and who meets the goal", () => {
  const machine = {
    processor: "",
    cores: 1,
    memoryGB: 1,
    kernel: "",
    load: 0,
    date: "",
    version: "",
  };
  assertEquals(standings({ machine, runs: 3, figures: [FIGURE], growths: [] }), [
    "**end to SIGTERM** (ms), best peer native sidecar (110). Ahead of every peer: koordinator " +
    "(30.0). Level with the best peer: with rights (115). Behind the best peer: API alone (1000). " +
    "The goal of 50 ms is met by koordinator (30.0). The goal of 50 ms is missed by with rights " +
    "(115), API alone (1000).",
  ]);
});

Deno.test("a table says never of who never does it", () => {
  assertEquals(table([FIGURE]).slice(2, 5), [
    "| tini | never stops it |",
    "| native sidecar | 110 (105–115) |",
    "| **koordinator** | 30.0 (25.0–35.0) |",
  ]);
});

Deno.test("a plot has a row for each contender, in colours of light and of dark", () => {
  const svg = spreadPlot(FIGURE);
  for (const { contender } of FIGURE.results) {
    assertEquals(svg.includes(`>${contender.name}<`), true);
  }
  assertEquals(svg.includes("prefers-color-scheme:dark"), true);
});

Deno.test("the marks of an axis are round, and reach as far as what is shown", () => {
  assertEquals(ticks(5598), [0, 2000, 4000, 6000]);
  assertEquals(ticks(0.3), [0, 0.1, 0.2, 0.3]);
});

Deno.test("stamps are read of each container's log, whatever else is in it", () => {
  const log = [
    "[pod/job-1-x/proxy] probe ready 2000500",
    '[pod/job-1-x/main] {"event":"waiting"}',
    "[pod/job-1-x/main] probe started 2010750",
    "[pod/job-1-x/koordinator] copied",
  ].join("\n");
  const { main, proxy } = readStamps(log);
  assertEquals(between(proxy.ready, main.started), [10.25]);
  assertEquals(between(main.ended, proxy.terminated), []);
});

Deno.test("every contender is run as often as it should, in rounds of changing order", async () => {
  const order: string[] = [];
  const failed = () => assertEquals("failed", "never");
  await inRounds(
    {
      contenders: ["a", "b"],
      runs: (name) => name === "a" ? 3 : 1,
      lanes: 1,
      laneOffsetMs: 0,
      failed,
    },
    (name) => Promise.resolve(void order.push(name)),
  );
  assertEquals(order, ["a", "b", "a", "a"]);
});

Deno.test("one run of ten may come to nothing, and not two", async () => {
  const some = (bad: readonly number[]) => {
    const failures: string[] = [];
    const all = { contenders: ["a"], runs: () => 10, lanes: 1, laneOffsetMs: 0 };
    return inRounds(
      { ...all, failed: (text) => void failures.push(text) },
      (_, number) => bad.includes(number) ? Promise.reject(new Error("gone")) : Promise.resolve(),
    ).then(() => failures, (error) => [...failures, String(error)]);
  };
  assertEquals(await some([3]), ["a run came to nothing: gone"]);
  assertEquals(await some([3, 4]), ["a run came to nothing: gone", "Error: gone"]);
});

Deno.test("what is no option is not taken for one", () => {
  assertEquals(readOptions(["--only", "job,nothing"]), undefined);
  assertEquals(readOptions(["--runs", "0"]), undefined);
  assertEquals(readOptions(["--fast"]), undefined);
  const options = readOptions([
    "--only",
    "scale,job",
    "--peer",
    "a=/bin/a",
    "--peer",
    "b=/bin/b x",
  ]);
  assertEquals(options?.parts, ["job", "scale"]);
  assertEquals(options?.peers, ["a=/bin/a", "b=/bin/b x"]);
});
