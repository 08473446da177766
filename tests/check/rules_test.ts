/** What the rules say at their borders, and of what they say nothing. */
import { assertEquals } from "@std/assert";
import { found } from "./support/found.ts";
import { bare, DELIVERY, deployment, type Fields, job, wrapped } from "./support/pod.ts";

/** What is looked at, and what is found: `severity rule`. */
type Case = readonly [name: string, text: string, findings: readonly string[]];

const ready = (port = 5432): Fields => ({ readiness: { tcp: String(port) } });
const SERVER = wrapped("proxy", { stopDeps: ["main"], ...ready() });
const MAIN = wrapped("main", { startDeps: ["proxy"] });
const STATE = [{ name: "KOORDINATOR_STATE_DIR", value: "/state/k" }];
const mounts = (...names: readonly string[]) => ({
  volumeMounts: names.map((name) => ({ name, mountPath: `/${name}` })),
});

const cases: readonly Case[] = [
  ["a Job with its proxy", job([MAIN, SERVER]), []],
  [
    "a sidecar that another one serves in turn",
    job([MAIN, SERVER, wrapped("metrics", { stopDeps: ["proxy"] })]),
    [],
  ],
  [
    "a circle of three, told once",
    job([
      wrapped("a", { startDeps: ["b"], ...ready() }),
      wrapped("b", { startDeps: ["c"], ...ready() }),
      wrapped("c", { startDeps: ["a"], ...ready() }),
    ]),
    ["error cycle", ...Array(3).fill("warning no-stop-dependency")],
  ],
  ...(([
    ["64Mi", ["error volume-too-small"]],
    ["0.15G", ["warning volume-too-small"]],
    ["200M", []],
    ["1e9", []],
    [0, []],
    ["much", []],
  ] as const).map(([sizeLimit, findings]): Case => [
    `an emptyDir of ${sizeLimit}`,
    job([MAIN, SERVER], { volumes: [{ name: "koordinator", emptyDir: { sizeLimit } }] }),
    findings,
  ])),
  [
    "two that depend on the same third are no circle",
    job([MAIN, wrapped("second", { startDeps: ["main", "proxy"] }), SERVER]),
    ["warning no-readiness", "warning no-stop-dependency"],
  ],
  [
    "a server whose spec nobody reads, since koordinator is not in front: told once",
    job([
      wrapped("main", { startDeps: ["proxy"] }),
      bare("proxy", { env: [{ name: "KOORDINATOR_SPEC", value: '{"stopDeps":["main"]}' }] }),
    ]),
    ["error not-in-front"],
  ],
  [
    "an optional container that is not there",
    job([wrapped("main", { startDeps: [{ container: "istio-proxy", optional: true }] })]),
    [],
  ],
  [
    "a container that a mesh injects",
    job([wrapped("main", { startDeps: ["istio-proxy"] })]),
    ["warning unknown-container"],
  ],
  [
    "the last of several mains that is not there",
    job([
      wrapped("main", {
        afterExit: [{
          http: { post: { port: 15020, path: "/quit" } },
          on: "always",
          lastOf: ["other"],
        }],
      }),
    ]),
    ["error unknown-container"],
  ],
  [
    "an init container that waits for one that waits for a main one",
    job([bare("main")], {
      initContainers: [
        DELIVERY,
        wrapped("late", { startDeps: [{ container: "main", until: "started" }] }, {
          restartPolicy: "Always",
        }),
        wrapped("init", { startDeps: [{ container: "late", until: "started" }] }),
      ],
    }),
    // That main is bare, and nobody may ask of it, is true as well.
    ["error no-rights", "error waits-for-later"],
  ],
  [
    "a native sidecar that serves a main container",
    job([wrapped("main", {})], {
      initContainers: [
        DELIVERY,
        wrapped("server", { stopDeps: ["main"] }, { restartPolicy: "Always" }),
      ],
    }),
    [],
  ],
  [
    "an end of a plain init container is waited for",
    deployment([
      wrapped("main", { startDeps: [{ container: "koordinator", until: "succeeded" }] }),
    ]),
    [],
  ],
  [
    "a command that is launched again until it succeeds does end",
    job([
      wrapped("main", { startDeps: [{ container: "load", until: "succeeded" }] }),
      wrapped("load", { restart: { policy: "onFailure" } }),
    ]),
    [],
  ],
  [
    "a container of a Deployment whose own policy lets it end",
    deployment([
      wrapped("main", { startDeps: [{ container: "load", until: "succeeded" }] }),
      wrapped("load", {}, { restartPolicy: "OnFailure" }),
    ]),
    [],
  ],
  [
    "the order on deletion in a Deployment",
    deployment([wrapped("main", { stopDelay: "1s" }), wrapped("shipper", { stopDeps: ["main"] })]),
    [],
  ],
  [
    "state directories in different volumes",
    job([
      wrapped("main", { startDeps: ["proxy"] }, { env: STATE, ...mounts("koordinator", "state") }),
      wrapped("proxy", { stopDeps: ["main"], ...ready() }),
    ], {
      volumes: [{ name: "koordinator", emptyDir: {} }, { name: "state", emptyDir: {} }],
    }),
    ["error no-state-directory", "error no-state-directory"],
  ],
  [
    "different folders of one volume",
    job([
      wrapped("main", { startDeps: ["proxy"] }, {
        env: [{ name: "KOORDINATOR_STATE_DIR", value: "/koordinator/main" }],
      }),
      SERVER,
    ]),
    ["error no-state-directory", "error no-state-directory"],
  ],
  [
    "the same folder of one volume, mounted in two ways",
    job([
      MAIN,
      {
        ...SERVER,
        volumeMounts: [
          { name: "koordinator", mountPath: "/koordinator", readOnly: true },
          {
            name: "koordinator",
            mountPath: "/koordinator/.koordinator/",
            subPath: "./.koordinator",
          },
        ],
      },
    ]),
    [],
  ],
  [
    "an init container of another image, with a path as its argument",
    job([{ ...MAIN, command: ["koordinator", "/main"] }, SERVER], {
      initContainers: [
        DELIVERY,
        { name: "fetch", image: "example/fetch", args: ["/etc/fetch.conf"] },
      ],
    }),
    [],
  ],
  [
    "variables of the command from a Secret",
    job([
      MAIN,
      SERVER,
      wrapped("second", undefined, { envFrom: [{ secretRef: { name: "shop" } }] }),
    ]),
    ["note unseen-spec"],
  ],
  [
    "a state directory whose place is not known",
    job([
      wrapped("main", { startDeps: ["proxy"] }, {
        env: [{
          name: "KOORDINATOR_STATE_DIR",
          valueFrom: { configMapKeyRef: { name: "shop", key: "state" } },
        }],
      }),
      SERVER,
    ]),
    [],
  ],
  [
    "a dependency without a spec where the state directory alone tells",
    job([wrapped("proxy", { stopDeps: ["main"] }), wrapped("main", undefined)]),
    ["error no-spec", "note native-sidecar-would-do"],
  ],
  [
    "koordinator in an image, found by PATH",
    job([
      { ...MAIN, command: ["koordinator", "/main"], volumeMounts: [] },
      { ...SERVER, command: ["koordinator", "/proxy"], volumeMounts: [] },
    ]),
    [],
  ],
  [
    "an init container that copies by its own means",
    job([MAIN, SERVER], {
      initContainers: [
        bare("tools", { command: ["sh", "-c", "cp /k /koordinator"], ...mounts("koordinator") }),
      ],
    }),
    [],
  ],
  [
    "a volume that is filled before the pod is",
    job([MAIN, SERVER], {
      volumes: [{ name: "koordinator", hostPath: { path: "/opt/koordinator" } }],
      initContainers: [],
    }),
    [],
  ],
  [
    "a patch of a pod that koordinator is not in",
    deployment([bare("main", { volumeMounts: [{ name: "data", mountPath: "/data" }] })], {
      volumes: [],
      initContainers: [],
    }),
    [],
  ],
  [
    "the off switch",
    job([
      wrapped("main", { startDeps: ["nowhere"] }, {
        env: [{ name: "KOORDINATOR_DISABLED", value: "true" }],
      }),
    ]),
    [],
  ],
  [
    "a liveness probe that is patient enough for the start timeout",
    job([
      wrapped("main", { startDeps: ["proxy"], startTimeout: "20s" }, {
        livenessProbe: { tcpSocket: { port: 80 } },
      }),
      SERVER,
    ]),
    [],
  ],
  [
    "a startup probe that is less patient than that of the dependency",
    job([
      wrapped("main", { startDeps: ["proxy"] }, {
        startupProbe: { tcpSocket: { port: 80 }, failureThreshold: 20 },
      }),
      { ...SERVER, startupProbe: { tcpSocket: { port: 5432 }, failureThreshold: 30 } },
    ]),
    ["warning probe-kills-held"],
  ],
  [
    "a liveness probe of a container that is not held",
    job([MAIN, { ...SERVER, livenessProbe: { tcpSocket: { port: 5432 } } }]),
    [],
  ],
  [
    "a readiness probe in a Deployment, which a Service looks at",
    deployment([
      wrapped("main", { stopDelay: "1s" }),
      wrapped("proxy", { stopDeps: ["main"] }, { readinessProbe: { tcpSocket: { port: 1 } } }),
    ]),
    [],
  ],
  [
    "a server of a Job that is asked at its port by another one",
    job([
      wrapped("main", { startDeps: [{ tcp: "5433" }] }),
      wrapped("proxy", { stopDeps: ["main"] }, { readinessProbe: { tcpSocket: { port: 5432 } } }),
    ]),
    ["warning nobody-waits"],
  ],
  [
    "a bare server of a Job that a call ends",
    job([
      wrapped("main", {
        startDeps: [{ tcp: "15021" }],
        afterExit: [{ http: { post: { port: 15020, path: "/quit" } }, on: "always" }],
      }),
      bare("mesh"),
    ]),
    [],
  ],
  [
    "a sidecar of a Job that starts after its main and stops after it",
    job([
      wrapped("main", ready(80)),
      wrapped("metrics", { startDeps: ["main"], stopDeps: ["main"] }),
    ]),
    [],
  ],
  [
    "a server of a Job's sidecar that nothing ends",
    job([
      MAIN,
      wrapped("proxy", { startDeps: ["tunnel"], stopDeps: ["main"], ...ready() }),
      wrapped("tunnel", ready(1)),
    ]),
    ["warning no-stop-dependency"],
  ],
  [
    "a grace period that is just long enough",
    job([wrapped("main", { stopDelay: "28s" })]),
    [],
  ],
  [
    "one that is a second too short",
    job([wrapped("main", { stopDelay: "29s" })]),
    ["warning grace-too-short"],
  ],
  [
    "a sidecar whose main stops too late for it",
    job([
      wrapped("main", { stopDelay: "25s" }),
      wrapped("shipper", { stopDeps: ["main"], stopLinger: "1s", termTimeout: "10s" }),
    ]),
    ["warning grace-too-short"],
  ],
  [
    "a sidecar that cannot learn how short the grace period is",
    job([
      wrapped("main", {}),
      wrapped("shipper", { stopDeps: ["main"], stopLinger: "1s", termTimeout: "5s" }),
    ], { terminationGracePeriodSeconds: 10 }),
    ["warning unknown-grace-period"],
  ],
  [
    "a sidecar that may ask the API server, perhaps",
    job([
      wrapped("main", {}, { lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
      wrapped("shipper", { stopDeps: ["main"], stopLinger: "1s" }),
    ], { terminationGracePeriodSeconds: 60, automountServiceAccountToken: true }),
    [],
  ],
  [
    "a preStop hook that takes nobody knows how long",
    job([
      wrapped("main", {}, { lifecycle: { preStop: { exec: { command: ["/drain"] } } } }),
      wrapped("shipper", { stopDeps: ["main"], stopLinger: "1s" }),
    ]),
    ["warning unseen-pre-stop"],
  ],
  [
    "the same preStop hook in both",
    job([
      wrapped("main", {}, { lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
      wrapped("shipper", { stopDeps: ["main"], stopLinger: "1s" }, {
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      }),
    ]),
    [],
  ],
  [
    "one of two that tells at once that it was told to stop",
    job([
      wrapped("main", {}, { lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
      wrapped("second", {}),
      wrapped("shipper", { stopDeps: ["main", "second"], stopWhen: "all", stopLinger: "1s" }),
    ]),
    [],
  ],
  [
    "a stop signal that is sent as the stop action, too",
    job([
      wrapped("main", {}),
      wrapped("nginx", { stopDeps: ["main"], whenStopDepExited: { signal: "SIGQUIT" } }, {
        lifecycle: { stopSignal: "SIGQUIT" },
      }),
    ]),
    [],
  ],
  [
    "a stop signal that is a fault of koordinator's own",
    job([wrapped("main", { stopDelay: "1s" }, { lifecycle: { stopSignal: "SIGABRT" } })]),
    ["warning stop-signal"],
  ],
  [
    "the same where koordinator becomes the command",
    job([
      wrapped("main", { startDeps: [{ tcp: "1" }] }, { lifecycle: { stopSignal: "SIGABRT" } }),
    ]),
    [],
  ],
  [
    "systemd's stop signal",
    job([
      wrapped("main", { startDeps: [{ tcp: "1" }], stopDelay: "1s" }, {
        lifecycle: { stopSignal: "SIGRTMIN+3" },
      }),
    ]),
    [],
  ],
  [
    "a variable that a Service named koordinator makes",
    job([
      wrapped("main", {}, { env: [{ name: "KOORDINATOR_PORT", value: "tcp://10.0.0.1:80" }] }),
    ]),
    [],
  ],
  [
    "a Job whose main container has a restartPolicy of its own, Always",
    job([wrapped("main", { startDeps: ["proxy"] }, { restartPolicy: "Always" }), SERVER]),
    ["error restarts-for-ever"],
  ],
  [
    "a Job whose sidecar has a restartPolicy of its own, Always",
    job([MAIN, { ...SERVER, restartPolicy: "Always" }]),
    ["error restarts-for-ever"],
  ],
  [
    "a sidecar whose stop is a failure, under OnFailure",
    job(
      [
        MAIN,
        wrapped("proxy", { stopDeps: ["main"], terminatedByStopDepExitCode: 143, ...ready() }),
      ],
      { restartPolicy: "OnFailure" },
    ),
    ["error restarts-for-ever"],
  ],
  [
    "the same under Never, where it fails the pod",
    job([
      MAIN,
      wrapped("proxy", {
        stopDeps: [{ container: "main", when: "failed", exitCode: 3 }],
        ...ready(),
      }),
    ]),
    [],
  ],
  [
    "a spec by KOORDINATOR_READINESS alone",
    job([
      MAIN,
      wrapped("proxy", { stopDeps: ["main"] }, {
        env: [{ name: "KOORDINATOR_READINESS", value: '{"tcp":"5432"}' }],
      }),
    ]),
    [],
  ],
];

for (const [name, text, findings] of cases) {
  Deno.test(`${name}: ${findings.length === 0 ? "nothing is said" : findings.join(", ")}`, () => {
    const told = found("pod.json", text).map(({ severity, rule }) => `${severity} ${rule}`);
    assertEquals(told.toSorted(), findings.toSorted());
  });
}

Deno.test("the annotation that was meant is named whole", () => {
  for (const key of ["koordinator/main", "koordinator/spec.main", "spec.koordinater/main"]) {
    const pod = {
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "p", annotations: { [key]: "{}" } } },
      spec: { restartPolicy: "Never", containers: [bare("main")] },
    };
    assertEquals(found("pod.json", JSON.stringify(pod)).map(({ message }) => message), [
      `the annotation ${key} is not read: did you mean spec.koordinator/main?`,
    ]);
  }
});
