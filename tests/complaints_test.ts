import { assertEquals } from "@std/assert";
import { createComplaints } from "../lib/complaints.ts";

Deno.test("a trouble that lasts is told at once, after 10 s, after a minute, then every five minutes", () => {
  const complaints = createComplaints();
  const told: number[] = [];
  for (let second = 0; second <= 1_000; second++) {
    if (complaints.tell("refused", second * 1_000) !== undefined) told.push(second);
  }
  assertEquals(told, [0, 10, 70, 370, 670, 970]);
});

Deno.test("what was swallowed is counted", () => {
  const complaints = createComplaints();
  assertEquals([0, 1_000, 2_000, 10_000].map((now) => complaints.tell("refused", now)), [
    0,
    undefined,
    undefined,
    2,
  ]);
});

Deno.test("another trouble is told at once", () => {
  const complaints = createComplaints();
  complaints.tell("refused", 0);
  assertEquals(complaints.tell("forbidden", 1), 0);
});

Deno.test("after a recovery the same trouble is news again", () => {
  const complaints = createComplaints();
  assertEquals(complaints.settle(), false);
  complaints.tell("refused", 0);
  assertEquals(complaints.settle(), true);
  assertEquals(complaints.tell("refused", 1), 0);
});
