import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { feed } from "../support/feed.ts";
import { someOf } from "../support/whole.ts";

const ROOT = new URL("../../", import.meta.url);
const MAIN = fileURLToPath(new URL("main.ts", ROOT));

/**
 * Runs `koordinator check` from the checkout, where system calls are denied: so it runs on other systems
 * than Linux too.
 */
async function check(args: readonly string[], stdin = "", permissions: readonly string[] = []) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--deny-ffi",
      ...permissions,
      MAIN,
      "check",
      ...args,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return await feed(child, stdin);
}

const GOOD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n";
const WARNING = GOOD.replace("spec:", "# koordinator-ignore: cycle not here\nspec:");
const ERROR = GOOD.replace(
  "name: a",
  "name: a, command: [app], env: [{name: KOORDINATOR_SPEC, value: '{'}]",
);

/** What is given, and the exit code with what stands on stdout and stderr. */
const CALLS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}[] = [
  { name: "nothing wrong", args: ["-"], stdin: GOOD, code: 0, stdout: "nothing found in 1 pod" },
  { name: "a warning", args: ["-"], stdin: WARNING, code: 0, stdout: "4:1: warning: cycle finds" },
  { name: "a warning, strictly", args: ["--strict", "-"], stdin: WARNING, code: 1 },
  { name: "an error", args: ["-"], stdin: ERROR, code: 1, stdout: "[not-in-front]" },
  {
    name: "an error for GitHub",
    args: ["-", "--output", "github"],
    stdin: ERROR,
    code: 1,
    stdout: "::error file=standard input,line=4,",
  },
  {
    name: "an error as JSON",
    args: ["-", "--output=json"],
    stdin: ERROR,
    code: 1,
    stdout: '"rule": "not-in-front"',
  },
  {
    name: "an error as SARIF",
    args: ["-", "--output=sarif"],
    stdin: ERROR,
    code: 1,
    stdout: '"ruleId": "not-in-front"',
  },
  { name: "no YAML", args: ["-"], stdin: "a: [", code: 2, stdout: "1:5: error: no YAML" },
  {
    name: "no YAML beside a pod",
    args: ["-"],
    stdin: `${GOOD}---\na: [`,
    code: 2,
    stdout: "not everything could be read",
  },
  {
    name: "nothing",
    args: ["-"],
    code: 2,
    stderr: "no pod was found, so nothing was checked: standard input: no object of Kubernetes",
  },
  {
    name: "an object without a pod",
    args: ["-"],
    stdin: "kind: ConfigMap\n",
    code: 2,
    stdout: "nothing was checked: 0 pods",
    stderr: "standard input: only ConfigMap",
  },
  {
    name: "an object without a pod, which is allowed",
    args: ["--allow-no-pods", "-"],
    stdin: "kind: ConfigMap\n",
    code: 0,
  },
  {
    name: "a file that is not there",
    args: ["no-such.yaml"],
    code: 2,
    stderr: "it does not exist",
  },
  { name: "a folder", args: ["docs"], code: 2, stderr: "cannot read docs: it is a folder" },
  {
    name: "what never becomes ready",
    args: ["--ready=cloud-sql-proxy=never", "examples/without-rights.yaml"],
    code: 1,
    stdout: "[hang]",
  },
  {
    name: "the same without exploration",
    args: ["--no-explore", "--ready", "cloud-sql-proxy=never", "examples/without-rights.yaml"],
    code: 0,
  },
  {
    name: "a container that is not there",
    args: ["--server", "proxi", "examples/without-rights.yaml"],
    code: 125,
    stderr: 'no pod has a container "proxi"',
  },
  {
    name: "a time where every order is gone through",
    args: ["--slow", "main-container=3s", "examples/without-rights.yaml"],
    code: 125,
    stderr: "play one order with koordinator simulate",
  },
  {
    name: "an exit code that is none",
    args: ["--ends", "a=256", "-"],
    code: 125,
    stderr: "--ends a",
  },
  { name: "no number of states", args: ["--limit", "many", "-"], code: 125, stderr: "--limit is" },
  {
    name: "few states",
    args: ["--limit", "10", "examples/without-rights.yaml"],
    code: 0,
    stdout: "too many orders of events for all",
  },
  { name: "--help", args: ["--help"], code: 0, stdout: "koordinator check FILE..." },
  { name: "no file", args: [], code: 125, stderr: "takes files of manifests" },
  { name: "an unknown option", args: ["--foo", "-"], code: 125, stderr: "has no option --foo" },
  {
    name: "an unknown output",
    args: ["--output", "xml", "-"],
    code: 125,
    stderr: "not one of text",
  },
  {
    name: "a file behind --",
    args: ["--", "examples/job.yaml", "examples/rbac.yaml"],
    code: 0,
    stdout: "in 1 pod of 2 files",
  },
];

for (const { name, args, stdin, code, ...said } of someOf(CALLS, 3)) {
  Deno.test(`check ends with ${code} for ${name}`, async () => {
    const run = await check(args, stdin);
    assertEquals(run.code, code, run.stderr);
    assertStringIncludes(run.stdout, said.stdout ?? "");
    assertStringIncludes(run.stderr, said.stderr ?? "");
    if (said.stderr === undefined) assertEquals(run.stderr, "");
  });
}

Deno.test("the how-to shows what check says of an example, and of one that hangs", async () => {
  const page = await Deno.readTextFile(new URL("docs/how-to/check.md", ROOT));
  const example = "examples/without-rights.yaml";
  for (const args of [[example], [example, "--ready", "cloud-sql-proxy=never"]]) {
    assertStringIncludes(page, `\`\`\`\n${(await check(args)).stdout}\`\`\``);
  }
});

Deno.test("the stories are drawn one below the other, and nothing where there is none", async () => {
  const folder = await Deno.makeTempDir();
  const picture = `${folder}/a picture.svg`;
  const args = ["examples/without-rights.yaml", "--picture", picture];
  const may = [`--allow-write=${folder}`];
  const good = await check(args, "", may);
  assertEquals(good.code, 0);
  assertStringIncludes(good.stderr, "there is no story to draw");
  const bad = ["--ready", "cloud-sql-proxy=never", "--slow", "cloud-sql-proxy=never"];
  assertEquals((await check([...args, ...bad], "", may)).code, 1);
  const svg = await Deno.readTextFile(picture);
  for (const what of ["the pod never ends", "cloud-sql-proxy has to be killed", "pod deleted"]) {
    assertStringIncludes(svg, what);
  }
  const nowhere = await check([...args.slice(0, 2), `${folder}/no/where.svg`, ...bad], "", may);
  assertEquals(nowhere.code, 125);
  await Deno.remove(folder, { recursive: true });
});
