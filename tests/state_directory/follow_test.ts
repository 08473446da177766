import { assertEquals, fail } from "@std/assert";
import { Folder } from "../../lib/state_directory/folder.ts";
import { openPublisher } from "../../lib/state_directory/publisher.ts";
import { Sibling, type SiblingNews } from "../../lib/state_directory/sibling.ts";
import { report } from "../supervisor/reports.ts";
import { follow, RUN, startSupervisor, stateDirectory } from "./fixture.ts";
import { times } from "../support/whole.ts";

const RUNNING = report({ phase: "running" });
const ENDED = report({ phase: "ended", exitCode: 0 });

/** News as a test compares them: what was told, without when. */
function said(news: readonly SiblingNews[]): readonly string[] {
  return news.map((each) =>
    each.kind === "siblingEnded"
      ? `${each.container} has ended: ${each.exitCode}`
      : `${each.container} is ${each.report.phase}`
  );
}

Deno.test("a report is seen at once, and again when it changes, and its end", async () => {
  await using state = await stateDirectory();
  await using main = startSupervisor(state.path, "main");
  await main.publish(report({ phase: "waiting" }));
  await using seen = follow(state.path, ["main"]);
  assertEquals(said(seen.news), ["main is waiting"]);
  await main.publish(RUNNING);
  await seen.told(2);
  await main.publish(ENDED);
  await seen.told(3);
  await main.end();
  assertEquals(said(await seen.told(4)), [
    "main is waiting",
    "main is running",
    "main is ended",
    "main has ended: 0",
  ]);
});

Deno.test("a folder that comes later is followed as well, and whoever comes into it", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  await main.publish(RUNNING);
  await seen.told(1);
  await using other = startSupervisor(state.path, "other");
  await other.publish(RUNNING);
  assertEquals(said(await seen.told(2)), ["main is running", "other is running"]);
});

Deno.test("SIGKILL of a supervisor is an end whose exit code is unknown", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  await main.publish(RUNNING);
  await seen.told(1);
  await main.kill();
  assertEquals(said(await seen.told(2)), ["main is running", "main has ended: undefined"]);
});

Deno.test("a command that was handed over to lives on in the eyes of its siblings, and its end is seen", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  await main.publish(RUNNING);
  await seen.told(1);
  await main.handOver(["sleep", "1000"]);
  while (!Deno.readTextFileSync(`/proc/${main.pid}/cmdline`).startsWith("sleep")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(descriptorsIn(state.path, main.pid), ["100"]);
  await using again = follow(state.path, ["main"]);
  assertEquals(said(again.news), ["main is running"]);
  await main.kill();
  assertEquals(said(await seen.told(2)), ["main is running", "main has ended: undefined"]);
  assertEquals(said(await again.told(2)), ["main is running", "main has ended: undefined"]);
});

Deno.test("an end before anybody looked is seen, in this run of the pod", async () => {
  await using state = await stateDirectory();
  for (const [name, last] of [["main", ENDED], ["killed", RUNNING]] as const) {
    await using supervisor = startSupervisor(state.path, name);
    await supervisor.publish(last);
    await supervisor.kill();
  }
  await using seen = follow(state.path, ["main", "killed"]);
  assertEquals(said(seen.news), ["main has ended: 0", "killed has ended: undefined"]);
});

Deno.test("what an earlier sandbox of the pod left is not believed, until it is told anew", async () => {
  await using state = await stateDirectory();
  for (const [name, last] of [["main", ENDED], ["killed", RUNNING]] as const) {
    await using supervisor = startSupervisor(state.path, name, { sandbox: "boot/0" });
    await supervisor.publish(last);
    await supervisor.kill();
  }
  await using seen = follow(state.path, ["main", "killed"]);
  assertEquals(said(seen.news), []);
  await using main = startSupervisor(state.path, "main");
  await main.publish(report({ phase: "waiting" }));
  assertEquals(said(await seen.told(1)), ["main is waiting"]);
});

Deno.test("a success of an earlier sandbox stays one if its container has not begun again by half a minute", async () => {
  await using state = await stateDirectory();
  {
    await using supervisor = startSupervisor(state.path, "main", { sandbox: "boot/0" });
    await supervisor.publish(ENDED);
    await supervisor.kill();
  }
  using folder = Folder.open(state.path);
  let now = 1_000;
  const news: SiblingNews[] = [];
  using main = new Sibling("main", RUN, (each) => news.push(each), () => now);
  main.look(folder);
  now += 29_999;
  main.look(folder);
  assertEquals(news, []);
  now += 1;
  main.look(folder);
  main.look(folder);
  assertEquals(said(news), ["main has ended: 0"]);
});

Deno.test("a container that is restarted has ended, and is there again", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using first = startSupervisor(state.path, "main");
  await first.publish(RUNNING);
  await seen.told(1);
  await first.kill();
  await seen.told(2);
  await using second = startSupervisor(state.path, "main");
  await second.publish(report({ phase: "waiting" }));
  assertEquals(said(await seen.told(3)), [
    "main is running",
    "main has ended: undefined",
    "main is waiting",
  ]);
});

Deno.test("a report that somebody takes away does not end who wrote it", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  await main.publish(RUNNING);
  await seen.told(1);
  await Deno.remove(`${state.path}/main.json`);
  await using other = startSupervisor(state.path, "other");
  await other.publish(RUNNING);
  await seen.told(2);
  await main.kill();
  assertEquals(said(await seen.told(3)), [
    "main is running",
    "other is running",
    "main has ended: undefined",
  ]);
});

Deno.test("of many replacements none looks like an end", async () => {
  await using state = await stateDirectory();
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  for (let round = 0; round < times(1_000, 200); round++) {
    await main.publish(report({ phase: round % 2 === 0 ? "running" : "stopping" }));
  }
  await seen.told(1);
  await main.kill();
  while (seen.news.at(-1)?.kind !== "siblingEnded") await seen.told(seen.news.length + 1);
  assertEquals(seen.news.filter(({ kind }) => kind === "siblingEnded").length, 1);
});

Deno.test("however many others live, the runtime has threads left for its own work", async () => {
  await using state = await stateDirectory();
  for (let other = 0; other < 40; other++) {
    openPublisher(state.path, `other-${other}`, RUN, ({ why }) => fail(why)).publish(RUNNING);
  }
  await using seen = follow(state.path, ["main"]);
  assertEquals(seen.news.length, 40);
  const deadline = Promise.withResolvers<string>();
  const timer = setTimeout(() => deadline.resolve("nothing within ten seconds"), 10_000);
  const read = Deno.stat(state.path).then(() => "an answer");
  assertEquals(await Promise.race([read, deadline.promise]), "an answer");
  clearTimeout(timer);
});

Deno.test("each of two reports of the same millisecond is told", async () => {
  await using state = await stateDirectory();
  const { publish } = openPublisher(state.path, "main", RUN, ({ why }) => fail(why));
  const news: SiblingNews[] = [];
  using sibling = new Sibling("main", RUN, (told) => news.push(told));
  const phases = Array.from(
    { length: 200 },
    (_, index) => index % 2 === 0 ? "running" as const : "stopping" as const,
  );
  publish(report({ phase: "waiting" }));
  using folder = Folder.open(state.path);
  sibling.look(folder);
  for (const phase of phases) {
    publish(report({ phase }));
    sibling.look(folder);
    sibling.look(folder);
  }
  const told = said(news);
  assertEquals(told, ["main is waiting", ...phases.map((phase) => `main is ${phase}`)]);
});

/** The descriptors of a process that lead into a folder; it may close others meanwhile. */
function descriptorsIn(folder: string, pid: number): readonly string[] {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => name).filter((fd) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${fd}`).startsWith(folder);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}
