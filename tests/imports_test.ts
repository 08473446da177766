import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

interface Import {
  readonly from: string;
  readonly to: string;
}

/** All relative imports of lib/ and main.ts, static and dynamic, by path in the repository. */
async function relativeImports(): Promise<readonly Import[]> {
  const files = ["main.ts"];
  const folders = ["lib/"];
  for (let folder; (folder = folders.pop()) !== undefined;) {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory) folders.push(`${folder}${name}/`);
      else if (name.endsWith(".ts")) files.push(`${folder}${name}`);
    }
  }
  const imports: Import[] = [];
  for (const from of files) {
    const text = await Deno.readTextFile(new URL(from, ROOT));
    for (const [, path = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]*)"/g)) {
      const to = new URL(path, new URL(from, ROOT)).href.slice(ROOT.href.length);
      imports.push({ from, to });
    }
  }
  return imports;
}

function text({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

Deno.test("the supervisor's decisions depend on nothing but the spec and the exit codes", async () => {
  const allowed = ["lib/supervisor/", "lib/spec/", "lib/errors.ts"];
  const outward = (await relativeImports()).filter(({ from, to }) =>
    from.startsWith("lib/supervisor/") && !allowed.some((inner) => to.startsWith(inner))
  );
  assertEquals(outward.map(text), []);
});

Deno.test("the API server, processes, probes and siblings know nothing of each other", async () => {
  const parts = ["kubernetes", "process", "probe", "siblings"].map((part) => `lib/${part}/`);
  const across = (await relativeImports()).filter(({ from, to }) => {
    const own = parts.find((part) => from.startsWith(part));
    return own !== undefined && parts.some((part) => part !== own && to.startsWith(part));
  });
  assertEquals(across.map(text), []);
});

Deno.test("only the command line imports the runtime", async () => {
  const others = (await relativeImports()).filter(({ from, to }) =>
    to === "lib/runtime.ts" && !from.startsWith("lib/cli/") && from !== "main.ts"
  );
  assertEquals(others.map(text), []);
});

Deno.test("the README's example is examples/job.yaml", async () => {
  const [readme, example] = await Promise.all(
    ["README.md", "examples/job.yaml"].map((path) => Deno.readTextFile(new URL(path, ROOT))),
  );
  const block = /```yaml\n([\s\S]*?)```/.exec(readme ?? "")?.[1];
  assertEquals(block, example);
});

Deno.test("the README's spec table names every key of the spec, and no other", async () => {
  const { SPEC_KEYS } = await import("../lib/spec/schema.ts");
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const section = /## The spec\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? "";
  const keys = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
  assertEquals(keys.toSorted(), SPEC_KEYS.toSorted());
});
