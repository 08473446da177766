/** That order holds whatever the stop signal is, and whatever is left of the grace period. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { IMAGES } from "../../tools/e2e/images.ts";
import { clusterTest, type Namespace } from "./support/cluster.ts";
import { pod, type PodOptions, ROLE, type SupervisedContainer } from "./support/manifests.ts";

/** Ends some seconds after it was told to, and keeps koordinator in front. */
function app(seconds: number): SupervisedContainer {
  const script = `trap 'sleep ${seconds}; echo app ends; exit 0' TERM; echo up; ` +
    "while :; do sleep 0.1; done";
  return { name: "app", command: ["sh", "-c", script], spec: { handOver: false } };
}

/** Never ends by itself. */
const DEAF: SupervisedContainer = {
  name: "app",
  command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"],
  spec: { handOver: false },
};

/** Serves the app, and says which signal it was told to stop by. */
const SIDE: SupervisedContainer = {
  name: "side",
  command: [
    "sh",
    "-c",
    "trap 'echo told TERM; sleep 1; echo side ends; exit 0' TERM; " +
    "trap 'echo told QUIT; sleep 1; echo side ends; exit 0' QUIT; " +
    "echo up; while :; do sleep 0.1; done",
  ],
  spec: { stopDeps: ["app"] },
};

/** What the sidecar has said when the pod has been deleted. */
async function saidUntilDeleted(
  ns: Namespace,
  containers: readonly SupervisedContainer[],
  options: PodOptions = {},
  ...how: readonly string[]
): Promise<string> {
  await ns.apply(...ROLE, pod("pod", containers, { restartPolicy: "Always", ...options }));
  for (const { name } of containers) await ns.logged("pod", name, "up");
  const said = ns.logs("pod", "side", "--follow");
  await ns.kubectl(["delete", "pod", "pod", "--wait=false", ...how]);
  const log = await said;
  await ns.until("the pod is gone", ({ type }) => type === "DELETED");
  return log;
}

clusterTest(
  "a sidecar whose image has a STOPSIGNAL of its own is stopped in order, by it",
  async (ns) => {
    const side = { ...SIDE, image: IMAGES.stopSignal };
    const log = await saidUntilDeleted(ns, [app(4), side]);
    assertMatch(log, /SIGQUIT is held back for app[^]*stop dependency app has ended[^]*told QUIT/);
  },
);

clusterTest("a STOPSIGNAL of its own waits for the stop delay without a token", async (ns) => {
  const side = { ...SIDE, image: IMAGES.stopSignal, spec: { stopDelay: "2s" } };
  const log = await saidUntilDeleted(ns, [side]);
  assertMatch(log, /SIGQUIT received: held back for 2s[^]*told QUIT/);
});

clusterTest(
  "what a preStop hook has used of the grace period is not waited for again",
  async (ns) => {
    const more = { lifecycle: { preStop: { exec: { command: ["sleep", "8"] } } } };
    const log = await saidUntilDeleted(ns, [DEAF, { ...SIDE, more }], { graceSeconds: 14 });
    assertStringIncludes(log, "side ends");
  },
);

clusterTest("a deletion with a shorter grace period leaves the sidecar its time", async (ns) => {
  const log = await saidUntilDeleted(ns, [DEAF, SIDE], { graceSeconds: 600 }, "--grace-period=9");
  assertStringIncludes(log, "side ends");
});

clusterTest("a sidecar does not wait for a container that cannot tell of its end", async (ns) => {
  const bare = { ...app(1), wrapped: false };
  const log = await saidUntilDeleted(ns, [bare, SIDE], { graceSeconds: 600 });
  assertMatch(log, /held back for app, not heard of in the state directory[^]*side ends/);
});

clusterTest("a pod that is over its own deadline stops in order", async (ns) => {
  const manifest = pod("pod", [app(3), SIDE], {});
  assert(typeof manifest === "object" && manifest !== null && "spec" in manifest);
  const { spec } = manifest;
  assert(typeof spec === "object" && spec !== null);
  await ns.apply(...ROLE, { ...manifest, spec: { ...spec, activeDeadlineSeconds: 20 } });
  for (const name of ["app", "side"]) await ns.logged("pod", name, "up");
  const log = await ns.logs("pod", "side", "--follow");
  assertMatch(log, /is held back for app[^]*stop dependency app has ended[^]*told TERM/);
});

clusterTest("order and messages do not depend on where the termination message is", async (ns) => {
  const more = { terminationMessagePath: "/tmp/my message" };
  const log = await saidUntilDeleted(ns, [{ ...app(3), more }, { ...SIDE, more }]);
  assertMatch(log, /is held back for app[^]*stop dependency app has ended[^]*told TERM/);
});

clusterTest(
  "an init container that waits for a main container ends with 121 and says why",
  async (ns) => {
    const manifest = pod("pod", [app(1)], {
      sidecars: [{ name: "migrate", command: ["true"], spec: { startDeps: ["app"] } }],
    });
    // A plain init container, not a native sidecar.
    const plain = JSON.stringify(manifest).replace(',"restartPolicy":"Always"', "");
    await ns.apply(...ROLE, JSON.parse(plain));
    const log = await ns.logged("pod", "migrate", "can never be met");
    assertMatch(
      log,
      /app can never be met: it is started only after this init container has ended/,
    );
  },
);

clusterTest("a shipper that lingers ships what its application wrote last", async (ns) => {
  const lines = 20_000;
  const write = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo line $i; done`;
  const main = {
    ...app(0),
    command: ["sh", "-c", `sleep 2; { ${write}; } > /koordinator/new.log`],
  };
  const script = "echo up; exec tail -n +1 -F /koordinator/new.log";
  const side = {
    ...SIDE,
    command: ["sh", "-c", script],
    spec: { stopDeps: ["app"], stopLinger: "5s" },
  };
  await ns.apply(...ROLE, pod("pod", [main, side]));
  assertEquals((await ns.ended()).status.phase, "Succeeded");
  const log = await ns.logs("pod", "side");
  assertEquals(log.match(/^line \d+$/gm)?.length, lines);
});
