/** What the pages by symptom say that one sees. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, type Namespace, type Pod, terminated } from "./support/cluster.ts";
import { pod, type PodOptions, type SupervisedContainer } from "./support/manifests.ts";

/** The end of a pod of one container. */
async function endOf(
  namespace: Namespace,
  main: Omit<SupervisedContainer, "name">,
  options: PodOptions = {},
): Promise<Pod> {
  await namespace.apply(pod("symptom", [{ name: "main", ...main }], { token: false, ...options }));
  return await namespace.ended("symptom");
}

clusterTest("a container without the volume ends with StartError and 128", async (namespace) => {
  const ended = await endOf(namespace, { command: ["true"], more: { volumeMounts: [] } });
  const main = terminated(ended, "main");
  assertEquals(main?.exitCode, 128);
  assertEquals(main?.reason, "StartError");
  const described = await namespace.kubectl(["describe", "pod", "symptom"]);
  assertStringIncludes(described, "no such file or directory");
});

clusterTest("what needs more than the memory limit is OOMKilled, with 137", async (namespace) => {
  const eats = "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}";
  const ended = await endOf(namespace, { command: ["sh", "-c", eats], memory: "64Mi" });
  const main = terminated(ended, "main");
  assertEquals(main?.exitCode, 137);
  assertEquals(main?.reason, "OOMKilled");
});

clusterTest("a liveness probe ends a container that is held back, with 143", async (namespace) => {
  const ended = await endOf(namespace, {
    command: ["true"],
    spec: { startDeps: [{ tcp: "5432" }] },
    more: { livenessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 1, failureThreshold: 1 } },
  });
  assertEquals(terminated(ended, "main")?.exitCode, 143);
  const log = await namespace.logs("symptom", "main");
  assertStringIncludes(log, "SIGTERM while waiting for start dependencies: nothing launched");
  assertStringIncludes(await namespace.kubectl(["get", "events"]), "Liveness probe failed");
});

const ENDS:
  readonly (readonly [code: number, main: Omit<SupervisedContainer, "name">, says: string])[] = [
    [121, { command: ["true"], spec: { startDeps: ["main"] } }, "can never be met"],
    [
      124,
      { command: ["true"], spec: { startDeps: [{ tcp: "5432" }], startTimeout: "1s" } },
      "start timeout: still waiting for tcp 127.0.0.1:5432",
    ],
    [125, { command: ["true"], spec: { startDep: [] } }, 'did you mean "startDeps"?'],
    [126, { command: ["/etc"] }, "is a directory"],
    [127, { command: ["not-there"] }, "not in PATH"],
  ];

for (const [code, main, says] of ENDS) {
  clusterTest(`kubectl describe shows the reason of exit code ${code}`, async (namespace) => {
    const ended = await endOf(namespace, main);
    assertEquals(terminated(ended, "main")?.exitCode, code);
    const described = await namespace.kubectl(["describe", "pod", "symptom"]);
    const message = /Message:([\s\S]*?)Exit Code:/.exec(described)?.[1] ?? "";
    assert(message.includes(says), described);
  });
}

clusterTest("a misspelt stop dependency is named, with who is there", async (namespace) => {
  const sidecar = {
    name: "sidecar",
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
    spec: { stopDeps: ["mian"] },
  };
  const main = { name: "main", command: ["sleep", "1"], spec: { handOver: false } };
  await namespace.apply(pod("symptom", [sidecar, main], { token: false }));
  const log = await namespace.logged("symptom", "sidecar", "nothing is heard of mian");
  assertStringIncludes(log, "there are: main");
});
