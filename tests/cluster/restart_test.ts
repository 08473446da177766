/** What restarts mean for the containers around. */
import { assert, assertEquals } from "@std/assert";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { pod, ROLE } from "./support/manifests.ts";

const SERVER = {
  name: "server",
  command: ["httpd", "-f", "-p", "8080", "-h", "/"],
  readyPort: 8080,
};

/** Fails until it has been run `runs` times in this pod. */
function failsUntil(runs: number): readonly string[] {
  const count = "n=$(cat /koordinator/runs 2>/dev/null || echo 0); n=$((n+1)); ";
  return ["sh", "-c", `${count} echo $n > /koordinator/runs; test $n -ge ${runs}`];
}

/** An injected proxy that nobody wraps: ends when it is told so by POST /quitquitquit, as Istio's. */
const INJECTED = {
  name: "mesh",
  wrapped: false,
  command: [
    "sh",
    "-c",
    'nc -ll -p 15020 -e sh -c \'read line; case "$line" in "POST /quitquitquit "*) ' +
    'touch /tmp/quit; printf "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n";; ' +
    '*) printf "HTTP/1.1 405 Method Not Allowed\\r\\nContent-Length: 0\\r\\n\\r\\n";; esac\' & ' +
    "while [ ! -e /tmp/quit ]; do sleep 0.1; done",
  ],
  readyPort: 15020,
};

const QUIT = [{ http: { post: { port: 15020, path: "/quitquitquit", retries: 3 } } }];

clusterTest(
  "under OnFailure a main that fails twice keeps its sidecar and completes",
  async (ns) => {
    await ns.apply(
      ...ROLE,
      pod("retried", [
        { ...SERVER, spec: { stopDeps: ["main"] } },
        { name: "main", command: failsUntil(3), spec: { startDeps: ["server"] } },
      ], { restartPolicy: "OnFailure" }),
    );
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    assertEquals(container(ended, "main")?.restartCount, 2);
    assertEquals(container(ended, "server")?.restartCount, 0);
  },
);

clusterTest("a command is launched again without a restart of its container", async (ns) => {
  const spec = { restart: { policy: "onFailure", backoff: "100ms" }, exitCodes: { "3": 0 } };
  await ns.apply(
    ...ROLE,
    pod("again", [{ name: "main", command: failsUntil(3), spec }]),
    pod("mapped", [{
      name: "main",
      command: ["sh", "-c", "exit 3"],
      spec: { exitCodes: spec.exitCodes },
    }]),
  );
  for (const name of ["again", "mapped"]) {
    const ended = await ns.ended(name);
    assertEquals(ended.status.phase, "Succeeded");
    assertEquals(container(ended, "main")?.restartCount, 0);
  }
});

clusterTest(
  "under Always a sidecar outlives every run of its main, and both end with the pod",
  async (ns) => {
    await ns.apply(
      ...ROLE,
      pod("always", [
        { ...SERVER, spec: { stopDeps: ["main"] } },
        { name: "main", command: ["sh", "-c", "sleep 1; exit 0"], spec: { startDeps: ["server"] } },
      ], { restartPolicy: "Always" }),
    );
    const { object } = await ns.until(
      "main was restarted twice",
      ({ object }) => (container(object, "main")?.restartCount ?? 0) >= 2,
    );
    assertEquals(container(object, "server")?.restartCount, 0);
    await ns.kubectl(["delete", "pod", "always", "--wait=false"]);
    await ns.until("the pod is gone", ({ type }) => type === "DELETED");
  },
);

clusterTest(
  "an injected proxy is told to quit after the end, a success only where failures are retried",
  async (ns) => {
    const main = (command: readonly string[]) => ({
      name: "main",
      command,
      spec: { startDeps: ["mesh"], afterExit: QUIT },
    });
    await ns.apply(
      ...ROLE,
      pod("once", [INJECTED, main(["false"])]),
      pod("retried", [INJECTED, main(failsUntil(2))], { restartPolicy: "OnFailure" }),
    );
    const once = await ns.ended("once");
    assertEquals(terminated(once, "mesh")?.exitCode, 0);
    assertEquals(terminated(once, "main")?.exitCode, 1);
    const retried = await ns.ended("retried");
    assertEquals(retried.status.phase, "Succeeded");
    assertEquals(container(retried, "mesh")?.restartCount, 0);
    assert((container(retried, "main")?.restartCount ?? 0) === 1);
  },
);
