import { assertEquals } from "@std/assert";
import { filesBelow } from "./support/files_below.ts";

const ROOT = new URL("../", import.meta.url);

interface Import {
  readonly from: string;
  readonly to: string;
  /** Nothing is loaded by it. */
  readonly typeOnly: boolean;
}

/** All TypeScript files below some folders, by path in the repository. */
function modulesBelow(...roots: readonly string[]): readonly string[] {
  return roots.flatMap((root) => [...filesBelow(new URL(root, ROOT))])
    .map(({ href }) => href.slice(ROOT.href.length))
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

/** All relative imports of lib/ and main.ts, or of other files, static and dynamic, by path in the repository. */
async function relativeImports(of?: readonly string[]): Promise<readonly Import[]> {
  const files = of ?? ["main.ts", ...modulesBelow("lib/")];
  const imports: Import[] = [];
  for (const from of files) {
    // Not those of the examples in doc comments.
    const text = (await Deno.readTextFile(new URL(from, ROOT))).replace(/^ *\* .*$/gm, "");
    const statements = text.matchAll(
      /(import type [^;"]*from|from|import)\s*\(?\s*"(\.[^"]*)"/g,
    );
    for (const [, how = "", path = ""] of statements) {
      const to = new URL(path, new URL(from, ROOT)).href.slice(ROOT.href.length);
      imports.push({ from, to, typeOnly: how.startsWith("import type") });
    }
  }
  return imports;
}

function text({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

Deno.test("the supervisor's decisions depend on nothing but the spec, the pod and the exit codes", async () => {
  const allowed = ["lib/supervisor/", "lib/spec/", "lib/pod/", "lib/errors.ts"];
  const outward = (await relativeImports()).filter(({ from, to }) =>
    from.startsWith("lib/supervisor/") && !allowed.some((inner) => to.startsWith(inner))
  );
  assertEquals(outward.map(text), []);
});

Deno.test("what a pod is depends on nothing but the spec", async () => {
  const allowed = ["lib/pod/", "lib/spec/", "lib/errors.ts"];
  const outward = (await relativeImports()).filter(({ from, to }) =>
    from.startsWith("lib/pod/") && !allowed.some((inner) => to.startsWith(inner))
  );
  assertEquals(outward.map(text), []);
});

Deno.test("the API server, processes, probes and the state directory know nothing of each other", async () => {
  const parts = ["kubernetes", "process", "probe", "http", "state_directory"]
    .map((part) => `lib/${part}/`);
  const across = (await relativeImports()).filter(({ from, to }) => {
    const own = parts.find((part) => from.startsWith(part));
    return own !== undefined &&
      parts.some((part) => part !== own && part !== "lib/http/" && to.startsWith(part));
  });
  assertEquals(across.map(text), []);
});

Deno.test("system calls depend on nothing that makes them", async () => {
  const allowed = ["lib/linux/", "lib/spec/signal.ts", "lib/errors.ts"];
  const outward = (await relativeImports()).filter(({ from, to }) =>
    from.startsWith("lib/linux/") && !allowed.includes(to) && !to.startsWith("lib/linux/")
  );
  assertEquals(outward.map(text), []);
});

/** Folders of what is done on the author's machine; the supervisor in a pod loads none of it. */
const AUTHORING = ["manifest", "check", "graph", "simulate", "inject"].map((name) =>
  `lib/${name}/`
);

Deno.test("the supervising side reaches nothing of the authoring side", async () => {
  const imports = await relativeImports();
  const reached = new Set<string>();
  const toVisit = ["lib/cli/run.ts", "lib/cli/probe.ts", "lib/cli/status.ts", "lib/cli/copy.ts"];
  for (let file; (file = toVisit.pop()) !== undefined;) {
    if (reached.has(file)) continue;
    reached.add(file);
    toVisit.push(...imports.filter(({ from }) => from === file).map(({ to }) => to));
  }
  const wrong = [...reached].filter((file) => AUTHORING.some((folder) => file.startsWith(folder)));
  assertEquals(wrong, []);
  assertEquals(reached.has("lib/runtime.ts"), true);
});

Deno.test("tools import nothing of the tests", async () => {
  const outward = (await relativeImports(modulesBelow("tools/"))).filter(({ to }) =>
    to.startsWith("tests/")
  );
  assertEquals(outward.map(text), []);
});

Deno.test("no file of lib/ or tools/ imports itself by way of others, but for types", async () => {
  const files = ["main.ts", ...modulesBelow("lib/", "tools/")];
  const imports = (await relativeImports(files)).filter(({ typeOnly }) => !typeOnly);
  const known = new Map<string, "visiting" | "done">();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (known.get(file) === "done") return;
    if (known.get(file) === "visiting") {
      circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    known.set(file, "visiting");
    for (const { from, to } of imports) if (from === file) visit(to, [...path, file]);
    known.set(file, "done");
  };
  for (const file of files) visit(file, []);
  assertEquals(circles, []);
});

Deno.test("paths are made of URLs by fileURLToPath, so that a folder may have a space in its name", async () => {
  const files = modulesBelow("tools/", "tests/");
  const wrong: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    if (/import\.meta\.url\)\s*\.pathname/.test(text)) wrong.push(file);
  }
  assertEquals(wrong, []);
});

Deno.test("only the command line imports the runtime", async () => {
  const others = (await relativeImports()).filter(({ from, to }) =>
    to === "lib/runtime.ts" && !from.startsWith("lib/cli/") && from !== "main.ts"
  );
  assertEquals(others.map(text), []);
});

Deno.test("the runtime takes nothing of the world but what its ports give", async () => {
  const files = ["lib/runtime.ts", "lib/perform.ts"].map((file) => new URL(file, ROOT));
  const text = (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join("\n");
  const values = [...text.matchAll(/^import (?!type )[\s\S]*?from "(.*)";$/gm)]
    .map(([, path = ""]) => path);
  const allowed = /^\.\/(supervisor\/|perform\.ts$|errors\.ts$)/;
  assertEquals(values.filter((path) => !allowed.test(path)), []);
  assertEquals(
    text.match(/\b(Deno|Date\.now|new Date\(\)|performance|setTimeout|setInterval|import\()/g),
    null,
  );
});

const ARCHITECTURE = new URL("docs/explanation/architecture.md", ROOT);

Deno.test("the architecture page says which folders each folder imports", async () => {
  const folderOf = (path: string) => /^lib\/([^/]+)\/./.exec(path)?.[1];
  const imported = new Map<string, Set<string>>();
  for (const { from, to } of await relativeImports()) {
    const [own, other] = [folderOf(from), folderOf(to)];
    if (own === undefined) continue;
    const others = imported.get(own) ?? new Set();
    imported.set(own, others);
    if (other !== undefined && other !== own) others.add(other);
  }
  const page = await Deno.readTextFile(ARCHITECTURE);
  const table = /\n\| folder of [\s\S]*?\n\n/.exec(page)?.[0] ?? "";
  const rows = [...table.matchAll(/^\| `(\w+)`[^|]*\|[^|]*\|([^|]*)\|$/gm)].map((
    [, folder = "", others = ""],
  ) => [folder, [...others.matchAll(/`(\w+)`/g)].map(([, other]) => other).sort()]);
  const folders = [...imported].map(([folder, others]) => [folder, [...others].sort()]);
  assertEquals(rows.sort(), folders.sort());
});

Deno.test("the architecture page has a line for every file of lib/", async () => {
  const page = await Deno.readTextFile(ARCHITECTURE);
  const listed: string[] = [];
  let folder: string | undefined;
  for (const line of page.split("\n")) {
    folder = /^\| `(lib\/(?:\w+\/)*)` /.exec(line)?.[1] ?? (line === "" ? undefined : folder);
    const file = /^\| `(\w+\.ts)` /.exec(line)?.[1];
    if (file !== undefined && folder !== undefined) listed.push(`${folder}${file}`);
  }
  assertEquals(listed.sort(), modulesBelow("lib/"));
});

Deno.test("no command is started by Deno, which would give it koordinator's own environment", async () => {
  const files = new Set((await relativeImports()).map(({ from }) => from));
  const starting = [...files].filter((file) =>
    !file.startsWith("lib/simulate/") &&
    Deno.readTextFileSync(new URL(file, ROOT)).includes("Deno.Command")
  );
  assertEquals(starting, []);
});
