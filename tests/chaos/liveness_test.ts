/** Containers that their liveness probe restarts: nobody takes that for an end, or for a start. */
import { assert, assertEquals } from "@std/assert";
import { clusterTest, container, terminated } from "../cluster/support/cluster.ts";
import { pod, ROLE } from "../cluster/support/manifests.ts";

/** Fails at once where the file is there. */
const HEALTHY = {
  livenessProbe: {
    exec: { command: ["test", "!", "-e", "/koordinator/sick"] },
    periodSeconds: 1,
    failureThreshold: 1,
  },
};

/** With a folder that cannot be there as state directory, only the API server tells. */
const SOURCES = [
  ["the state directory and the API server", {}],
  ["the API server alone", { KOORDINATOR_STATE_DIR: "/proc/none" }],
] as const;

/** The variables of a container, its spec among them. */
function env(spec: unknown, more: Readonly<Record<string, string>>): unknown {
  return Object.entries({ KOORDINATOR_SPEC: JSON.stringify(spec), ...more })
    .map(([name, value]) => ({ name, value }));
}

for (const [source, more] of SOURCES) {
  clusterTest(
    `a main that its liveness probe restarts keeps its sidecar, by ${source}`,
    async (ns) => {
      // The first run hangs and is sick; the second is well and ends.
      const main = "if [ -e /koordinator/sick ]; then echo well; exit 0; fi; " +
        "echo sick; touch /koordinator/sick; while :; do sleep 0.1; done";
      const sidecar = "trap 'echo stopped; exit 0' TERM; echo up; while :; do sleep 0.1; done";
      await ns.apply(
        ...ROLE,
        pod("sick", [
          {
            name: "main",
            command: ["sh", "-c", main],
            more: { ...HEALTHY, env: env({ startDeps: ["sidecar"] }, more) },
          },
          {
            name: "sidecar",
            command: ["sh", "-c", sidecar],
            more: { env: env({ stopDeps: ["main"] }, more) },
          },
        ], { restartPolicy: "OnFailure" }),
      );
      const ended = await ns.ended();
      assertEquals(ended.status.phase, "Succeeded");
      assertEquals(container(ended, "main")?.restartCount, 1);
      assertEquals(container(ended, "sidecar")?.restartCount, 0);
      const log = await ns.logs("sick", "sidecar", "--timestamps");
      const lines = log.split("\n").map((line) => line.split(" "));
      const at = (word: string) => lines.filter(([, said]) => said === word).map(([time]) => time);
      assertEquals([at("up").length, at("stopped").length], [1, 1]);
      // The kubelet gives ends in whole seconds, rounded down, by the clock of the logs.
      const end = terminated(ended, "main")?.finishedAt ?? "";
      assert(Date.parse(at("stopped")[0] ?? "") >= Date.parse(end), `${log} and ${end}`);
    },
  );

  clusterTest(
    `a sidecar that its liveness probe restarts is started again, then stopped with its main, by ${source}`,
    async (ns) => {
      // The first run is sick and fails when it is told to end; the second is well.
      const sidecar =
        "if [ -e /koordinator/sick ]; then rm /koordinator/sick; code=0; echo well; " +
        "else touch /koordinator/sick; code=1; echo sick; fi; " +
        "trap 'echo stopped; exit $code' TERM; while :; do sleep 0.1; done";
      await ns.apply(
        ...ROLE,
        pod("sidecar-sick", [
          {
            name: "main",
            command: ["sh", "-c", "sleep 15; echo done"],
            more: { env: env({ startDeps: ["sidecar"] }, more) },
          },
          {
            name: "sidecar",
            command: ["sh", "-c", sidecar],
            more: { ...HEALTHY, env: env({ stopDeps: ["main"] }, more) },
          },
        ], { restartPolicy: "OnFailure" }),
      );
      const ended = await ns.ended();
      assertEquals(ended.status.phase, "Succeeded");
      assertEquals(container(ended, "main")?.restartCount, 0);
      assertEquals(container(ended, "sidecar")?.restartCount, 1);
      const words = (log: string) => log.split("\n").filter((line) => /^[a-z]+$/.test(line));
      assertEquals(words(await ns.logs("sidecar-sick", "main")), ["done"]);
      assertEquals(words(await ns.logs("sidecar-sick", "sidecar")), ["well", "stopped"]);
    },
  );
}

clusterTest("where a Role allows list alone, pods start and stop all the same", async (ns) => {
  const [, binding] = ROLE;
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "koordinator" },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
  };
  const alone = { KOORDINATOR_STATE_DIR: "/proc/none" };
  const sidecar = "trap 'echo stopped; exit 0' TERM; sleep 3; nc -ll -p 8080 -e true & " +
    "while :; do sleep 0.1; done";
  await ns.apply(
    role,
    binding,
    pod("listed", [
      {
        name: "main",
        command: ["echo", "launched"],
        more: { env: env({ startDeps: ["sidecar"], handOver: false }, alone) },
      },
      {
        name: "sidecar",
        command: ["sh", "-c", sidecar],
        readyPort: 8080,
        more: { env: env({ stopDeps: ["main"] }, alone) },
      },
    ]),
  );
  assertEquals((await ns.ended()).status.phase, "Succeeded");
  const log = await ns.logs("listed", "main");
  assert(/cannot watch resource .*\\"watch\\" was refused/.test(log), log);
});
