/** What a cluster can do to a watch, one thing at a time: each Job completes all the same. */
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { clusterTest, eventually, type Namespace } from "../cluster/support/cluster.ts";
import { pod, ROLE, type SupervisedContainer } from "../cluster/support/manifests.ts";
import {
  cutOff,
  freeze,
  kill,
  repair,
  rotateSigningKey,
  terminate,
  UNLESS_BREAKABLE,
} from "./faults.ts";

/** How long a pod may take after the worst fault, in ms: this bounds a hang, it measures nothing. */
const PATIENCE = 400_000;

/** Without a writable state directory only the API server tells. */
const API_ALONE = {
  volumeMounts: [
    { name: "koordinator", mountPath: "/koordinator", readOnly: true },
    { name: "podinfo", mountPath: "/etc/podinfo" },
  ],
};

const STOPPED_ONCE = "trap 'echo stopped; exit 0' TERM; echo up; while :; do sleep 0.1; done";

/** A main that waits for a server that is ready after `seconds`. */
function waitsForReady(seconds: number): unknown {
  const script = `sleep ${seconds}; echo there; exec nc -ll -p 8080 -e true`;
  return waiting(
    {
      name: "server",
      command: ["sh", "-c", script],
      readyPort: 8080,
      spec: { stopDeps: ["main"] },
    },
    ["server"],
  );
}

/** A main that waits for the success of another container after `seconds`. */
function waitsForSuccess(seconds: number): unknown {
  return waiting(
    { name: "server", command: ["sh", "-c", `sleep ${seconds}; echo there`] },
    [{ container: "server", until: "succeeded" }],
  );
}

function waiting(server: SupervisedContainer, startDeps: readonly unknown[]): unknown {
  const main = { name: "main", command: ["echo", "launched"], spec: { startDeps } };
  return pod("waiting", [server, main].map((container) => ({ ...container, more: API_ALONE })));
}

/** A sidecar whose main ends after `seconds`. */
function running(seconds: number): unknown {
  return pod(
    "running",
    [
      { name: "sidecar", command: ["sh", "-c", STOPPED_ONCE], spec: { stopDeps: ["main"] } },
      { name: "main", command: ["sleep", String(seconds)], spec: { stopDelay: "1ms" } },
    ].map((container) => ({ ...container, more: API_ALONE })),
  );
}

const Status = v.object({
  status: v.object({
    phase: v.optional(v.string()),
    containerStatuses: v.optional(
      v.array(v.object({
        name: v.string(),
        state: v.object({ terminated: v.optional(v.object({ finishedAt: v.string() })) }),
      })),
      [],
    ),
  }),
});

/** A pod's status; undefined while the API server does not answer. */
async function statusOf(ns: Namespace, name: string) {
  const text = await ns.kubectl(["get", "pod", name, "-o", "json"]).catch(() => "{}");
  const parsed = v.safeParse(Status, JSON.parse(text));
  return parsed.success ? parsed.output.status : undefined;
}

async function phase(ns: Namespace, name: string): Promise<string | undefined> {
  return (await statusOf(ns, name))?.phase;
}

/** When a container ended, as the kubelet gives it: whole seconds, rounded down, the node's clock. */
async function finishedAt(ns: Namespace, pod: string, container: string): Promise<number> {
  const statuses = (await statusOf(ns, pod))?.containerStatuses ?? [];
  const status = statuses.find(({ name }) => name === container);
  return Date.parse(status?.state.terminated?.finishedAt ?? "");
}

/** Both pods have begun: one main is held back, one sidecar runs. */
async function begun(ns: Namespace): Promise<void> {
  await ns.logged("running", "sidecar", "up");
  await eventually("main is held back", async () => await phase(ns, "waiting") === "Running");
}

/** Both pods have completed: launched once and in order, stopped once. */
async function completed(ns: Namespace): Promise<void> {
  for (const name of ["waiting", "running"]) {
    await eventually(
      `the end of ${name}`,
      async () => {
        const now = await phase(ns, name);
        assert(now !== "Failed", `${name} has failed`);
        return now === "Succeeded";
      },
      undefined,
      PATIENCE,
    );
  }
  const lines = async (pod: string, container: string, word: string) =>
    (await ns.logs(pod, container, "--timestamps")).split("\n")
      .map((line) => line.split(" "))
      .filter(([, said]) => said === word).map(([time = ""]) => time);
  const there = await lines("waiting", "server", "there");
  const launched = await lines("waiting", "main", "launched");
  assertEquals([there.length, launched.length], [1, 1]);
  assert((there[0] ?? "") < (launched[0] ?? ""), `${launched} before ${there}`);
  const stopped = await lines("running", "sidecar", "stopped");
  assertEquals(stopped.length, 1);
  // By the kubelet's own account main had ended, and was launched only when the server was there.
  const end = await finishedAt(ns, "running", "main");
  assert(Date.parse(stopped[0] ?? "") >= end, `${stopped} before the end of main, ${end}`);
}

function chaos(
  name: string,
  seconds: number,
  fault: (ns: Namespace) => Promise<void>,
  waits = waitsForReady,
): void {
  clusterTest(name, async (ns) => {
    await ns.apply(...ROLE, waits(seconds), running(seconds));
    await begun(ns);
    try {
      await fault(ns);
    } finally {
      await repair();
    }
    await completed(ns);
  }, UNLESS_BREAKABLE);
}

chaos("the API server is killed and started again", 12, async () => {
  await kill("kube-apiserver");
});

chaos("the API server is told to stop and started again, as in an upgrade", 12, async () => {
  await terminate("kube-apiserver");
});

chaos("the kubelet is frozen, so that statuses come late and all at once", 8, async () => {
  await freeze("kubelet", 25_000);
});

chaos("etcd is killed and started again", 12, async () => {
  await kill("etcd");
});

chaos("the API server is frozen for 40 seconds", 15, async () => {
  await freeze("kube-apiserver", 40_000);
});

chaos("packets are dropped both ways for 60 seconds", 20, async () => {
  await cutOff(60_000);
});

chaos("the Role is deleted and restored", 15, async (ns) => {
  await ns.kubectl(["delete", "role", "koordinator"]);
  await kill("kube-apiserver");
  await repair();
  await ns.logged("waiting", "main", "is forbidden");
  await ns.apply(...ROLE);
});

// A kubelet that was restarted, as here, tells that a container is ready until it has probed it
// (docs/explanation/watch.md), so this one waits for something else.
chaos(
  "the signing key is rotated, so that every token is refused for a while",
  20,
  rotateSigningKey,
  waitsForSuccess,
);
