/** KEP-5532 with real processes: an end that a rule with the action RestartAllContainers answers. */
import { assertEquals } from "@std/assert";
import { assertOrder, played, pod } from "./support/real_pod.ts";

const ALL = {
  restartPolicy: "Never",
  restartPolicyRules: [{
    action: "RestartAllContainers",
    exitCodes: { operator: "In", values: [88] },
  }],
};

/** Says that it runs, and ends with 88 the first time. */
function onceMore(folder: string): string {
  return `echo up; test -e '${folder}/again' && exit 0; touch '${folder}/again'; exit 88`;
}

const WILLING = "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done";

Deno.test("with real processes all containers are ended without a word and started anew", async () => {
  const folder = await Deno.makeTempDir();
  const runs = `test -e '${folder}/again' && exit 0; trap '' TERM; touch '${folder}/runs'; ` +
    "while :; do sleep 0.1; done";
  const waits = `while ! test -e '${folder}/runs'; do sleep 0.1; done; `;
  const play = pod([
    { name: "main", script: waits + onceMore(folder), more: ALL },
    { name: "other", script: runs },
  ], {
    init: [
      { name: "setup", script: "echo prepares" },
      { name: "sidecar", script: WILLING, more: { restartPolicy: "Always" } },
    ],
  });
  const { outcome, kinds, said } = await played(play);
  assertEquals(outcome, { good: true, what: "the pod has succeeded" }, said.join("\n"));
  assertOrder(
    said,
    "prepares",
    "ends with exit code 88",
    "ends all containers, to start them anew",
    "kills other: all containers are to run again",
    "all have ended: starts them anew, init containers first",
    "prepares",
    "up",
  );
  assertOrder(kinds, "main ended", "other killed", "other ended", "main launched", "main ended");
  assertOrder(kinds, "main ended", "sidecar killed", "sidecar ended", "sidecar launched");
  await Deno.remove(folder, { recursive: true });
});

for (const token of [true, false]) {
  const by = token ? "the API server" : "the state directory";
  Deno.test(`with real processes nobody takes what a restart of all left for an end, by ${by}`, async () => {
    const folder = await Deno.makeTempDir();
    const mount = { volumeMounts: [{ name: "koordinator", mountPath: "/koordinator" }] };
    const play = pod([
      {
        ...{ name: "proxy", script: WILLING },
        spec: { stopDeps: ["main"], readiness: { exec: ["true"] } },
        more: { ...mount, ...token ? { readinessProbe: { exec: { command: ["true"] } } } : {} },
      },
      {
        ...{ name: "main", script: onceMore(folder), spec: { startDeps: ["proxy"] } },
        more: { ...mount, ...ALL },
      },
    ], {
      init: [{
        ...{ name: "koordinator", script: "" },
        more: {
          ...mount,
          image: "koordinator",
          command: undefined,
          args: ["/koordinator"],
        },
      }],
      token,
      volumes: token ? [] : [{ name: "koordinator", emptyDir: {} }],
    });
    const { outcome, kinds, said } = await played(play);
    assertEquals(outcome, { good: true, what: "the pod has succeeded" }, said.join("\n"));
    assertOrder(kinds, "main launched", "main ended", "proxy killed", "main held");
    const anew = kinds.slice(kinds.lastIndexOf("main held"));
    assertOrder(anew, "proxy ready", "main launched", "main ended", "proxy ended");
    // In the state directory main's supervisor tells of its end, and is then seen to end itself.
    const before = token ? "main ended" : "main launched";
    assertOrder(anew, "proxy ready", before, "proxy stopping", "proxy ended");
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("with real processes a pod that is deleted while all restart is not started anew", async () => {
  const play = pod([
    { name: "main", script: "exit 88", more: ALL },
    { name: "other", script: WILLING },
  ]);
  const { outcome, said } = await played(
    play,
    ({ text }) => text === "ends all containers, to start them anew",
  );
  assertEquals(outcome.good, true, said.join("\n"));
  assertEquals(said.some((text) => text.startsWith("all have ended")), false, said.join("\n"));
});
