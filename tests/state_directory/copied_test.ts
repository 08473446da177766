// What `koordinator copy` leaves to the containers that share the folder.
import { assertEquals } from "@std/assert";
import { findSelf } from "../../lib/sources.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";
import { report } from "../supervisor/reports.ts";
import { follow, startSupervisor } from "./fixture.ts";

/** The sandbox that these tests are in, as the executable finds it. */
const OWN = findSelf({ containerName: undefined }).run.sandbox;

const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).toSorted();

Deno.test("copy run again takes away what nobody holds any more, and leaves who lives", async () => {
  const folder = await Deno.makeTempDir();
  const state = `${folder}/.koordinator`;
  await output(await executable(), ["copy", folder]);
  await using living = startSupervisor(state, "living");
  await living.publish(report({ phase: "running" }));
  await using ended = startSupervisor(state, "ended", { sandbox: OWN });
  await ended.publish(report({ phase: "ended", exitCode: 0 }));
  await ended.kill();
  for (const name of ["living.status", "ended.status", ".0123456789abcdef.tmp", "else"]) {
    await Deno.writeTextFile(`${state}/${name}`, "");
  }
  await using seen = follow(state, ["living"]);
  assertEquals((await output(await executable(), ["copy", folder])).code, 0);
  assertEquals(names(state), ["living.json", "living.status"]);
  await living.kill();
  assertEquals((await seen.told(2)).at(-1)?.kind, "siblingEnded");
  assertEquals((await output(await executable(), ["copy", folder])).code, 0);
  assertEquals(names(state), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("copy run again in a new sandbox leaves the successes of the one before, as OnFailure does", async () => {
  const folder = await Deno.makeTempDir();
  const state = `${folder}/.koordinator`;
  await output(await executable(), ["copy", folder]);
  for (const exitCode of [0, 1]) {
    await using ended = startSupervisor(state, `ended-${exitCode}`, { sandbox: "boot/0" });
    await ended.publish(report({ phase: "ended", exitCode }));
    await ended.kill();
  }
  for (const handedOver of [false, true]) {
    await using killed = startSupervisor(state, `over-${handedOver}`, { sandbox: "boot/0" });
    await killed.publish(report({ phase: "running" }, { handedOver }));
    await killed.kill();
  }
  await Deno.writeTextFile(`${state}/ended-0.status`, "");
  assertEquals((await output(await executable(), ["copy", folder])).code, 0);
  assertEquals(names(state), ["ended-0.json", "over-true.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a link in the place of the state directory is replaced by copy, and not followed", async () => {
  const folder = await Deno.makeTempDir();
  const elsewhere = await Deno.makeTempDir();
  await Deno.writeTextFile(`${elsewhere}/main.json`, "kept");
  await Deno.symlink(elsewhere, `${folder}/.koordinator`);
  assertEquals((await output(await executable(), ["copy", folder])).code, 0);
  assertEquals(Deno.lstatSync(`${folder}/.koordinator`).isDirectory, true);
  assertEquals(await Deno.readTextFile(`${elsewhere}/main.json`), "kept");
  for (const path of [folder, elsewhere]) await Deno.remove(path, { recursive: true });
});

const ATTEMPTS = [
  ["write to the executable", "echo x >koordinator"],
  ["remove the executable", "rm -f koordinator"],
  ["rename the executable", "mv koordinator other"],
  ["put a file in its place", "echo x >x && mv -f x koordinator"],
  ["change its mode", "chmod 777 koordinator"],
  ["rename the state directory", "mv .koordinator other"],
  ["remove the state directory", "rm -rf .koordinator"],
  [
    "put a report in a sibling's place",
    "echo x >.koordinator/x && mv -f .koordinator/x .koordinator/main.json",
  ],
  ["remove a sibling's report", "rm -f .koordinator/main.json"],
  ["write to a sibling's report", "echo x >.koordinator/main.json"],
] as const;

Deno.test({
  name: `a container of another user can change nothing${IS_ROOT ? "" : " (needs root)"}`,
  ignore: !IS_ROOT,
  fn: async (test) => {
    const folder = await Deno.makeTempDir();
    // As an emptyDir is.
    await Deno.chmod(folder, 0o777);
    await output(await executable(), ["copy", folder]);
    await using main = startSupervisor(`${folder}/.koordinator`, "main");
    await main.publish(report({ phase: "running" }));
    const { size } = await Deno.stat(`${folder}/koordinator`);
    const told = await Deno.readTextFile(`${folder}/.koordinator/main.json`);
    for (const [what, script] of ATTEMPTS) {
      await test.step(`it cannot ${what}`, async () => {
        const user = ["--reuid", "1001", "--clear-groups"];
        await output("setpriv", [...user, "sh", "-c", `cd ${folder}; ${script}`]);
        const { size: after, mode } = await Deno.stat(`${folder}/koordinator`);
        assertEquals([after, (mode ?? 0) & 0o7777], [size, 0o555]);
        assertEquals(await Deno.readTextFile(`${folder}/.koordinator/main.json`), told);
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});
