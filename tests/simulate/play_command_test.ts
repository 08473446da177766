import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { feed } from "../support/feed.ts";
import { runningWith } from "../support/running_with.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const JOB = fileURLToPath(new URL("../../examples/job.yaml", import.meta.url));

/** `koordinator simulate`, run from the sources as on any author's machine. */
function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", MAIN, "simulate", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function simulate(args: readonly string[], stdin = "") {
  return feed(start(args), stdin);
}

Deno.test("simulate prints what was assumed, what happened, the picture and the end", async () => {
  const args = [JOB, "--ready", "cloud-sql-proxy=3s", "--ends", "main-container=0@10s"];
  const { code, stdout, stderr } = await simulate(args);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "Job example, in virtual time, seed 1");
  assertStringIncludes(stdout, "assumed: cloud-sql-proxy runs until it is stopped");
  assertStringIncludes(stdout, "koordinator holds it: it waits for");
  assertMatch(stdout, /main-container {3} *·+█+ 0/);
  assertStringIncludes(stdout, "\nJob complete\n");
  assertEquals(stdout.split("\n").filter((line) => [...line].length > 80), []);
});

Deno.test("simulate reads standard input, and draws SVG and JSON alone", async () => {
  const text = await Deno.readTextFile(JOB);
  const svg = await simulate(["-", "--output", "svg", "--without"], text);
  assertEquals([svg.code, svg.stdout.startsWith("<svg "), svg.stdout.endsWith("</svg>\n")], [
    ...[0, true, true],
  ]);
  assertStringIncludes(svg.stdout, "Job example, without koordinator");
  const json = await simulate(["-", "--output=json"], text);
  const { plays: [play] } = JSON.parse(json.stdout);
  assertEquals(play.outcome, { good: true, what: "Job complete" });
});

Deno.test("a play that ends badly is exit code 1, one that cannot be made is 2, a wrong call 125", async () => {
  const hang = await simulate([JOB, "--ready", "cloud-sql-proxy=never"]);
  assertEquals(hang.code, 1);
  assertStringIncludes(hang.stdout, "the Job never ends: main-container waits for ever");
  for (
    const [expected, args, says, stdin] of [
      [2, ["no-such.yaml"], "cannot read no-such.yaml"],
      [2, ["-"], "holds no pod"],
      [2, ["-"], "is no YAML", "a: b: c"],
      [2, [JOB, "--ready", "cloud-sql-prox=1s"], "did you mean cloud-sql-proxy?"],
      [2, [JOB, "--name", "other"], "holds no pod of the name other"],
      [125, [JOB, "--seeds", "1"], "did you mean --seed?"],
      [2, [JOB, "--real"], "/cloud-sql-proxy is not on this machine"],
    ] as const
  ) {
    const { code, stdout, stderr } = await simulate(args, stdin);
    assertEquals([code, stdout], [expected, ""], stderr);
    assertStringIncludes(stderr, says);
  }
});

Deno.test("Ctrl-C during a play with real processes ends them all, and is exit code 130", async () => {
  const mark = `simulated-${crypto.randomUUID()}`;
  const command = `sh -c 'trap "" TERM INT; echo up; while :; do sleep 0.1; : ${mark}; done'`;
  const args = [JOB, "--real", `--with=main-container=${command}`];
  const child = start([...args, `--with=cloud-sql-proxy=${command}`, "--port=9090=1"]);
  await child.stdin.close();
  let printed = "";
  let isSent = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (isSent || !/cloud-sql-proxy {2}up\n/.test(printed)) continue;
    isSent = true;
    child.kill("SIGINT");
  }
  await child.stderr.cancel();
  assertEquals((await child.status).code, 130, printed);
  assertStringIncludes(printed, "interrupted: all processes were killed");
  assertEquals(runningWith(mark), []);
});

Deno.test("a play that its limit cuts off is not said to hang", async () => {
  const args = [JOB, "--ends", "main-container=0@1m", "--limit", "20s"];
  const { code, stdout } = await simulate(args);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "\nthe Job has not ended by the limit, 20s\n");
});
