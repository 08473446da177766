import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { feed } from "../support/feed.ts";
import { someOf } from "../support/whole.ts";

const ROOT = new URL("../../", import.meta.url);
const MAIN = fileURLToPath(new URL("main.ts", ROOT));
const JOB = fileURLToPath(new URL("examples/without-rights.yaml", ROOT));
const PICTURE = fileURLToPath(new URL("docs/pictures/job.svg", ROOT));

/** Runs `koordinator ARGS` from the checkout. */
async function koordinator(
  args: readonly string[],
  { stdin = "", run = ["-A", MAIN] }: {
    readonly stdin?: string;
    readonly run?: readonly string[];
  } = {},
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...run, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return await feed(child, stdin);
}

/** An object with a pod of one container, as JSON, which is YAML. */
function pod(kind: "Pod" | "Job", name: string): string {
  const spec = { containers: [{ name: "a" }] };
  return JSON.stringify({
    apiVersion: kind === "Pod" ? "v1" : "batch/v1",
    kind,
    metadata: { name },
    spec: kind === "Pod" ? spec : { template: { spec } },
  });
}

const THREE = [pod("Pod", "same"), pod("Job", "same"), pod("Job", "other")].join("\n---\n");

Deno.test("the picture of the README's Job is what graph draws of it", async () => {
  const { stdout } = await koordinator(["graph", JOB, "--output", "svg"]);
  const hint =
    "koordinator graph examples/without-rights.yaml --output svg > docs/pictures/job.svg";
  assertEquals(await Deno.readTextFile(PICTURE), stdout, hint);
});

Deno.test("the how-to shows what graph says of the README's Job", async () => {
  const { stdout } = await koordinator(["graph", JOB]);
  const page = await Deno.readTextFile(new URL("docs/how-to/graph.md", ROOT));
  assertStringIncludes(page, `\`\`\`\n${stdout}\`\`\``);
});

Deno.test("standard input is read, and each output is drawn", async () => {
  for (const [output, begin] of [["mermaid", "flowchart"], ["dot", "digraph"], ["svg", "<svg"]]) {
    const { stdout } = await koordinator(["graph", "-", `--output=${output}`], { stdin: THREE });
    assertEquals(stdout.startsWith(begin ?? ""), true, stdout);
  }
});

Deno.test("a name chooses, with the kind where it is not enough; without one all are drawn", async () => {
  const titles = async (...args: readonly string[]) => {
    const { stdout } = await koordinator(["graph", "-", ...args], { stdin: THREE });
    return stdout.split("\n").filter((line) => /^[A-Z]/.test(line));
  };
  assertEquals(await titles(), ["Pod same", "Job same", "Job other"]);
  assertEquals(await titles("--name", "same"), ["Pod same", "Job same"]);
  assertEquals(await titles("--name", "Job/same"), ["Job same"]);
});

const MISTAKES: readonly (readonly [string, readonly string[], string, number, string])[] = [
  ["no file", [], "", 125, "takes one file"],
  ["two files", ["a", "b"], "", 125, "takes one file"],
  ["an output that is none", ["-", "--output", "png"], "", 125, 'is "png", and not one of'],
  ["an option that is none", ["-", "--format", "svg"], "", 125, "no option --format"],
  ["a name that is none", ["-", "--name", "x"], THREE, 125, "Pod/same, Job/same, Job/other"],
  ["a file that is not there", ["/no/such/file"], "", 2, "it does not exist"],
  ["a folder", ["/"], "", 2, "it is a folder"],
  ["nothing to draw", ["-"], "apiVersion: v1\nkind: Service\n", 2, "no pod"],
  ["what is no YAML", ["-"], `${THREE}\n---\na: [1\n`, 2, "standard input:"],
];

for (const [name, args, stdin, code, said] of someOf(MISTAKES, 3)) {
  Deno.test(`${name}: said on stderr, ended with ${code}, and nothing is drawn`, async () => {
    const result = await koordinator(["graph", ...args], { stdin });
    assertEquals([result.code, result.stdout], [code, ""], result.stderr);
    assertStringIncludes(result.stderr, said);
  });
}

/** The YAML parser looks whether it is debugged. */
const YAML_ASKS = ["--allow-env=LOG_TOKENS,LOG_STREAM"];

Deno.test("on an author's machine that is not Linux it draws, and tells its errors, without system calls", async () => {
  const script = `
    Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "darwin" } });
    await import(${JSON.stringify(new URL("main.ts", ROOT).href)});
  `;
  // No foreign functions, no /proc: only the file that it is to draw.
  const shim = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(shim, script);
  const config = fileURLToPath(new URL("deno.json", ROOT));
  const run = [`--config=${config}`, `--allow-read=${JOB}`, ...YAML_ASKS, shim];
  const drawn = await koordinator(["graph", JOB, "--name=example"], { run });
  assertEquals([drawn.code, drawn.stderr], [0, ""]);
  assertStringIncludes(drawn.stdout, "▶ starts once cloud-sql-proxy is ready");
  const wrong = await koordinator(["graph", JOB, "--name=what?"], { run });
  assertEquals([wrong.code, wrong.stdout], [125, ""]);
  assertStringIncludes(wrong.stderr, "koordinator: no pod has the name what?");
  await Deno.remove(shim);
});

Deno.test("graph --help says how it is called", async () => {
  const { code, stdout } = await koordinator(["graph", "--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "koordinator graph FILE");
});
