/** What becomes of a command's process group at its end. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inEveryMode, scriptFile, send, start, supervisorOf } from "./modes.ts";

/** Finishes its work in half a second when it is told to stop, as node does with a request. */
const WORKER = `trap 'echo worker told; sleep 0.5; echo worker finished; exit 0' TERM
echo worker up
while :; do sleep 0.05; done
`;

inEveryMode(
  "a program below a package manager finishes its work, as under npm start with killMode group",
  async (mode) => {
    await using worker = await scriptFile(WORKER);
    // npm dies of the signal at once, and does not wait for what it has started.
    const npm = ["sh", "-c", `trap 'exit 143' TERM; sh ${worker.path} & wait`];
    await using run = await start(mode, npm, { handOver: false, killMode: "group" });
    await run.says(/worker up/);
    send(15, await supervisorOf(mode, run));
    assertEquals((await run.status).code, 143);
    assertStringIncludes(run.output(), "worker finished");
    assertMatch(run.output(), /what is left of its group has 30s to end/);
    assertEquals(run.output().match(/worker told/g)?.length, 1);
  },
);

inEveryMode("what is left of a group is killed when its time is over", async (mode) => {
  const deaf = [
    "sh",
    "-c",
    "sh -c 'trap \"\" TERM; echo deaf up; while :; do sleep 0.05; done' & wait",
  ];
  await using run = await start(mode, deaf, {
    handOver: false,
    killMode: "group",
    termTimeout: "300ms",
  });
  await run.says(/deaf up/);
  send(15, await supervisorOf(mode, run));
  assertEquals((await run.status).code, 143);
  assertMatch(run.output(), /what is left of the command's group runs on: SIGKILL/);
});

inEveryMode("what a command leaves behind is told", async (mode) => {
  await using folder = await scriptFile("");
  const away = `${folder.path}.away`;
  const daemon = `setsid sh -c 'touch ${away}; exec sleep 3' > /dev/null 2>&1 & ` +
    `while [ ! -e ${away} ]; do sleep 0.01; done; exit 0`;
  for (
    const [script, line] of [
      ["sleep 1000 & exit 0", /has left processes behind: those of its process group are killed/],
      [daemon, /has left processes behind: they end with the container/],
    ] as const
  ) {
    await using run = await start(mode, ["sh", "-c", script]);
    assertEquals((await run.status).code, 0);
    assertMatch(run.output(), line);
  }
});
