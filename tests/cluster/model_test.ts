/**
 * Whether the model of `simulate` and `check` allows what pods do on a cluster. What was seen once is
 * kept in tests/simulate/seen/, where no cluster is needed to compare it with the model again:
 * KOORDINATOR_RECORD=true writes these files anew.
 */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ROLE } from "./support/manifests.ts";
import { clusterTest } from "./support/cluster.ts";
import { type LifeIdea, LIVES, SIDECAR_LIVES } from "./support/lives.ts";
import { playLives } from "./support/played_lives.ts";
import { judgeLife } from "../simulate/support/judged_life.ts";
import type { Life } from "../simulate/support/seen_order.ts";

const SEEN = fileURLToPath(new URL("../simulate/seen/", import.meta.url));
const isRecording = Deno.env.get("KOORDINATOR_RECORD") === "true";

async function compare(lives: readonly Life[], ideas: readonly LifeIdea[]): Promise<void> {
  if (isRecording) {
    for (const life of lives) {
      await Deno.writeTextFile(`${SEEN}${life.name}.json`, `${JSON.stringify(life)}\n`);
    }
  }
  const played = new Set(lives.map(({ name }) => name.replace(/\.\d+$/, "")));
  assertEquals(ideas.filter(({ name }) => !played.has(name)).map(({ name }) => name), []);
  assertEquals(lives.filter((life) => !isToldToItsEnd(life)).map(({ name }) => name), []);
  const refused = lives.map((life) => `${life.name}: ${judgeLife(life)}`)
    .filter((line) => !line.endsWith(": allowed"));
  assertEquals(refused, []);
}

function isToldToItsEnd({ order }: Life): boolean {
  return order.some((fact) =>
    fact.what === "phase" && ["Succeeded", "Failed", "Gone"].includes(fact.phase)
  );
}

clusterTest("the model allows every order that is seen on a cluster", async (ns) => {
  await ns.apply(...ROLE);
  await compare(await playLives(ns, LIVES), LIVES);
});

clusterTest("the model allows every order of native sidecars", async (ns) => {
  await ns.apply(...ROLE);
  await compare(await playLives(ns, SIDECAR_LIVES), SIDECAR_LIVES);
}, { needs: ["native sidecars"] });
