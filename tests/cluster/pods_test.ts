/** How pods start and end on a real cluster. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { pod, ROLE } from "./support/manifests.ts";

/** Listens on its port after ten seconds. */
const SLOW_SERVER = {
  name: "server",
  command: ["sh", "-c", "sleep 10; exec httpd -f -p 8080 -h /"],
  readyPort: 8080,
} as const;
const SERVER = { ...SLOW_SERVER, command: ["httpd", "-f", "-p", "8080", "-h", "/"] } as const;

/** Never ready, ends when told to. */
const NEVER_READY = {
  name: "server",
  command: ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"],
  readyPort: 8080,
} as const;

clusterTest("a client succeeds at first try with a server that is slow to start", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("client-server", [
      { ...SLOW_SERVER, spec: { stopDeps: ["client"] } },
      {
        name: "client",
        command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/main-app"],
        spec: { startDeps: ["server"] },
      },
    ]),
  );
  const ended = await ns.ended();
  assertEquals(ended.status.phase, "Succeeded");
  for (const name of ["server", "client"]) {
    assertEquals(terminated(ended, name)?.reason, "Completed");
    assertEquals(container(ended, name)?.restartCount, 0);
  }
});

clusterTest("an application that is killed for its memory ends with 137", async (ns) => {
  const greedy = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1000M", "count=1"];
  await ns.apply(
    ...ROLE,
    pod("out-of-memory", [
      { ...SERVER, spec: { stopDeps: ["main"] } },
      { name: "main", command: greedy, spec: { startDeps: ["server"] }, memory: "256Mi" },
    ]),
  );
  const ended = await ns.ended();
  assertEquals(ended.status.phase, "Failed");
  assertEquals(terminated(ended, "main")?.exitCode, 137);
  assertEquals(terminated(ended, "server")?.exitCode, 0);
});

clusterTest("a pod that is deleted while it waits is gone at once, with 143", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("deleted", [
      NEVER_READY,
      { name: "main", command: ["echo", "launched all the same"], spec: { startDeps: ["server"] } },
    ]),
  );
  await ns.until(
    "main waits",
    ({ object }) => container(object, "main")?.state.running !== undefined,
  );
  await ns.logged("deleted", "main", "server");
  const followed = ns.logs("deleted", "main", "--follow").catch(String);
  await ns.kubectl(["delete", "pod", "deleted", "--wait=false"]);
  await ns.until("the pod is gone", ({ type }) => type === "DELETED", 5_000);

  assert(!(await followed).includes("launched all the same"));
  const codes = ns.history.map(({ object }) => terminated(object, "main")?.exitCode);
  assertEquals(codes.findLast((code) => code !== undefined), 143);
});

clusterTest(
  "without RBAC it says which rule is missing, and starts when it is there",
  async (ns) => {
    await ns.apply(
      pod("no-rbac", [
        { ...SERVER, spec: { stopDeps: ["main"] } },
        { name: "main", command: ["echo", "launched"], spec: { startDeps: ["server"] } },
      ]),
    );
    await ns.until(
      "the server is ready",
      ({ object }) => container(object, "server")?.ready === true,
    );
    const refused =
      `cannot list resource \\"pods\\" in API group \\"\\" in the namespace \\"${ns.name}\\"`;
    const log = await ns.logged("no-rbac", "main", /cannot list resource/);
    assertStringIncludes(log.replaceAll('\\"', '"'), refused.replaceAll('\\"', '"'));
    assert(!log.split("\n").includes("launched"));

    await ns.apply(...ROLE);
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    assert((await ns.logs("no-rbac", "main")).split("\n").includes("launched"));
  },
);

clusterTest("without the podinfo volume the pod is found by its token's claims", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("by-claims", [
      { ...SERVER, spec: { stopDeps: ["main"] } },
      {
        name: "main",
        command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/main-app"],
        spec: { startDeps: ["server"] },
      },
    ], { podinfo: false }),
  );
  assertEquals((await ns.ended()).status.phase, "Succeeded");
});
