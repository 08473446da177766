import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { parse, parseAllDocuments } from "yaml";
import { SPEC_KEYS } from "../../lib/spec/schema.ts";
import { blocksOf } from "./pages.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const readme = { path: "README.md", text: await read("README.md") };

const Pod = v.object({ spec: v.object({ containers: v.array(v.looseObject({})) }) });
const Job = v.object({ spec: v.object({ template: Pod }) });
const Command = v.looseObject({ name: v.string(), command: v.array(v.string()) });

/** Both sides of a diff, as YAML. */
function sidesOf(diff: string) {
  const side = (mark: string) =>
    diff.split("\n").filter((line) => line.startsWith(mark) || line.startsWith(" "))
      .map((line) => line.slice(1)).join("\n");
  return { before: v.parse(Pod, parse(side("-"))), after: v.parse(Pod, parse(side("+"))) };
}

/** Whether all that the part has is in the whole; lists that hold names are compared name by name. */
function isPart(part: unknown, whole: unknown): boolean {
  if (typeof part !== "object" || part === null) return part === whole;
  if (typeof whole !== "object" || whole === null) return false;
  if (Array.isArray(part)) {
    if (!Array.isArray(whole)) return false;
    const named = v.is(v.array(v.looseObject({ name: v.string() })), part);
    return named
      ? part.every((item) => whole.some((other) => isPart(item, other)))
      : part.length === whole.length && part.every((item, at) => isPart(item, whole[at]));
  }
  const others = new Map<string, unknown>(Object.entries(whole));
  return Object.entries(part).every(([key, value]) => isPart(value, others.get(key)));
}

Deno.test("what the README's diff adds to a Job is what the complete manifest has", async () => {
  const diff = blocksOf(readme).find(({ language }) => language === "diff")?.text ?? "";
  const { before, after } = sidesOf(diff);
  const job = v.parse(Job, parse(await read("examples/without-rights.yaml")));
  assert(isPart(after, job.spec.template), JSON.stringify(after));
  const commands = (pod: v.InferOutput<typeof Pod>) =>
    pod.spec.containers.map((container) => v.parse(Command, container).command);
  assertEquals(
    commands(after),
    commands(before).map((command) => ["/koordinator/koordinator", ...command]),
  );
});

Deno.test("the README's diff names every variable of koordinator's that the complete manifest has", async () => {
  const diff = blocksOf(readme).find(({ language }) => language === "diff")?.text ?? "";
  const variables = (text: string) => text.match(/\bKOORDINATOR_\w+/g) ?? [];
  assertEquals(variables(diff), variables(await read("examples/without-rights.yaml")));
});

Deno.test("the rights to apply are those of the complete example", async () => {
  const [rights, job] = await Promise.all(["examples/rbac.yaml", "examples/job.yaml"].map(read));
  const objects = (text = "") => parseAllDocuments(text).map((document) => document.toJS());
  assertEquals(objects(rights), objects(job).slice(0, -1));
});

Deno.test("the first command that ends with `demo` comes before the first that ends with `test`", () => {
  const commands = blocksOf(readme).flatMap(({ text }) => text.trim().split("\n"));
  const first = (word: string) => commands.findIndex((line) => line.endsWith(` ${word}`));
  assert(first("demo") >= 0 && first("demo") < first("test"));
  const ending = commands.filter((line) => / task (demo|test)$/.test(line));
  assertEquals(ending.length, 2);
});

Deno.test("the reference's table names every key of the spec, and no other", async () => {
  const reference = await read("docs/reference/spec.md");
  const section = /## Keys\n([\s\S]*?)\n## /.exec(reference)?.[1] ?? "";
  const keys = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
  assertEquals(keys.toSorted(), SPEC_KEYS.toSorted());
});
