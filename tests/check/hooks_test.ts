/** What other programs run: the GitHub Action and the pre-commit hooks. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { parse } from "yaml";
import { blocksOf } from "../docs/pages.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

const GOOD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n";
const WARNING = GOOD.replace("spec:", "# koordinator-ignore: cycle not here\nspec:");

/** A folder with a Deno on its own path, and some files. */
async function workplace(files: Readonly<Record<string, string>>) {
  const folder = await Deno.makeTempDir({ prefix: "a space " });
  await Deno.mkdir(`${folder}/bin`);
  await Deno.symlink(Deno.execPath(), `${folder}/bin/deno`);
  await Deno.mkdir(`${folder}/deploy/deep`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return {
    folder,
    run: async (program: string, args: readonly string[], env: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args],
        cwd: folder,
        env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}`, ...env },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const Action = v.object({
  inputs: v.record(v.string(), v.object({ default: v.optional(v.string()) })),
  runs: v.object({
    steps: v.array(v.object({
      run: v.optional(v.string()),
      env: v.optional(v.record(v.string(), v.string())),
    })),
  }),
});

/** Runs the action's own step, as its runner does. */
async function runAction(
  files: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
) {
  const action = v.parse(Action, parse(await read("action.yml")));
  const step = action.runs.steps.find(({ run }) => run !== undefined);
  await using place = await workplace(files);
  const env = Object.fromEntries(
    Object.entries(step?.env ?? {}).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value)?.[1] ?? "";
      return [name, inputs[input] ?? action.inputs[input]?.default ?? ""];
    }),
  );
  const output = `${place.folder}/output`;
  await Deno.writeTextFile(output, "");
  const ended = await place.run("bash", [
    "--noprofile",
    "--norc",
    "-eo",
    "pipefail",
    "-c",
    step?.run ?? "exit 99",
  ], {
    ...env,
    GITHUB_ACTION_PATH: fileURLToPath(ROOT).replace(/\/$/, ""),
    GITHUB_OUTPUT: output,
    RUNNER_TEMP: place.folder,
  });
  const [, file] = /^file=(.*)$/m.exec(await Deno.readTextFile(output)) ?? [];
  return { ...ended, file: file === undefined ? undefined : await Deno.readTextFile(file) };
}

Deno.test("the action passes where nothing is wrong", async () => {
  const { code, stdout, stderr } = await runAction({ "a.yaml": GOOD }, { files: "*.yaml" });
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("the action annotates what is wrong, and fails where it is strict", async () => {
  const files = { "deploy/a b.yaml": WARNING, "deploy/deep/b.yaml": WARNING };
  const { code, stdout } = await runAction(files, { files: "deploy/**/*.yaml", strict: "true" });
  assertEquals(code, 1);
  assertStringIncludes(stdout, "::warning file=deploy/a b.yaml,line=4,");
  assertStringIncludes(stdout, "::warning file=deploy/deep/b.yaml,line=4,");
});

Deno.test("the action writes SARIF to a file that it names", async () => {
  const { code, file } = await runAction({ "a.yaml": WARNING }, {
    files: "a.yaml",
    output: "sarif",
    strict: "true",
  });
  assertEquals(code, 1);
  assertStringIncludes(file ?? "", '"ruleId": "unused-ignore"');
});

Deno.test("the action fails where its patterns match no file", async () => {
  const { code, stderr } = await runAction({}, { files: "deploy/*.json" });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "cannot read deploy/*.json: it does not exist");
});

const Hooks = v.array(v.object({
  id: v.string(),
  entry: v.string(),
  language: v.picklist(["system", "script"]),
}));

Deno.test("each pre-commit hook calls koordinator check, and passes files without pods", async () => {
  const hooks = v.parse(Hooks, parse(await read(".pre-commit-hooks.yaml")));
  const page = await read("docs/how-to/check.md");
  assertEquals(hooks.map(({ id }) => page.includes(`\`${id}\``)), [true, true]);
  await using place = await workplace({
    "good.yaml": GOOD,
    "values.yaml": "a: 1\n",
    "bad.yaml": GOOD.replace("spec:", "spec: {containers: 1}\nx:"),
  });
  for (const { entry, language } of hooks) {
    const [program = "", ...args] = entry.split(" ");
    const [command, ...first] = language === "script"
      ? [fileURLToPath(new URL(program, ROOT)), ...args]
      : [Deno.execPath(), "run", "--quiet", "-A", fileURLToPath(new URL("main.ts", ROOT)), ...args];
    const passing = await place.run(command, [...first, "good.yaml", "values.yaml"]);
    assertEquals([passing.code, passing.stderr], [0, ""]);
    assertEquals((await place.run(command, [...first, "values.yaml"])).code, 0);
    assertEquals((await place.run(command, [...first, "bad.yaml"])).code, 1);
  }
});

Deno.test("what the how-to has people write names an input of the action, and a hook", async () => {
  const page = { path: "", text: await read("docs/how-to/check.md") };
  const [workflow, hooks] = blocksOf(page).filter(({ language }) => language === "yml")
    .map(({ text }): unknown => parse(text));
  const Workflow = v.object({
    jobs: v.object({
      check: v.object({
        steps: v.array(v.object({ with: v.optional(v.record(v.string(), v.unknown())) })),
      }),
    }),
  });
  const { jobs: { check: { steps } } } = v.parse(Workflow, workflow);
  const { inputs } = v.parse(Action, parse(await read("action.yml")));
  const given = steps.flatMap((step) => Object.keys(step.with ?? {}));
  assertEquals(given.filter((name) => inputs[name] === undefined), []);
  const Config = v.object({
    repos: v.array(v.object({ hooks: v.array(v.object({ id: v.string() })) })),
  });
  const asked = v.parse(Config, hooks).repos.flatMap((repo) => repo.hooks.map(({ id }) => id));
  const known = v.parse(Hooks, parse(await read(".pre-commit-hooks.yaml"))).map(({ id }) => id);
  assertEquals(asked.filter((id) => !known.includes(id)), []);
});
