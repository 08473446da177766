/** Every manifest of the documentation, applied as it stands there. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { onPath } from "../../tools/e2e/output.ts";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { example } from "./support/manifests.ts";

interface Expected {
  readonly file: string;
  readonly phase: "Succeeded" | "Failed";
  /** Exit codes by container. */
  readonly codes: Readonly<Record<string, number>>;
  /** What a container's log has. */
  readonly says?: readonly [container: string, text: string];
  /** Why it cannot be applied here. */
  readonly skipped?: string | undefined;
}

/** The page of an example, where it does not have the example's name. */
const PAGES = new Map([
  ["deliver-init-container.yaml", "deliver"],
  ["deliver-copy-from.yaml", "deliver"],
  ["deliver-copy-from.Containerfile", "deliver"],
  ["deliver-image-volume.yaml", "deliver"],
]);

const DELIVERED = {
  phase: "Succeeded",
  codes: { server: 0, client: 0 },
  says: ["client", "the server is there"],
} as const;

const EXPECTED: readonly Expected[] = [
  {
    file: "start-conditions.yaml",
    phase: "Succeeded",
    codes: { migration: 0, app: 0 },
    says: ["app", "the schema is there"],
  },
  {
    file: "wait-without-api.yaml",
    phase: "Succeeded",
    codes: { client: 0 },
    says: ["client", "ok"],
  },
  {
    file: "stop-conditions.yaml",
    phase: "Succeeded",
    codes: { producer: 0, consumer: 0, queue: 0 },
  },
  {
    file: "stop-actions.yaml",
    phase: "Succeeded",
    codes: { main: 0, "by-signal": 0, "by-program": 0 },
    says: ["by-signal", "drained"],
  },
  { file: "after-exit.yaml", phase: "Succeeded", codes: { mesh: 0, main: 0 } },
  { file: "restart.yaml", phase: "Succeeded", codes: { main: 0 }, says: ["main", "run 3"] },
  { file: "exit-codes.yaml", phase: "Succeeded", codes: { main: 0 } },
  {
    file: "probe.yaml",
    phase: "Succeeded",
    codes: { server: 0, client: 0 },
    says: ["client", "the server is ready"],
  },
  {
    file: "off-switch.yaml",
    phase: "Succeeded",
    codes: { main: 0 },
    says: ["main", "launched at once"],
  },
  { file: "deliver-init-container.yaml", ...DELIVERED },
  {
    file: "deliver-copy-from.yaml",
    ...DELIVERED,
    skipped: await onPath("buildah") ? undefined : "apt-get install buildah",
  },
  { file: "deliver-image-volume.yaml", ...DELIVERED },
  { file: "native-sidecar.yaml", phase: "Succeeded", codes: { main: 0 }, says: ["main", "ok"] },
];

for (const { file, phase, codes, says, skipped } of EXPECTED) {
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;
  clusterTest(`examples/${file} does what its page says${reason}`, async (ns) => {
    await ns.apply(...await example(ns, undefined, file));
    const ended = await ns.ended();
    assertEquals(ended.status.phase, phase);
    for (const [name, code] of Object.entries(codes)) {
      assertEquals(terminated(ended, name)?.exitCode, code, name);
    }
    if (says === undefined) return;
    assertStringIncludes(await ns.logs(ended.metadata.name, says[0]), says[1]);
  }, skipped !== undefined);
}

clusterTest("examples/ordered-termination.yaml does what its page says", async (ns) => {
  await ns.apply(...await example(ns, undefined, "ordered-termination.yaml"));
  const { object } = await ns.until(
    "the shipper runs",
    ({ object }) => container(object, "shipper")?.state.running !== undefined,
  );
  const log = await ns.logs(object.metadata.name, "shipper", "--follow");
  assertStringIncludes(log, "last line");
});

Deno.test("every example is applied, and stands on a page of the documentation", async () => {
  const root = new URL("../../", import.meta.url);
  const tested = [
    "job.yaml",
    "ordered-termination.yaml",
    "deliver-copy-from.Containerfile",
    ...EXPECTED.map(({ file }) => file),
  ];
  const files = [...Deno.readDirSync(new URL("examples/", root))].map(({ name }) => name);
  assertEquals(files.sort(), tested.sort());
  for (const file of files.filter((name) => name !== "job.yaml")) {
    const name = PAGES.get(file) ?? file.replace(".yaml", "");
    const page = new URL(`docs/how-to/${name}.md`, root);
    const text = await Deno.readTextFile(page);
    assert(
      text.includes(await Deno.readTextFile(new URL(`examples/${file}`, root))),
      page.pathname,
    );
  }
});
