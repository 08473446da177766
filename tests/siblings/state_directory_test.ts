import { assertEquals, assertRejects } from "@std/assert";
import {
  followReports,
  openPublisher,
  readReport,
  readReports,
} from "../../lib/siblings/state_directory.ts";
import type { Report } from "../../lib/supervisor/report.ts";
import { IS_ROOT } from "../support/executable.ts";

async function folder() {
  const path = await Deno.makeTempDir();
  return {
    path: `${path}/state`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const never = (why: string) => {
  throw new Error(why);
};

Deno.test("a report is seen by whoever follows it, at once and again when it changes", async () => {
  await using state = await folder();
  const publish = openPublisher(state.path, "main", undefined, never);
  publish({ phase: "waiting" });
  const seen: Report[] = [];
  const ended = Promise.withResolvers<void>();
  const done = new AbortController();
  followReports(state.path, ["main"], undefined, (_, { report }) => {
    seen.push(report);
    if (report.phase === "ended") ended.resolve();
  }, done.signal);
  assertEquals(seen, [{ phase: "waiting" }]);
  publish({ phase: "ended", exitCode: 0 });
  await ended.promise;
  done.abort();
  assertEquals(seen.at(-1), { phase: "ended", exitCode: 0 });
});

Deno.test("a folder that comes later is followed as well", async () => {
  await using state = await folder();
  const seen = Promise.withResolvers<Report>();
  const done = new AbortController();
  followReports(
    state.path,
    ["main"],
    undefined,
    (_, { report }) => seen.resolve(report),
    done.signal,
  );
  openPublisher(state.path, "main", undefined, never)({ phase: "running" });
  assertEquals(await seen.promise, { phase: "running" });
  done.abort();
});

Deno.test("everybody may add a report, and only its owner may replace it", async () => {
  await using state = await folder();
  openPublisher(state.path, "main", undefined, never)({ phase: "running" });
  assertEquals(((await Deno.stat(state.path)).mode ?? 0) & 0o7777, 0o1777);
  assertEquals(((await Deno.stat(`${state.path}/main.json`)).mode ?? 0) & 0o777, 0o644);
});

Deno.test("what was left half written, or laid in the way, does not keep a report back", async () => {
  await using state = await folder();
  await Deno.mkdir(state.path);
  const [aside, other] = [`${state.path}/.main.${Deno.pid}.tmp`, `${state.path}/other`];
  const publish = openPublisher(state.path, "main", undefined, never);
  await Deno.writeTextFile(aside, "{");
  publish({ phase: "running" });
  assertEquals(readReport(state.path, "main", undefined)?.report, { phase: "running" });
  await Deno.symlink(other, aside);
  publish({ phase: "stopping" });
  assertEquals(readReport(state.path, "main", undefined)?.report, { phase: "stopping" });
  await assertRejects(() => Deno.lstat(other));
});

Deno.test("a folder that cannot be written is complained of once, and is no failure", async () => {
  await using state = await folder();
  const complaints: string[] = [];
  const publish = openPublisher("/proc/no/such", "main", undefined, (why) => complaints.push(why));
  publish({ phase: "waiting" });
  publish({ phase: "running" });
  assertEquals(complaints.length, 1);
  assertEquals(readReports(state.path, undefined), []);
});

Deno.test("links, pipes, folders, giants and torn files are no reports", async () => {
  await using state = await folder();
  openPublisher(state.path, "main", undefined, never)({ phase: "running" });
  await Deno.symlink(`${state.path}/main.json`, `${state.path}/link.json`);
  await Deno.mkdir(`${state.path}/dir.json`);
  await Deno.writeTextFile(`${state.path}/giant.json`, " ".repeat(5_000));
  await Deno.writeTextFile(`${state.path}/torn.json`, '{"version":1,"cont');
  await new Deno.Command("mkfifo", { args: [`${state.path}/pipe.json`] }).output();
  assertEquals(readReports(state.path, undefined).map(({ container }) => container), ["main"]);
});

Deno.test("two supervisors that write at once leave whole reports", async () => {
  await using state = await folder();
  const publishers = ["a", "b"].map((name) => openPublisher(state.path, name, undefined, never));
  for (let round = 0; round < 100; round++) {
    for (const publish of publishers) publish({ phase: "ended", exitCode: round });
    assertEquals(readReport(state.path, "a", undefined)?.report, {
      phase: "ended",
      exitCode: round,
    });
  }
  assertEquals([...Deno.readDirSync(state.path)].length, 2);
});

Deno.test({
  name: "a full disk keeps the last whole report (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    await using state = await folder();
    await Deno.mkdir(state.path);
    const mount = (args: readonly string[]) =>
      new Deno.Command("mount", { args: [...args] }).output();
    await mount(["-t", "tmpfs", "-o", "size=64k", "none", state.path]);
    const complaints: string[] = [];
    const publish = openPublisher(state.path, "main", undefined, (why) => complaints.push(why));
    publish({ phase: "running" });
    try {
      await Deno.writeFile(`${state.path}/filler`, new Uint8Array(1 << 20)).catch(() => {});
      publish({ phase: "ended", exitCode: 0 });
      assertEquals(complaints.length, 1);
      assertEquals(readReport(state.path, "main", undefined)?.report, { phase: "running" });
    } finally {
      await new Deno.Command("umount", { args: [state.path] }).output();
    }
  },
});
