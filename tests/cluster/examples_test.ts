/** Every manifest of the documentation, applied as it stands there. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { onPath } from "../../tools/e2e/output.ts";
import { clusterTest, container, eventually, terminated, type Unless } from "./support/cluster.ts";
import { readPages } from "../docs/pages.ts";
import { example } from "./support/manifests.ts";
import { PLAYED } from "./support/tasks.ts";

interface Expected {
  readonly file: string;
  readonly phase: "Succeeded" | "Failed";
  /** Exit codes by container. */
  readonly codes: Readonly<Record<string, number>>;
  /** What a container's log has. */
  readonly says?: readonly [container: string, text: string];
  /** When it cannot be applied. */
  readonly unless?: Unless;
}

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
  {
    file: "without-rights.yaml",
    phase: "Succeeded",
    codes: { "cloud-sql-proxy": 0, "main-container": 0 },
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
  { file: "deliver-read-only.yaml", ...DELIVERED },
  {
    file: "deliver-copy-from.yaml",
    ...DELIVERED,
    unless: { skipped: await onPath("buildah") ? undefined : "apt-get install buildah" },
  },
  { file: "deliver-image-volume.yaml", ...DELIVERED, unless: { needs: ["image volumes"] } },
  {
    file: "native-sidecar.yaml",
    phase: "Succeeded",
    codes: { main: 0 },
    says: ["main", "ok"],
    unless: { needs: ["native sidecars"] },
  },
];

for (const { file, phase, codes, says, unless } of EXPECTED) {
  clusterTest(`examples/${file} does what its page says`, async (ns) => {
    await ns.apply(...await example(ns, undefined, file));
    const ended = await ns.ended();
    assertEquals(ended.status.phase, phase);
    for (const [name, code] of Object.entries(codes)) {
      assertEquals(terminated(ended, name)?.exitCode, code, name);
    }
    if (says === undefined) return;
    assertStringIncludes(await ns.logs(ended.metadata.name, says[0]), says[1]);
  }, unless);
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

clusterTest(
  "while a command is held back the event of its probe says what is missing",
  async (ns) => {
    // The kubelet may ask its first probe seconds after the start.
    const idle = { args: ["trap 'exit 0' TERM; while :; do sleep 0.1; done"] };
    const withoutPort = await example(
      ns,
      (container) => container.name === "database" ? { ...container, ...idle } : container,
      "probe.yaml",
    );
    await ns.apply(...withoutPort);
    const missing = /the command is waiting for tcp 127\.0\.0\.1:5432 \(/;
    const path = "jsonpath={range .items[?(@.reason=='Unhealthy')]}{.message}{end}";
    let told = "";
    await eventually("the event", async () => {
      told = await ns.kubectl(["get", "events", "-o", path]);
      return missing.test(told);
    }, () => told);
  },
);

/** Played by tests of their own; the daemon of the first needs its image. */
const ELSEWHERE = [
  "docker-in-docker.yaml",
  "first.yaml",
  "gitlab-runner.yaml",
  "job.yaml",
  "nginx.yaml",
  "ordered-termination.yaml",
  "pod-failure-policy.yaml",
  "rbac.yaml",
  "deliver-copy-from.Containerfile",
];

Deno.test("every example is played, and stands on a page of the documentation", async () => {
  const root = new URL("../../", import.meta.url);
  const played = [...EXPECTED, ...PLAYED].map(({ file }) => file);
  const files = [...Deno.readDirSync(new URL("examples/", root))].map(({ name }) => name);
  assertEquals(files.toSorted(), [...played, ...ELSEWHERE].toSorted());
  const pages = await readPages();
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(`examples/${file}`, root));
    const shown = pages.some((page) =>
      page.text.includes(text) || page.text.includes(`examples/${file})`)
    );
    assert(shown, file);
  }
});
