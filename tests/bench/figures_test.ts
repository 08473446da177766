import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { measured } from "../../tools/bench/micro/figures.ts";
import { Samples } from "../../tools/bench/micro/samples.ts";
import { tableOf } from "../../tools/bench/micro/table.ts";

Deno.test("samples are summed up by least, quartiles and median, in whatever order they came", () => {
  const { least, lowerQuartile, median, upperQuartile } = measured("floor", [5, 1, 4, 2, 3]);
  assertEquals([least, lowerQuartile, median, upperQuartile], [1, 2, 3, 4]);
  assertThrows(() => measured("floor", []), RangeError, "floor");
});

Deno.test("the table has a column for each contender, and nothing where it took no part", () => {
  const samples = new Samples();
  samples.add("size", "tini", 9e9);
  samples.forget();
  samples.add("size", "tini", 23_000);
  samples.add("event-to-exec", "floor", 0.5);
  samples.add("event-to-exec", "floor", 0.25);
  samples.settle();
  const figures = samples.figures(["floor", "tini"]);
  const table = tableOf({ at: "", machine: "", runs: 2, missing: [], figures });
  assertStringIncludes(table, "|  | floor | tini | goal |");
  assertStringIncludes(table, "| event to exec (ms) | 0.38 (0.25) |  | 0.99 |");
  assertStringIncludes(table, "| size (MB) |  | 0.02 |  |");
});
