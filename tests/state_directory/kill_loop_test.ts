// SIGKILL at any moment of a container's life: what its siblings are told is what happened.
import { assert, assertEquals } from "@std/assert";
import { followReports } from "../../lib/state_directory/follow.ts";
import { findSelf } from "../../lib/sources.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { killAllWith } from "../support/container_processes.ts";
import { createRandom } from "../soak/random.ts";
import { stateDirectory } from "./fixture.ts";

const KILLS = Number(Deno.env.get("KOORDINATOR_KILLS") ?? 60);
const SEED = Number(Deno.env.get("KOORDINATOR_KILLS_SEED") ?? 4711);

/** The containers of the pod. Each is started again as soon as it was killed. */
const CONTAINERS = ["one", "two", "three"];

/** Whom SIGKILL is for, and how long after the start at most, in milliseconds. */
const VICTIMS = ["supervisor", "command", "command that was handed over to"] as const;
const LATEST = 150;

Deno.test(`of ${KILLS} kills by seed ${SEED} each is told once, and no end that was none`, async () => {
  await using state = await stateDirectory();
  const { run } = findSelf({ containerName: undefined });
  const ends = new Map<string, (number | undefined)[]>(CONTAINERS.map((name) => [name, []]));
  const done = new AbortController();
  const mayEnd = new Set<string>();
  const faults: string[] = [];
  followReports(state.path, CONTAINERS, undefined, run, (news) => {
    if (news.kind !== "siblingEnded") return;
    if (!mayEnd.has(news.container)) faults.push(`${news.container} lives`);
    ends.get(news.container)?.push(news.exitCode);
  }, done.signal);
  await Promise.all(CONTAINERS.map(async (name, index) => {
    const random = createRandom(SEED + index);
    let told = "";
    let expected = 0;
    for (let kill = 0; kill < KILLS / CONTAINERS.length; kill++) {
      const victim = random.pick(VICTIMS);
      const handOver = victim === "command that was handed over to";
      const env = { KOORDINATOR_CONTAINER_NAME: name, KOORDINATOR_STATE_DIR: state.path };
      const container = startKoordinator(["sh", "-c", "echo $$; exec sleep 1000"], {
        ...env,
        KOORDINATOR_SPEC: JSON.stringify({ handOver }),
      });
      await new Promise((resolve) => setTimeout(resolve, random.below(LATEST)));
      mayEnd.add(name);
      const command = Number(container.output().stdout);
      if (victim === "command" && command > 0) {
        Deno.kill(command, "SIGKILL");
        assertEquals((await container.status).code, 137);
      } else container.kill("SIGKILL");
      // As a container's first process takes all others along.
      await killAllWith(env);
      await container.status;
      // Only what was told can end.
      const now = runOf(`${state.path}/${name}.json`);
      if (now !== told) expected++;
      told = now;
      const deadline = Date.now() + 60_000;
      while ((ends.get(name)?.length ?? 0) < expected) {
        assert(Date.now() < deadline, `${name} is waited for: kill ${kill}, ${victim}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      mayEnd.delete(name);
      assertEquals(ends.get(name)?.length, expected, `${name}: kill ${kill}, ${victim}`);
      // 137: its supervisor lived on, and could tell.
      assert([undefined, 137].includes(ends.get(name)?.at(-1)));
    }
  }));
  done.abort();
  assertEquals(faults, []);
  await new Promise((resolve) => setTimeout(resolve, 50));
});

/** The run of the container that a report is of; nothing if there is none. */
function runOf(path: string): string {
  try {
    return /"run":"(\w+)"/.exec(Deno.readTextFileSync(path))?.[1] ?? "";
  } catch {
    return "";
  }
}
