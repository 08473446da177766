// What a neighbour does to the folder that it shares: each case is tried on all that reads and writes.
import { copyProgram } from "../support/copy_program.ts";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { watchFolder } from "../../lib/linux/inotify.ts";
import { empty } from "../../lib/state_directory/empty.ts";
import { Folder } from "../../lib/state_directory/folder.ts";
import { readLiving } from "../../lib/state_directory/own_report.ts";
import { type Complaint, openPublisher } from "../../lib/state_directory/publisher.ts";
import { openStatusFile, readStatus } from "../../lib/state_directory/status_file.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";
import { report } from "../supervisor/reports.ts";
import { follow, RUN, startSupervisor, stateDirectory } from "./fixture.ts";
import { LAID, layVictim } from "./laid.ts";

const RUNNING = report({ phase: "running" });
const STATUS = {
  phase: "done",
  stopping: undefined,
  dependencies: [],
  startTimeout: undefined,
} as const;
const CONTACT = { last: undefined, nextRetry: undefined, error: undefined, over: true };

const never = ({ why }: Complaint) => {
  throw new Error(why);
};

for (const { what, lay, stays = false } of LAID) {
  Deno.test(`${what} in the place of a sibling's report tells nothing, and what comes after is told`, async () => {
    await using state = await stateDirectory();
    const victim = await layVictim(state.parent);
    await Deno.mkdir(state.path);
    const takeAway = await lay(`${state.path}/main.json`, victim);
    assertEquals(readLiving(state.path, "main", RUN), undefined);
    await using seen = follow(state.path, ["main", "other"]);
    assertEquals(seen.news, []);
    await using other = startSupervisor(state.path, "other");
    await other.publish(RUNNING);
    assertEquals((await seen.told(1)).map(({ container }) => container), ["other"]);
    takeAway?.();
  });

  Deno.test(
    `${what} in the place of the own report is ${
      stays ? "complained of" : "replaced"
    }, and nothing else is touched`,
    async () => {
      await using state = await stateDirectory();
      const victim = await layVictim(state.parent);
      await Deno.mkdir(state.path);
      const takeAway = await lay(`${state.path}/main.json`, victim);
      const complaints: Complaint[] = [];
      openPublisher(state.path, "main", RUN, (each) => complaints.push(each)).publish(RUNNING);
      assertEquals(complaints.length, stays ? 1 : 0);
      assertEquals(readLiving(state.path, "main", RUN)?.report, stays ? undefined : RUNNING);
      assertEquals(await Deno.readTextFile(victim), "17\n");
      assertEquals([...Deno.readDirSync(state.path)].map(({ name }) => name), ["main.json"]);
      takeAway?.();
    },
  );

  Deno.test(
    `${what} in the place of a status is no status, and is ${stays ? "left" : "replaced"}`,
    async () => {
      await using state = await stateDirectory();
      const victim = await layVictim(state.parent);
      await Deno.mkdir(state.path);
      const takeAway = await lay(`${state.path}/main.status`, victim);
      assertEquals(readStatus(state.path, "main"), undefined);
      openStatusFile(state.path, "main")(() => STATUS, CONTACT, true, (error) => {
        throw error;
      });
      assertEquals(readStatus(state.path, "main")?.phase, stays ? undefined : "done");
      assertEquals(await Deno.readTextFile(victim), "17\n");
      takeAway?.();
    },
  );

  Deno.test(`${what} of any name does not stop what watches the folder, and is taken away by copy`, async () => {
    await using state = await stateDirectory();
    const victim = await layVictim(state.parent);
    using folder = Folder.openOrMake(state.path);
    const changes = watchFolder(folder.descriptor);
    const takeAway = await lay(`${state.path}/anything`, victim);
    await Deno.writeTextFile(`${state.path}/aside`, "");
    await Deno.rename(`${state.path}/aside`, `${state.path}/renamed`);
    const names: string[] = [];
    while (!names.includes("renamed")) names.push(...await changes.next() ?? []);
    changes.close();
    empty(folder, RUN);
    const left = [...Deno.readDirSync(state.path)].map(({ name }) => name);
    assertEquals(left, /something in it/.test(what) ? ["anything"] : []);
    assertEquals(await Deno.readTextFile(victim), "17\n");
    takeAway?.();
  });

  Deno.test(`${what} in the place of the state directory is no state directory`, async () => {
    await using state = await stateDirectory();
    const victim = await layVictim(state.parent);
    const takeAway = await lay(state.path, victim);
    const complaints: Complaint[] = [];
    openPublisher(state.path, "main", RUN, (each) => complaints.push(each)).publish(RUNNING);
    // A folder that a neighbour made is as good as one that we make.
    assertEquals(complaints.length, /^a(n empty)? folder/.test(what) ? 0 : 1, what);
    assertEquals(await Deno.readTextFile(victim), "17\n");
    takeAway?.();
  });
}

Deno.test({
  name: `what changes its kind all the time neither holds a reader up nor fills its memory${
    HAS_CC ? "" : " (needs cc)"
  }`,
  ignore: !HAS_CC,
  fn: async () => {
    await using state = await stateDirectory();
    const victim = await layVictim(state.parent);
    openPublisher(state.path, "main", RUN, never).publish(RUNNING);
    const swap = new Deno.Command(await cProgram("swap"), { args: [state.path, victim] }).spawn();
    const before = Deno.memoryUsage().rss;
    for (let look = 0; look < 20_000; look++) {
      const found = readLiving(state.path, "main", RUN);
      if (found !== undefined) assertEquals(found.report, RUNNING);
    }
    assert(Deno.memoryUsage().rss - before < 64 << 20);
    swap.kill("SIGKILL");
    await swap.status;
    assertEquals(await Deno.readTextFile(victim), "17\n");
  },
});

Deno.test("a folder that is renamed while it is used is used on by those who hold it", async () => {
  await using state = await stateDirectory();
  await using main = startSupervisor(state.path, "main");
  await main.publish(report({ phase: "waiting" }));
  await using seen = follow(state.path, ["main"]);
  await Deno.rename(state.path, `${state.path}.renamed`);
  await Deno.symlink("/tmp", state.path);
  await main.publish(RUNNING);
  assertEquals((await seen.told(2)).length, 2);
});

Deno.test("a folder that is removed is made again by who writes next", async () => {
  await using state = await stateDirectory();
  await using main = startSupervisor(state.path, "main");
  await main.publish(report({ phase: "waiting" }));
  await Deno.remove(state.path, { recursive: true });
  await main.publish(RUNNING);
  assertEquals(readLiving(state.path, "main", RUN)?.report, RUNNING);
});

Deno.test("of more reports than a pod has containers those are seen that matter", async () => {
  await using state = await stateDirectory();
  await Deno.mkdir(state.path);
  for (let index = 0; index < 2_000; index++) {
    await Deno.writeTextFile(`${state.path}/a${index}.json`, "{");
  }
  await using seen = follow(state.path, ["main"]);
  await using main = startSupervisor(state.path, "main");
  await main.publish(RUNNING);
  assertEquals((await seen.told(1)).map(({ container }) => container), ["main"]);
});

Deno.test("status prints no more than a screen holds, and nothing that acts on a terminal", async () => {
  await using state = await stateDirectory();
  await Deno.mkdir(state.path);
  const evil = "\u001b[2J\u001b]0;owned\u0007\r\nmain: running\u202e\u009b1m";
  const dependencies = [{ role: "start", name: evil, holds: true, seen: evil, since: evil }];
  const api = { last: evil, nextRetry: evil, error: evil, over: false };
  const status = {
    container: evil,
    phase: evil,
    since: evil,
    at: evil,
    stopping: evil,
    dependencies,
    api,
  };
  await Deno.writeTextFile(`${state.path}/main.status`, JSON.stringify(status));
  const env = { KOORDINATOR_STATE_DIR: state.path };
  const { code, stdout } = await output(await executable(), ["status", "main"], env);
  assertEquals(code, 0);
  assertEquals(
    [...stdout].filter((letter) => letter !== "\n" && (letter < " " || letter > "~")),
    [],
  );
  assertEquals(stdout.trim().split("\n").length, 6);
  const many = { ...status, dependencies: Array(100_000).fill(dependencies[0]) };
  await Deno.writeTextFile(`${state.path}/main.status`, JSON.stringify(many));
  assertEquals((await output(await executable(), ["status", "main"], env)).code, 125);
  for (const name of ["../main", "/etc/passwd", "", "a".repeat(5_000)]) {
    assertEquals((await output(await executable(), ["status", name], env)).code, 125);
  }
});

const ROOT_ONLY = IS_ROOT ? "" : " (needs root)";

Deno.test({
  name: `whose report belongs to another user says so, and is not believed${ROOT_ONLY}`,
  ignore: !IS_ROOT,
  fn: async () => {
    await using state = await stateDirectory();
    await Deno.chmod(state.parent, 0o777);
    using folder = Folder.openOrMake(state.path);
    folder.changeMode(0o1777);
    await Deno.writeTextFile(`${state.path}/main.json`, "{}");
    await Deno.chown(`${state.path}/main.json`, 1001, 1001);
    const program = `${state.parent}/koordinator`;
    await copyProgram(await executable(), program);
    const { code, stderr } = await output(
      "setpriv",
      ["--reuid", "1000", "--clear-groups", program, "sh", "-c", "exit 7"],
      {
        KOORDINATOR_SPEC: '{"handOver":false}',
        KOORDINATOR_CONTAINER_NAME: "main",
        KOORDINATOR_STATE_DIR: state.path,
      },
    );
    assertEquals(code, 7);
    assertMatch(stderr, /"WARNING".*main\.json belongs to user 1001: another container made it/);
  },
});

Deno.test({
  name:
    `a report that another user put in the place of one that was believed tells nothing${ROOT_ONLY}`,
  ignore: !IS_ROOT,
  fn: async () => {
    await using state = await stateDirectory();
    openPublisher(state.path, "main", RUN, never).publish(RUNNING);
    await Deno.chown(`${state.path}/main.json`, 1000, 1000);
    await using seen = follow(state.path, ["main", "other"]);
    openPublisher(state.path, "main", RUN, never).publish(report({ phase: "ended", exitCode: 0 }));
    openPublisher(state.path, "other", RUN, never).publish(RUNNING);
    const news = await seen.told(2);
    assertEquals(news.map(({ container }) => container), ["main", "other"]);
  },
});

Deno.test({
  name: "a report that cannot be read takes no descriptor (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    await using state = await stateDirectory();
    await Deno.mkdir(state.path);
    await Deno.writeTextFile(`${state.path}/main.json`, "");
    // At its beginning there is no memory: read(2) gives EIO.
    const mount = ["mount", "--bind", "/proc/$$/mem", `${state.path}/main.json`];
    const look = `
      import { findReport } from "${new URL(
      "../../lib/state_directory/sibling.ts",
      import.meta.url,
    )}";
      import { Folder } from "${new URL("../../lib/state_directory/folder.ts", import.meta.url)}";
      const folder = Folder.open(Deno.args[0]);
      for (let look = 0; look < 3; look++) {
        let error;
        try {
          findReport(folder, "main", { pod: undefined, sandbox: "" });
        } catch (thrown) {
          error = thrown;
        }
        console.log(error?.name, [...Deno.readDirSync("/proc/self/fd")].length);
      }`;
    const script = `${state.parent}/look.ts`;
    await Deno.writeTextFile(script, look);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const run = [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "--config",
      config,
      script,
      state.path,
    ];
    const { stdout, stderr } = await output("unshare", [
      ...["--mount", "sh", "-c", `${mount.join(" ")} && exec "$@"`, "sh"],
      ...run,
    ]);
    const [first, ...others] = stdout.trim().split("\n");
    assertEquals(others, [first, first], stderr);
    assertMatch(first ?? "", /^CallError \d+$/);
  },
});
