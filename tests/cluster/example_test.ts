/** The Job of the README on a real cluster, with the real Cloud SQL Auth Proxy. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  clusterTest,
  container,
  eventually,
  type Namespace,
  terminated,
} from "./support/cluster.ts";
import { example, OFFLINE_PROXY_ARGS } from "./support/manifests.ts";

async function assertComplete(namespace: Namespace): Promise<void> {
  await eventually("the Job is Complete", async () => {
    const path = 'jsonpath={.status.conditions[?(@.type=="Complete")].status}';
    return await namespace.kubectl(["get", "job", "example", "-o", path]) === "True";
  });
}

/** When a container's log says something for the first time, by the kubelet's clock. */
function timeOf(log: string, text: string): number {
  const line = log.split("\n").find((line) => line.includes(text));
  assert(line !== undefined, `the log never says "${text}":\n${log}`);
  return Date.parse(line.split(" ", 1)[0] ?? "");
}

clusterTest("the example's Job runs in order and completes", async (namespace) => {
  await namespace.apply(...await example(namespace));
  const pod = await namespace.ended();
  const name = pod.metadata.name;
  const timestamped = "--timestamps";
  const mainLog = await namespace.logs(name, "main-container", timestamped);
  const proxyLog = await namespace.logs(name, "cloud-sql-proxy", timestamped);

  assertEquals(pod.status.phase, "Succeeded");
  assertStringIncludes(mainLog, "connection accepted");
  assertEquals(terminated(pod, "main-container")?.exitCode, 0);
  assertEquals(terminated(pod, "cloud-sql-proxy")?.exitCode, 0);
  await assertComplete(namespace);

  // by the clock: the proxy was ready, then the application ran; it ended, then the proxy did
  const runs = timeOf(mainLog, "main-app runs");
  const ready = timeOf(proxyLog, "ready for new connections");
  assert(ready < runs, `the proxy listened at ${ready}, the application ran at ${runs}`);
  const mainEnd = Date.parse(terminated(pod, "main-container")?.finishedAt ?? "");
  const proxyEnd = Date.parse(terminated(pod, "cloud-sql-proxy")?.finishedAt ?? "");
  assert(mainEnd <= proxyEnd, `the application ended at ${mainEnd}, the proxy at ${proxyEnd}`);

  // by the API's own history: no end before the proxy was ready, no end of the proxy before the application's
  const readyAt = namespace.history.findIndex(({ object }) =>
    container(object, "cloud-sql-proxy")?.ready === true
  );
  const endAt = namespace.history.findIndex(({ object }) =>
    terminated(object, "main-container") !== undefined
  );
  assert(readyAt >= 0 && readyAt < endAt, `ready: event ${readyAt}, end: event ${endAt}`);
  for (const { object } of namespace.history) {
    if (terminated(object, "cloud-sql-proxy")) assert(terminated(object, "main-container"));
  }
});

clusterTest("the proxy can be asked to stop by its own /quitquitquit", async (namespace) => {
  // with -1 the proxy's own exit code is kept: 0 after /quitquitquit, 143 after SIGTERM
  const spec = {
    stopDeps: ["main-container"],
    whenStopDepExited: { http: { post: { port: 9091, path: "/quitquitquit" } } },
    terminatedByStopDepExitCode: -1,
  };
  const objects = await example(
    namespace,
    (container) =>
      container.name !== "cloud-sql-proxy" ? container : {
        ...container,
        args: ["--quitquitquit", "--admin-port=9091", ...OFFLINE_PROXY_ARGS],
        env: [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) }],
      },
  );
  await namespace.apply(...objects);
  const pod = await namespace.ended();
  assertEquals(pod.status.phase, "Succeeded");
  assertEquals(terminated(pod, "cloud-sql-proxy")?.exitCode, 0);
  await assertComplete(namespace);
});

clusterTest("an application that fails fails its Job, and nothing else does", async (namespace) => {
  const objects = await example(
    namespace,
    (container) =>
      container.name !== "main-container" ? container : {
        ...container,
        command: ["/koordinator/koordinator", "sh", "-c", "exit 3"],
      },
  );
  await namespace.apply(...objects);
  const pod = await namespace.ended();
  assertEquals(pod.status.phase, "Failed");
  assertEquals(terminated(pod, "main-container")?.exitCode, 3);
  assertEquals(terminated(pod, "cloud-sql-proxy")?.exitCode, 0);
});
