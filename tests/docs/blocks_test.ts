import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { parseAllDocuments } from "yaml";
import { parseSpec } from "../../lib/spec/parse.ts";
import { blocksOf, type Page, prose, readPages } from "./pages.ts";

const SPEC_VARIABLE = /^KO{2,3}RDINATOR_SPEC$/;
const Variable = v.object({ name: v.pipe(v.string(), v.regex(SPEC_VARIABLE)), value: v.string() });

function faultOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Every value of a variable that holds a spec, wherever it stands. */
function specsIn(value: unknown): readonly string[] {
  if (v.is(Variable, value)) return [v.parse(Variable, value).value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(specsIn);
}

async function faultsOf(
  check: (page: Page) => readonly (readonly [line: number, fault: string | undefined])[],
): Promise<readonly string[]> {
  return (await readPages()).flatMap((page) =>
    check(page).flatMap(([line, fault]) =>
      fault === undefined ? [] : [`${page.path}:${line}: ${fault}`]
    )
  );
}

Deno.test("every manifest on a page is YAML, and every spec in it is one", async () => {
  const faults = await faultsOf((page) =>
    blocksOf(page).filter(({ language }) => language === "yaml").flatMap(({ text, line }) =>
      parseAllDocuments(text).flatMap((document) => [
        ...document.errors.map(({ message }) => [line, message] as const),
        ...specsIn(document.toJS()).map((spec) =>
          [line, faultOf(() => parseSpec(spec, "KOORDINATOR_SPEC"))] as const
        ),
      ])
    )
  );
  assertEquals(faults, []);
});

Deno.test("every block of JSON on a page is JSON, as a whole or line by line", async () => {
  const faults = await faultsOf((page) =>
    blocksOf(page).filter(({ language }) => language === "json").flatMap(({ text, line }) =>
      faultOf(() => JSON.parse(text)) === undefined
        ? []
        : text.trim().split("\n").map((each, at) =>
          [line + at + 1, faultOf(() => JSON.parse(each))] as const
        )
    )
  );
  assertEquals(faults, []);
});

Deno.test("every task that a page calls is one of deno.json", async () => {
  const config = v.parse(
    v.object({ tasks: v.record(v.string(), v.string()) }),
    JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))),
  );
  const faults = (await readPages()).filter(({ path }) => path !== "CHANGELOG.md").flatMap((page) =>
    [...`${prose(page)}\n${blocksOf(page).map(({ text }) => text).join("\n")}`
      .matchAll(/deno(?:@[\d.]+)? task ([a-z][\w-]*)/g)]
      .flatMap(([, task = ""]) => config.tasks[task] === undefined ? [`${page.path}: ${task}`] : [])
  );
  assertEquals(faults, []);
});
