import { assert, assertEquals } from "@std/assert";
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

Deno.test("a recovery is told once, and only after something was told", () => {
  const complaints = createComplaints();
  assertEquals(complaints.settle(), false);
  complaints.tell("refused", 0);
  assertEquals([complaints.settle(), complaints.settle()], [true, false]);
  assertEquals(complaints.tell("refused", 1), undefined);
  assertEquals(complaints.settle(), false);
});

Deno.test("a trouble that comes and goes is told at the same falling rate", () => {
  const complaints = createComplaints();
  const told: number[] = [];
  for (let second = 0; second <= 1_000; second++) {
    if (complaints.tell("cut", second * 1_000) !== undefined) told.push(second);
    complaints.settle();
  }
  assertEquals(told, [0, 10, 70, 370, 670, 970]);
});

Deno.test("after five minutes of quiet the same trouble is news again", () => {
  const complaints = createComplaints();
  complaints.tell("refused", 0);
  complaints.tell("refused", 1_000);
  assertEquals(complaints.tell("refused", 301_000), 0);
  assertEquals(complaints.tell("refused", 302_000), undefined);
});

Deno.test("a trouble that is worded differently each time fills neither log nor memory", () => {
  const complaints = createComplaints();
  let told = 0;
  for (let second = 0; second < 1_000; second++) {
    if (complaints.tell(`request ${second} failed`, second * 1_000) !== undefined) told++;
  }
  assert(told < 80, `${told} of 1000 told`);
});
