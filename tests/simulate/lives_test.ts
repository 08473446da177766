import { assertEquals } from "@std/assert";
import { type Fate, fateOf, faultsOf, live } from "./lives.ts";
import type { PodIdea } from "./workloads.ts";

/** How many lives, and from which seed on: `LIVES=100000 LIVES_SEED=1 deno test -A tests/simulate/lives_test.ts`. */
const COUNT = Number(Deno.env.get("LIVES") ?? 300);
const SEED = Number(Deno.env.get("LIVES_SEED") ?? 1);

function assertIsWell(fate: Fate): void {
  const life = live(fate);
  const faults = faultsOf(life);
  if (faults.length === 0) return;
  const { idea, planned, jump, played } = life;
  const story = played.happenings.map(({ at, event }) => `${at} ${JSON.stringify(event)}`);
  const text = [
    `the life of seed ${life.seed}: ${faults.join("; ")}`,
    JSON.stringify({ idea, planned, jump }),
    ...story.slice(0, 200),
  ];
  assertEquals(faults, [], text.join("\n"));
}

Deno.test(`${COUNT} lives of random pods with random faults, from seed ${SEED} on`, () => {
  for (let seed = SEED; seed < SEED + COUNT; seed++) assertIsWell(fateOf(seed));
});

/** Sets the node's clock back by an hour in the midst of lives. */
function assertClockMayBeSetBack(idea: PodIdea, planned: Fate["planned"] = []): void {
  for (let seed = 1; seed <= 60; seed++) {
    assertIsWell({ seed, idea, planned, jump: { at: 250 * seed, by: -3_600_000 } });
  }
}

// Seed 5513 of the first lives that there were.
Deno.test("readiness is heard though the node's clock was set back", () => {
  assertClockMayBeSetBack({
    restartPolicy: "OnFailure",
    stateDirectory: true,
    containers: [
      { name: "proxy", spec: { stopDeps: ["main"], readiness: { tcp: 5432 } } },
      { name: "main", spec: { startDeps: ["proxy"] } },
    ],
  });
});

// Seed 1056 of the second ones.
Deno.test("the end of a command that was handed over to is seen though the node's clock was set back", () => {
  assertClockMayBeSetBack({
    restartPolicy: "OnFailure",
    stateDirectory: true,
    containers: [
      { name: "proxy", spec: { stopDeps: ["main"] }, probe: true },
      { name: "main", spec: {} },
    ],
  });
});

// Seed 91862 of the third ones.
Deno.test("on deletion the ends of those who are served are seen though the node's clock was set back", () => {
  const planned = [{ at: 11_000, event: { kind: "podDeleted" } as const }];
  const served = { startDeps: ["side"], stopDelay: "2s" };
  const side = { stopDeps: ["main"], stopDelay: "3s", readiness: { tcp: 5432 } };
  assertClockMayBeSetBack({
    restartPolicy: "OnFailure",
    token: true,
    stateDirectory: true,
    containers: [
      { name: "main", spec: served, assume: { ends: [] } },
      { name: "side", spec: side, assume: { stops: { from: 3_000, to: 3_000 } } },
    ],
  }, planned);
});
