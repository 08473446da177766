/** In which order containers stop. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { median } from "../../tools/support/statistics.ts";
import { clusterTest, container, type Namespace, terminated } from "./support/cluster.ts";
import { pod, type PodOptions, ROLE, type SupervisedContainer } from "./support/manifests.ts";

/** Writes its last line two seconds after it was told to stop. */
const APP: SupervisedContainer = {
  name: "app",
  command: [
    "sh",
    "-c",
    "trap 'sleep 2; echo last line >> /koordinator/app.log; exit 0' TERM; " +
    "echo first line >> /koordinator/app.log; while :; do sleep 0.1; done",
  ],
  spec: { stopDelay: "100ms" },
};

/** Ships what the app writes, and says when it was told to stop; tail looks once a second. */
const SHIPPER: SupervisedContainer = {
  name: "shipper",
  command: [
    "sh",
    "-c",
    "tail -n +1 -F /koordinator/app.log & trap 'sleep 2; echo shipper told; exit 0' TERM; " +
    "while :; do sleep 0.1; done",
  ],
  spec: { stopDeps: ["app"] },
};

async function shipping(ns: Namespace, name: string, options: PodOptions = {}): Promise<string> {
  await ns.apply(...ROLE, pod(name, [APP, SHIPPER], options));
  await ns.logged(name, "shipper", "first line");
  return name;
}

/** What the shipper has said when it has ended. */
async function shipped(ns: Namespace, name: string, stop: () => Promise<unknown>): Promise<string> {
  const followed = ns.logs(name, "shipper", "--follow");
  await stop();
  return await followed;
}

function assertOrder(log: string): void {
  const last = log.indexOf("last line");
  const told = log.indexOf("shipper told");
  assert(last >= 0, `the last line was lost: ${log}`);
  assert(told > last, `the shipper was told before: ${log}`);
}

clusterTest("a log shipper outlives its application when the pod is deleted", async (ns) => {
  const name = await shipping(ns, "deleted");
  assertOrder(
    await shipped(ns, name, () => ns.kubectl(["delete", "pod", name, "--wait=false"])),
  );
});

clusterTest("a log shipper outlives its application when the pod is evicted", async (ns) => {
  const name = await shipping(ns, "evicted");
  const path = `/api/v1/namespaces/${ns.name}/pods/${name}/eviction`;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } };
  assertOrder(
    await shipped(
      ns,
      name,
      () => ns.kubectl(["create", "--raw", path, "-f", "-"], JSON.stringify(eviction)),
    ),
  );
});

clusterTest("a log shipper outlives its application at a Job's deadline", async (ns) => {
  const name = "deadline";
  const template = pod(name, [APP, SHIPPER]);
  assert(typeof template === "object" && template !== null && "spec" in template);
  await ns.apply(...ROLE, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { backoffLimit: 0, activeDeadlineSeconds: 10, template: { spec: template.spec } },
  });
  const { object } = await ns.until(
    "the shipper runs",
    ({ object }) => container(object, "shipper")?.state.running !== undefined,
  );
  assertOrder(await shipped(ns, object.metadata.name, () => Promise.resolve()));
});

clusterTest(
  "an application that ignores SIGTERM takes nothing but its grace period",
  async (ns) => {
    const deaf = {
      ...APP,
      command: [
        "sh",
        "-c",
        "trap '' TERM; echo first line >> /koordinator/app.log; while :; do sleep 0.1; done",
      ],
    };
    const prompt = {
      ...SHIPPER,
      command: [
        "sh",
        "-c",
        "tail -n +1 -F /koordinator/app.log & trap 'echo shipper told; exit 0' TERM; " +
        "while :; do sleep 0.1; done",
      ],
    };
    await ns.apply(...ROLE, pod("deaf", [deaf, prompt], { graceSeconds: 8 }));
    await ns.logged("deaf", "shipper", "first line");
    const log = await shipped(
      ns,
      "deaf",
      () => ns.kubectl(["delete", "pod", "deaf", "--wait=false"]),
    );
    // The shipper was told in time to stop by itself: what is killed says nothing.
    assertStringIncludes(log, "shipper told");
    await ns.until("the pod is gone", ({ type }) => type === "DELETED");
  },
);

clusterTest("a liveness probe that restarts a sidecar alone is not held up", async (ns) => {
  const script = "trap 'sleep 0.2; echo told; exit 0' TERM; echo up; while :; do sleep 0.1; done";
  await ns.apply(
    ...ROLE,
    pod("alive", [
      {
        name: "app",
        command: ["sh", "-c", "while [ ! -e /koordinator/done ]; do sleep 0.2; done"],
      },
      {
        name: "sidecar",
        command: ["sh", "-c", script],
        spec: { stopDeps: ["app"] },
        more: {
          livenessProbe: {
            exec: { command: ["test", "!", "-e", "/koordinator/sick"] },
            periodSeconds: 1,
            failureThreshold: 1,
          },
        },
      },
    ], { restartPolicy: "OnFailure" }),
  );
  await ns.logged("alive", "sidecar", "up");
  await ns.kubectl(["exec", "alive", "-c", "app", "--", "touch", "/koordinator/sick"]);
  await ns.until("the sidecar has ended", ({ object }) => {
    const status = container(object, "sidecar");
    return status?.state.terminated !== undefined || (status?.restartCount ?? 0) > 0;
  });
  const log = await ns.logs("alive", "sidecar", "--previous").catch(() =>
    ns.logs("alive", "sidecar")
  );
  assertStringIncludes(log, "told");
  await ns.kubectl(["exec", "alive", "-c", "app", "--", "touch", "/koordinator/done"]);
});

clusterTest(
  "siblings of different users see each other through the state directory",
  async (ns) => {
    const user = (runAsUser: number) => ({
      securityContext: { runAsUser, runAsNonRoot: true },
    });
    const debug = [{ name: "KOORDINATOR_LOG_LEVEL", value: "debug" }];
    const spec = JSON.stringify({ stopDeps: ["app"] });
    await ns.apply(
      ...ROLE,
      pod("users", [
        { name: "app", command: ["sleep", "4"], spec: { stopDelay: "1s" }, more: user(1000) },
        {
          ...SHIPPER,
          more: { ...user(2000), env: [...debug, { name: "KOORDINATOR_SPEC", value: spec }] },
        },
      ]),
    );
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    const events = (await ns.logs("users", "shipper")).split("\n")
      .filter((line) => line.includes('"event":"step"'));
    assert(events.some((line) => line.includes('"happened":"siblingReported"')), events.join("\n"));
  },
);

clusterTest(
  "where the state directory cannot be written the API server alone will do",
  async (ns) => {
    const readOnly = {
      volumeMounts: [
        { name: "koordinator", mountPath: "/koordinator", readOnly: true },
        { name: "podinfo", mountPath: "/etc/podinfo" },
      ],
    };
    await ns.apply(
      ...ROLE,
      pod("read-only", [
        { name: "app", command: ["sleep", "3"], spec: { stopDelay: "1s" }, more: readOnly },
        {
          name: "sidecar",
          command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
          spec: { stopDeps: ["app"] },
          more: readOnly,
        },
      ]),
    );
    assertEquals((await ns.ended()).status.phase, "Succeeded");
  },
);

clusterTest(
  "a sidecar hears of its main's end faster than the API server could tell",
  async (ns) => {
    const pods = Array.from({ length: 5 }, (_, index) => `fast-${index}`);
    const script = "trap 'exit 0' TERM; while :; do sleep 0.05; done";
    await ns.apply(
      ...ROLE,
      ...pods.map((name) =>
        pod(name, [
          { name: "main", command: ["sleep", "3"], spec: { stopDelay: "1s" } },
          { name: "sidecar", command: ["sh", "-c", script], spec: { stopDeps: ["main"] } },
        ])
      ),
    );
    const delays: number[] = [];
    for (const name of pods) {
      const ended = await ns.ended(name);
      assertEquals(terminated(ended, "sidecar")?.exitCode, 0);
      const at = async (container: string, text: string) => {
        const line = (await ns.logs(name, container)).split("\n").find((l) => l.includes(text));
        return Date.parse(/"time":"([^"]+)"/.exec(line ?? "")?.[1] ?? "");
      };
      delays.push(
        await at("sidecar", "stop dependency main has ended") -
          await at("main", "the command has ended"),
      );
    }
    const middle = median(delays);
    console.log(`from main's end to the sidecar's stop: median ${middle} ms of ${delays}`);
    // The kubelet looks at its containers once a second: an end that it tells comes later than this.
    assert(middle < 1_000, `median ${middle} ms`);
  },
);
