/** Many pods, one after the other, on an API server that fails at random, as long as it takes. */
import { assertEquals } from "@std/assert";
import { parseDuration, seconds } from "../../lib/spec/duration.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { ROWS } from "../../tools/scripted_cluster/faults.ts";
import { type Koordinator, startKoordinator } from "../support/koordinator.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";
import { createRandom, type Random } from "./random.ts";

/** How long new pods are made. */
const LENGTH = parseDuration(Deno.env.get("KOORDINATOR_SOAK") ?? "") ?? seconds(600);
/** The same seed gives the same faults, in the same order for each pod. */
const SEED = Number(Deno.env.get("KOORDINATOR_SOAK_SEED") ?? Date.now() % 1_000_000);
/** Pods at one time: each is two processes. */
const WORKERS = 4;

const STOPPED_ONCE = "trap 'echo stopped; exit 0' TERM; echo started; while :; do sleep 0.05; done";

/** Plays faults at random moments, with calm in between, until it is told to stop. */
async function harass(server: ApiServer, random: Random, signal: AbortSignal): Promise<number> {
  let played = 0;
  while (!signal.aborted) {
    const storm = 1 + random.below(5);
    for (let fault = 0; fault < storm && !signal.aborted; fault++) {
      const row = random.pick(ROWS);
      if (random.below(4) === 0) server.endWatches();
      else row.inject(server);
      played++;
      await sleep(50 + random.below(600), signal);
    }
    // A client that waits between its tries would meet nothing else.
    server.heal();
    await sleep(300 + random.below(2500), signal);
  }
  return played;
}

/** Time that is part of the weather, not a wait for a condition. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** A failure with all that the supervisors have said: it may not come again for hours. */
async function withLogs(
  programs: Readonly<Record<string, Koordinator>>,
  play: () => Promise<void>,
): Promise<void> {
  try {
    await play();
  } catch (error) {
    const logs = Object.entries(programs).map(([name, program]) =>
      `${name}: ${program.output().stderr}`
    );
    throw new Error(`${error instanceof Error ? error.message : error}\n${logs.join("\n")}`, {
      cause: error,
    });
  }
}

/** A main that waits for its proxy, and a proxy that runs until main has ended. */
async function onePod(random: Random): Promise<number> {
  await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  const weather = new AbortController();
  const harassed = harass(server, random, weather.signal);
  try {
    await server.writeServiceAccount(root);
    const env = {
      ...server.env(root),
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
    };
    await using main = startKoordinator(["echo", "started"], {
      ...env,
      KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
    });
    await using proxy = startKoordinator(["sh", "-c", STOPPED_ONCE], {
      ...env,
      KOORDINATOR_SPEC: '{"stopDeps":["main"]}',
    });
    await withLogs({ main, proxy }, async () => {
      await proxy.says(/started/);
      await sleep(random.below(3000), weather.signal);
      assertEquals(main.output().stdout, "", "main was started early");
      server.setPod(pod([unready("main"), ready("proxy")]));
      assertEquals((await main.status).code, 0);
      assertEquals(main.output().stdout, "started\n");
      await sleep(random.below(1000), weather.signal);
      assertEquals(proxy.output().stdout, "started\n", "the proxy was stopped early");
      server.setPod(pod([ended("main", 0), ready("proxy")]));
      assertEquals((await proxy.status).code, 0);
      assertEquals(proxy.output().stdout, "started\nstopped\n");
    });
  } finally {
    weather.abort();
    await harassed;
    await Deno.remove(root, { recursive: true });
  }
  return await harassed;
}

Deno.test(`every command is started and stopped exactly once, seed ${SEED}`, async () => {
  const until = performance.now() + LENGTH;
  let pods = 0;
  let faults = 0;
  const work = async (worker: number) => {
    for (let turn = 0; performance.now() < until; turn++) {
      faults += await onePod(createRandom(SEED + worker * 1_000_003 + turn));
      pods++;
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
  console.log(`${pods} pods, ${2 * pods} commands, ${faults} faults`);
});
