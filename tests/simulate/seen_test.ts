/** What was seen on a cluster, compared with the model where there is none: tests/cluster/model_test.ts writes it. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { judgeLife } from "./support/judged_life.ts";
import { type Life, lifeSchema, type SeenFact } from "./support/seen_order.ts";

const SEEN = fileURLToPath(new URL("seen/", import.meta.url));

async function seenLives(): Promise<readonly Life[]> {
  const names = (await Array.fromAsync(Deno.readDir(SEEN))).map(({ name }) => name).toSorted();
  return await Promise.all(
    names.map(async (name) =>
      v.parse(lifeSchema, JSON.parse(await Deno.readTextFile(SEEN + name)))
    ),
  );
}

for (const joins of ["exact", "ordered"] as const) {
  Deno.test(`the model allows every order that was seen on a cluster (${joins} states)`, async () => {
    const lives = await seenLives();
    assert(lives.length >= 30, `${lives.length} lives`);
    const verdicts = lives.map((life) => `${life.name}: ${judgeLife(life, joins)}`);
    assertEquals(verdicts, lives.map(({ name }) => `${name}: allowed`));
  });
}

/** What cannot be: each makes a wrong order of a right one, or leaves it as it is where it does not apply. */
const DOCTORED: Readonly<Record<string, (order: readonly SeenFact[]) => readonly SeenFact[]>> = {
  "a container ends with a code that nothing gives it": (order) =>
    order.map((fact) => fact.what === "ended" ? { ...fact, code: 77 } : fact),
  "a container runs once more": (order) => {
    const last = order.findLast(({ what }) => what === "started");
    return last?.what === "started" ? [...order, { ...last, run: last.run + 1 }] : order;
  },
  "the pod has another end": (order) =>
    order.map((fact) => {
      if (fact.what !== "phase" || fact.phase === "Running") return fact;
      return { ...fact, phase: fact.phase === "Succeeded" ? "Failed" : "Succeeded" };
    }),
  "a command is launched before any container was started": (order) =>
    order.map((fact) =>
      fact.what === "said" && fact.event === "launching"
        ? { ...fact, from: -100_000, to: -100_000 }
        : fact
    ),
  "a stop dependency is met before any container was started": (order) =>
    order.map((fact) =>
      fact.what === "said" && fact.event === "stopDependencyMet"
        ? { ...fact, from: -100_000, to: -100_000 }
        : fact
    ),
  "the pod ends before its containers": (order) =>
    order.map((fact) =>
      fact.what === "phase" && fact.phase !== "Running"
        ? { ...fact, from: -100_000, to: -100_000 }
        : fact
    ),
  "an end is missing": (order) => {
    const index = order.findIndex(({ what }) => what === "ended");
    return order.filter((_, other) => other !== index);
  },
  "the last container to start is the first": (order) => {
    const index = order.findLastIndex(({ what }) => what === "started");
    const isInOrder = order.some(({ what, to }, other) =>
      what === "ended" && to < (order[index]?.from ?? 0) && other < index
    );
    return isInOrder
      ? order.map((fact, other) =>
        other === index ? { ...fact, from: -100_000, to: -100_000 } : fact
      )
      : order;
  },
};

for (const [what, doctor] of Object.entries(DOCTORED)) {
  Deno.test(`the model refuses what was seen, if ${what}`, async () => {
    const doctored = (await seenLives()).flatMap((life) => {
      const order = [...doctor(life.order)];
      return JSON.stringify(order) === JSON.stringify(life.order) ? [] : [{ ...life, order }];
    });
    assert(doctored.length > 0);
    const allowed = doctored.filter((life) => judgeLife(life) === "allowed");
    assertEquals(allowed.map(({ name }) => name), []);
  });
}

Deno.test("the model refuses another answer of a Job to the end of its pod", async () => {
  const ofJobs = (await seenLives()).flatMap((life) =>
    life.job === undefined ? [] : [{ ...life, job: life.job }]
  );
  assert(ofJobs.length >= 5, `${ofJobs.length} pods of Jobs`);
  for (const life of ofJobs) {
    const answer = life.job.answer === "fail" ? "complete" : "fail";
    assert(judgeLife({ ...life, job: { ...life.job, answer } }) !== "allowed", life.name);
  }
});
