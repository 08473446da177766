import { assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../lib/manifest/manifest.ts";
import { milliseconds } from "../../lib/spec/duration.ts";
import { bringsKoordinator, commandOf, obstacles } from "../../lib/simulate/real_play.ts";
import { playReal } from "../../lib/simulate/real_pod.ts";
import { assertOrder, played, pod } from "./support/real_pod.ts";
import { runningWith } from "../support/running_with.ts";

const SERVER = "trap 'exit 0' TERM; sleep 1; touch $MARK; while :; do sleep 0.1; done";

Deno.test("with real processes a main container waits for its proxy, and the proxy ends after it", async () => {
  const folder = await Deno.makeTempDir();
  const proxy = SERVER.replace("$MARK", `'${folder}/ready'`);
  const play = pod([
    {
      ...{ name: "proxy", script: proxy, spec: { stopDeps: ["main"] } },
      more: {
        readinessProbe: {
          exec: { command: ["test", "-e", `${folder}/ready`] },
          periodSeconds: 1,
        },
      },
    },
    {
      ...{ name: "main", script: `test -e '${folder}/ready' && echo works` },
      spec: { startDeps: ["proxy"] },
    },
  ]);
  const { outcome, kinds, said, moments } = await played(play);
  assertEquals(outcome, { good: true, what: "the pod has succeeded" }, said.join("\n"));
  assertOrder(kinds, "main held", "proxy ready", "main launched", "main ended", "proxy ended");
  assertOrder(kinds, "main launched", "proxy stopping", "proxy ended");
  assertEquals(said.includes("works"), true, said.join("\n"));
  const because = moments.flatMap(({ kind, because }) =>
    because ? [`${kind} ${because.container}`] : []
  );
  assertEquals(because, ["launched proxy", "stopping main"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a sidecar that is not under koordinator is waited for as well: an API server tells of it", async () => {
  const folder = await Deno.makeTempDir();
  const { outcome, kinds, said } = await played(
    pod([{ name: "main", script: "exit 0", spec: { startDeps: ["sidecar"] } }], {
      init: [{
        ...{ name: "sidecar", script: `sleep 1; touch '${folder}/x'; exec sleep 600` },
        more: {
          restartPolicy: "Always",
          readinessProbe: { exec: { command: ["test", "-e", `${folder}/x`] }, periodSeconds: 1 },
        },
      }],
    }),
  );
  assertEquals(outcome.good, true, said.join("\n"));
  assertOrder(kinds, "main held", "sidecar ready", "main launched", "main ended", "sidecar ended");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("in a state directory that they share, containers stop in order when the pod is deleted", async () => {
  const shared = {
    volumeMounts: [{ name: "koordinator", mountPath: "/koordinator" }],
  };
  const server = "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done";
  const { kinds, said } = await played(
    pod([
      { name: "proxy", script: server, spec: { stopDeps: ["main"] }, more: shared },
      {
        ...{ name: "main", script: server.replace("exit 0", "sleep 1; exit 0"), more: shared },
        spec: { stopDelay: "500ms" },
      },
    ], {
      volumes: [{ name: "koordinator", emptyDir: {} }],
    }),
    (_, up) => up === 2,
  );
  assertOrder(kinds, "main stopping", "main ended", "proxy ended");
  assertEquals(kinds.indexOf("proxy stopping") > kinds.indexOf("main stopping"), true, `${said}`);
});

Deno.test("on deletion each container gets its signal, and whoever ignores it is killed", async () => {
  const { outcome, kinds } = await played(
    pod([
      { name: "obeys", script: "trap 'exit 7' TERM; echo up; while :; do sleep 0.1; done" },
      { name: "ignores", script: "trap '' TERM; echo up; while :; do sleep 0.1; done" },
    ], { grace: 2 }),
    (_, up) => up === 2,
  );
  assertEquals(outcome.good, true);
  assertStringIncludes(outcome.what, "the pod is gone: obeys ended with 7, ignores ended with 137");
  assertOrder(kinds, "obeys stopping", "obeys ended", "ignores killed", "ignores ended");
});

Deno.test("init containers run one after the other, a native sidecar beside the others until the end", async () => {
  const { outcome, kinds } = await played(
    pod([{ name: "main", script: "exit 0" }], {
      init: [
        { name: "first", script: "exit 0" },
        {
          ...{ name: "sidecar", script: "trap 'exit 0' TERM; while :; do sleep 0.1; done" },
          more: { restartPolicy: "Always" },
        },
        { name: "second", script: "exit 0" },
      ],
    }),
  );
  assertEquals(outcome, { good: true, what: "the pod has succeeded" });
  assertOrder(
    kinds,
    ...["first launched", "first ended", "sidecar launched", "second launched", "second ended"],
    ...["main launched", "main ended", "sidecar stopping", "sidecar ended"],
  );
});

Deno.test("an init container that fails makes the pod fail, and nothing else is started", async () => {
  const { outcome, kinds } = await played(
    pod([{ name: "main", script: "exit 0" }], { init: [{ name: "first", script: "exit 3" }] }),
  );
  assertEquals(outcome, { good: false, what: "the pod has failed: first ended with 3" });
  assertEquals(kinds.some((kind) => kind.startsWith("main")), false);
});

Deno.test("a container that failed is started again where the policy says so", async () => {
  const folder = await Deno.makeTempDir();
  const { outcome, kinds } = await played(
    pod([{ name: "main", script: `test -e '${folder}/x' || { touch '${folder}/x'; exit 1; }` }], {
      restartPolicy: "OnFailure",
    }),
  );
  assertEquals(outcome.good, true);
  assertOrder(kinds, "main launched", "main ended", "main launched", "main ended");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a liveness probe that fails has its container restarted", async () => {
  const folder = await Deno.makeTempDir();
  const { kinds, said } = await played(
    pod([{
      ...{ name: "main", script: `test -e '${folder}/x' && exit 0; touch '${folder}/x'; sleep 60` },
      more: {
        livenessProbe: {
          ...{ exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 },
          initialDelaySeconds: 1,
        },
      },
    }], { restartPolicy: "OnFailure" }),
  );
  assertEquals(said.includes("fails its liveness probe"), true);
  assertOrder(kinds, "main launched", "main stopping", "main ended", "main launched");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what is interrupted, or not over in time, leaves no process behind", async () => {
  const mark = `simulated-${crypto.randomUUID()}`;
  // One that is in a session of its own, and one that ignores what can be ignored.
  const script = `trap '' TERM INT; setsid sh -c 'sleep 600; : ${mark}' & ` +
    `echo up; while :; do sleep 0.1; : ${mark}; done`;
  const play = pod([
    { name: "main", script, spec: { stopDeps: ["other"] } },
    { name: "other", script },
  ]);
  const interrupt = new AbortController();
  let up = 0;
  const { outcome } = await playReal(play, ({ text }) => {
    if (text === "up" && ++up === 2) interrupt.abort();
  }, { interrupt: interrupt.signal });
  assertEquals(outcome, { good: false, what: "interrupted: all processes were killed" });
  assertEquals(runningWith(mark), []);
  const late = await played({ ...play, limit: milliseconds(500), supervisor: undefined });
  assertEquals(late.outcome.what, "the pod is not over after 0.5 s: main, other still run");
  assertEquals(runningWith(mark), []);
});

Deno.test("what cannot be played here is told before anything is started", () => {
  const play = pod([
    { name: "main", script: "", more: { command: ["/no/such/program"] } },
    { name: "image", script: "", more: { command: undefined } },
    { name: "probed", script: "", more: { readinessProbe: { grpc: { port: 1 } } } },
    { name: "named", script: "", more: { livenessProbe: { tcpSocket: { port: "metrics" } } } },
  ], { play: { standIns: new Map([["nobody", ["true"]]]) } });
  assertEquals(obstacles(play, (program) => program === "sh"), [
    "--with nobody: there is no container of this name",
    "main: /no/such/program is not on this machine",
    "image has no command of its own in the manifest: its image knows it",
    "probed has a gRPC probe, which is not played",
    "named is probed at a port of the name metrics: --port metrics=NUMBER",
  ]);
});

Deno.test("koordinator is taken off the front of a command, and its own init container is known", () => {
  const text = Deno.readTextFileSync(new URL("../../examples/job.yaml", import.meta.url));
  const [job] = readManifest({ name: "job.yaml", text }).workloads;
  const containers = job?.pod.containers ?? [];
  assertEquals(containers.map((each) => job && bringsKoordinator(each, job)), [true, false, false]);
  assertEquals(containers.map((each) => commandOf(each)?.[0]), [
    ...[undefined, "/cloud-sql-proxy", "/main-app"],
  ]);
});
