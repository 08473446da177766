/** What a cluster can do to a watch, one thing at a time: each Job completes all the same. */
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { clusterTest, eventually, type Namespace } from "../cluster/support/cluster.ts";
import { pod, ROLE, type SupervisedContainer } from "../cluster/support/manifests.ts";
import { cutOff, FOLDER, freeze, kill, repair, rotateSigningKey } from "./faults.ts";

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

const Phase = v.object({ status: v.object({ phase: v.optional(v.string()) }) });

async function phase(ns: Namespace, name: string): Promise<string | undefined> {
  const text = await ns.kubectl(["get", "pod", name, "-o", "json"]).catch(() => "{}");
  const parsed = v.safeParse(Phase, JSON.parse(text));
  return parsed.success ? parsed.output.status.phase : undefined;
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
  assertEquals((await lines("running", "sidecar", "stopped")).length, 1);
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
  }, FOLDER === undefined);
}

chaos("the API server is killed and started again", 12, async () => {
  await kill("kube-apiserver");
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
