// Which number the command has: programs keep theirs in files that outlive them.
import { assert, assertEquals } from "@std/assert";
import { executable, IS_ROOT } from "../support/executable.ts";
import { childrenOf, eventually, processField, startProcess } from "./fixture.ts";
import { runs } from "../support/c_program.ts";
import { times } from "../support/whole.ts";
import { SUPERVISED } from "./modes.ts";

/** PID 1 of a namespace of its own, as in a container. */
const CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const;

/** Without a number of its own for the command every third or so was refused (docs/decisions/0018). */
const RESTARTS = times(15, 5);

/**
 * Does with its pid file what postgres does (CreateLockFile): whoever has the number that stands there
 * is taken for a predecessor that still runs, unless it is itself or its parent. Then it crashes.
 */
const WITH_PID_FILE = `
  old=$(cat "$1" 2>/dev/null)
  if [ -n "$old" ] && [ "$old" != $$ ] && [ "$old" != $PPID ] && kill -0 "$old" 2>/dev/null; then
    echo "process $old still runs"
    exit 1
  fi
  echo $$ > "$1"
  kill -KILL $$
`;

const SPECS = [
  { name: "launched at once", spec: SUPERVISED },
  {
    name: "held back for a moment",
    spec: {
      ...{ ...SUPERVISED, startDeps: [{ file: "/no/such/file" }] },
      ...{ startTimeout: "300ms", onStartTimeout: "start" },
    },
  },
] as const;

async function refusals(supervisor: readonly string[], times: number): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  const refused: string[] = [];
  for (let restart = 0; restart < times; restart++) {
    const script = ["sh", "-c", WITH_PID_FILE, "sh", `${folder}/pid`];
    const { stdout } = await new Deno.Command(CONTAINER[0], {
      args: [...CONTAINER.slice(1), ...supervisor, ...script],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", KOORDINATOR_SPEC: JSON.stringify(SUPERVISED) },
      stderr: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    if (said !== "") refused.push(`restart ${restart}: ${said}`);
  }
  await Deno.remove(folder, { recursive: true });
  return refused;
}

Deno.test({
  name: `a program with a pid file is refused in none of ${RESTARTS} restarts (needs root)`,
  ignore: !IS_ROOT,
  fn: async () => {
    assertEquals(await refusals([await executable()], RESTARTS), []);
  },
});

Deno.test({
  name: "it is so under tini (needs root and tini)",
  ignore: !IS_ROOT || !runs("tini"),
  fn: async () => {
    assertEquals(await refusals(["tini", "--"], times(20, 5)), []);
  },
});

for (const { name, spec } of SPECS) {
  Deno.test({
    name: `under PID 1 a command that is ${name} is always process 2 (needs root)`,
    ignore: !IS_ROOT,
    fn: async () => {
      for (let start = 0; start < times(10, 3); start++) {
        await using run = startProcess(
          [...CONTAINER, await executable(), "sh", "-c", "echo number $$, group $(ps -o pgid= $$)"],
          { env: { KOORDINATOR_SPEC: JSON.stringify(spec) } },
        );
        await run.says(/^number 2, group +2$/m);
      }
    },
  });
}

Deno.test({
  name: "postgres starts again and again on the data of a crash (needs root and postgres)",
  ignore: !IS_ROOT || !runs("postgres") || !runs("initdb"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
    const run = async (program: string, args: readonly string[]) => {
      const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
      assert(success, new TextDecoder().decode(stderr));
    };
    await run("chown", ["postgres", folder]);
    const data = `${folder}/data`;
    await run("env", ["-C", folder, ...user, "initdb", "-D", data]);
    const executables = `${folder}/koordinator`;
    await Deno.copyFile(await executable(), executables);
    const postgres = ["postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"];
    for (let restart = 0; restart < 10; restart++) {
      await using container = startProcess(
        [...CONTAINER, ...user, executables, ...postgres],
        { cwd: folder, env: { KOORDINATOR_SPEC: JSON.stringify(SUPERVISED) } },
      );
      await container.says(/ready to accept connections/);
      const [init = 0] = childrenOf(container.pid);
      Deno.kill(init, "SIGKILL");
      await container.status;
      // Its shared memory is in use for as long as one of them is there.
      await eventually(() => processField(init, "Name") === undefined || undefined, () => "an end");
      assertEquals((await Deno.readTextFile(`${data}/postmaster.pid`)).split("\n")[0], "2");
    }
    await Deno.remove(folder, { recursive: true });
  },
});
