import { assertEquals } from "@std/assert";
import { childrenOf, eventually, processField, startFixture } from "./fixture.ts";

const ORPHANS = 50;
const MAKE_ORPHANS =
  `i=0; while [ $i -lt ${ORPHANS} ]; do i=$((i+1)); (sleep 1000 >&- 2>&- & echo orphan $!); done; echo made`;

Deno.test("orphans of the command become koordinator's and leave no zombie", async () => {
  await using fixture = startFixture("supervise", ["sh", "-c", `${MAKE_ORPHANS}; read x; exit 4`]);
  await fixture.says(/made/);
  const orphans = Array.from(fixture.output().matchAll(/orphan (\d+)/g), ([, pid]) => Number(pid));
  assertEquals(orphans.length, ORPHANS);
  for (const pid of orphans) {
    await eventually(
      () => processField(pid, "PPid") === `${fixture.pid}` || undefined,
      () => `${pid} to be adopted`,
    );
    Deno.kill(pid, "SIGKILL");
  }
  await eventually(
    () => orphans.every((pid) => processField(pid, "State") === undefined) || undefined,
    () => "all orphans to be reaped",
  );
  await fixture.write("end\n");
  assertEquals((await fixture.status).code, 4);
});

Deno.test("a command's end is seen even if SIGCHLD was blocked or ignored at the start", async () => {
  for (const under of [["env", "--block-signal=CHLD"], ["env", "--ignore-signal=CHLD"]]) {
    await using fixture = startFixture("supervise", ["sh", "-c", "exit 3"], { under });
    assertEquals((await fixture.status).code, 3);
  }
});

const PID_NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc"];
const notRoot = Deno.uid() !== 0;

Deno.test({
  name: "as PID 1 orphans are reaped (needs root)",
  ignore: notRoot,
  fn: async () => {
    const gone =
      'for p in $pids; do while [ -e /proc/$p ]; do sleep 0.01; done; done; echo "reaped"';
    const make = "pids=$(for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.1 >&- 2>&- & echo $!); done)";
    await using fixture = startFixture(
      "supervise",
      ["sh", "-c", `echo parent $PPID; ${make}; ${gone}; exit 6`],
      { under: PID_NAMESPACE },
    );
    await fixture.says(/parent 1\n/);
    await fixture.says(/reaped/);
    assertEquals((await fixture.status).code, 6);
  },
});

Deno.test({
  name: "as PID 1 SIGTERM is passed on (needs root)",
  ignore: notRoot,
  fn: async () => {
    await using fixture = startFixture(
      "supervise",
      ["sh", "-c", "trap 'exit 9' TERM; echo parent $PPID; while :; do sleep 0.01; done"],
      { under: PID_NAMESPACE },
    );
    await fixture.says(/parent 1\n/);
    for (const first of childrenOf(fixture.pid)) Deno.kill(first, "SIGTERM");
    assertEquals((await fixture.status).code, 9);
  },
});
