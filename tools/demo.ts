/**
 * `deno task demo`: plays examples/job.yaml on this machine, with neither a cluster nor root. An API
 * server for one pod stands for the cluster, this file for the kubelet, two scripts for the programs;
 * koordinator and its configuration are the real ones.
 */
import { createDirectClient } from "../lib/direct_client.ts";
import { startApiServer } from "../tests/support/api_server.ts";
import { type RunningContainer, startContainer } from "./demo/containers.ts";
import { readExample } from "./demo/example.ts";
import { examplePod, withStatus } from "./demo/pod.ts";
import { beginTimeline } from "./demo/timeline.ts";

/** When the demo gives up, in milliseconds; it takes about ten seconds. */
const PATIENCE = 120_000;

/** What has to happen, in this order, for the example to have kept its promise. */
const ORDER = [
  { who: "cloud-sql-proxy", what: "starts" },
  { who: "cloud-sql-proxy", what: "accepts connections" },
  { who: "kubelet", what: "cloud-sql-proxy is ready" },
  { who: "main-container", what: "starts, is connected" },
  { who: "main-container", what: "has done its work" },
  { who: "kubelet", what: "main-container has ended with exit code 0" },
  { who: "cloud-sql-proxy", what: "stops" },
  { who: "kubelet", what: "cloud-sql-proxy has ended with exit code 0" },
];

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The readiness probe of the example: GET /readiness every second until it succeeds. */
async function untilReady(port: number, gaveUp: AbortSignal): Promise<void> {
  while (!gaveUp.aborted) {
    try {
      const url = `http://127.0.0.1:${port}/readiness`;
      const response = await fetch(url, { client: createDirectClient([]), signal: gaveUp });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // nothing listens yet
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function play(): Promise<readonly string[]> {
  const timeline = beginTimeline((line) => console.log(line));
  const example = await readExample();
  const folder = await Deno.makeTempDir({ prefix: "koordinator-demo-" });
  const pod = examplePod(example);
  await using server = await startApiServer({ pod });
  const readinessPort = freePort();
  const databasePort = freePort();
  const programs: Readonly<Record<string, readonly string[]>> = {
    "cloud-sql-proxy": ["./proxy.ts", String(readinessPort), String(databasePort)],
    "main-container": ["./main_app.ts", String(databasePort)],
  };
  const running: RunningContainer[] = [];
  const stop = () => running.forEach((container) => container.kill());
  const gaveUp = new AbortController();
  const timer = setTimeout(() => {
    timeline.say("demo", `gives up after ${PATIENCE / 1_000} s`);
    gaveUp.abort();
    stop();
  }, PATIENCE);
  try {
    const ends = [];
    for (const container of example) {
      const root = `${folder}/${container.name}`;
      await server.writeServiceAccount(root);
      await Deno.mkdir(`${root}/etc/podinfo`, { recursive: true });
      await Deno.writeTextFile(`${root}/etc/podinfo/name`, pod.metadata.name);
      await Deno.writeTextFile(`${root}/etc/podinfo/namespace`, "default");
      timeline.say("kubelet", `starts ${container.name} under koordinator: ${container.spec}`);
      const program = programs[container.name] ?? [];
      const started = startContainer(container, server.env(root), program, timeline.say);
      running.push(started);
      ends.push(started.ended.then((exitCode) => {
        timeline.say("kubelet", `${container.name} has ended with exit code ${exitCode}`);
        const terminated = { exitCode, finishedAt: new Date().toISOString() };
        const change = { ready: false, started: false, state: { terminated } };
        server.update((now) => withStatus(now, container.name, change));
        return exitCode;
      }));
    }
    const probing = untilReady(readinessPort, gaveUp.signal).then(() => {
      if (gaveUp.signal.aborted) return;
      timeline.say("kubelet", "cloud-sql-proxy is ready");
      server.update((now) => withStatus(now, "cloud-sql-proxy", { ready: true }));
    });
    const codes = await Promise.all(ends);
    // a proxy that ended early never gets ready
    gaveUp.abort();
    await probing;
    return [
      ...timeline.faults(ORDER),
      ...(codes.every((code) => code === 0) ? [] : [`exit codes ${codes.join(", ")}`]),
    ];
  } finally {
    clearTimeout(timer);
    stop();
    await Deno.remove(folder, { recursive: true });
  }
}

const faults = await play();
for (const fault of faults) console.error(`demo: ${fault}`);
console.log(faults.length === 0 ? "Job complete" : "Job failed");
Deno.exit(faults.length === 0 ? 0 : 1);
