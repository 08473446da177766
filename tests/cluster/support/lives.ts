/** Pods whose lives are compared with those of the model, each short. */
import type { CommandSettings } from "../../../lib/simulate/assumptions.ts";
import type { Fault } from "../../simulate/support/seen_order.ts";
import type { Pod } from "./cluster.ts";
import { container, has } from "./cluster.ts";
import { pod, type PodOptions, type SupervisedContainer } from "./manifests.ts";

/** A pod, or a Job, that is played. */
export interface LifeIdea {
  readonly name: string;
  readonly object: unknown;
  /** What its commands do. */
  readonly assumptions: Readonly<Record<string, CommandSettings>>;
  readonly faults: readonly Fault[];
  /** What is done to it; a pod to which nothing is ends by itself. */
  readonly intervention: Intervention | undefined;
}

/** What is done to a pod from outside. */
interface Intervention {
  readonly kind: "delete" | "deadline";
  /** How the pod must be before it. */
  readonly when: (pod: Pod) => boolean;
  /** How many commands and supervisors must have said {@linkcode LISTENS} before it. */
  readonly listening: number;
}

/**
 * What a command says that has set its trap, and a supervisor that holds its command back: on a slow
 * machine a container runs long before that, and a signal that comes earlier finds nobody.
 */
export const LISTENS = /^listens$|nothing known of the pod yet/;

/** A container with what its command does. */
interface Played extends SupervisedContainer {
  readonly does: CommandSettings;
}

interface Options extends PodOptions {
  /** Init containers, which run one after the other before all but the sidecars. */
  readonly inits?: readonly Played[];
  readonly natives?: readonly Played[];
  readonly deleteWhen?: (pod: Pod) => boolean;
  readonly deadlineWhen?: (pod: Pod) => boolean;
  readonly listening?: number;
  readonly faults?: readonly Fault[];
  /** Further keys of the pod's spec. */
  readonly morePod?: Readonly<Record<string, unknown>>;
  /** The spec of a Job that is to make the pod; none: it is a pod of its own. */
  readonly job?: Readonly<Record<string, unknown>>;
}

/** Where it can be, none of them has to copy the executable: so many copies take a minute. */
const VOLUMES = has("image volumes");
/** A folder that the containers of a pod share. */
const SHARED = VOLUMES ? "/run/koordinator" : "/koordinator";
/** So long, in seconds, that no pod comes to it before it is made shorter. */
const DEADLINE = 3_600;

const sh = (script: string) => ["sh", "-c", script] as const;
const SERVES: CommandSettings = { ends: [] };
/** Dies of SIGTERM, which a shell that is process 1 does not by itself. */
const SERVE = "trap 'exit 143' TERM; echo listens; sleep 1000 & wait";

/** Opens a port after a second. */
function server(name: string, readyPort: number, spec?: unknown): Played {
  const script = `trap 'exit 143' TERM; sleep 1; echo "open at $(date +%s)"; ` +
    `nc -ll -p ${readyPort} -e true & sleep 1000 & wait`;
  return { name, command: sh(script), readyPort, spec, does: SERVES };
}

/** Runs until it is told to stop, and answers nobody. */
function idle(name: string, spec?: unknown): Played {
  return { name, command: sh(SERVE), spec, does: SERVES };
}

/** Ends by itself after a second. */
function ends(name: string, code = 0, spec?: unknown): Played {
  return { name, command: sh(`sleep 1; exit ${code}`), spec, does: { ends: [code] } };
}

/** Fails until it has been run that often. */
function endsAtLast(name: string, runs: number, spec?: unknown): Played {
  const script = `n=$(cat ${SHARED}/${name}.runs || echo 0); n=$((n+1)); ` +
    `echo $n > ${SHARED}/${name}.runs; sleep 1; test $n -ge ${runs}`;
  return { name, command: sh(script), spec, does: { ends: [0, 1] } };
}

/** Ignores SIGTERM. */
function deaf(name: string, spec?: unknown): Played {
  const command = sh("trap '' TERM; nc -ll -p 7000 -e true & exec sleep 1000");
  return { name, command, readyPort: 7000, spec, does: { ends: [], stops: null } };
}

/** Without koordinator. */
const bare = (played: Played): Played => ({ ...played, wrapped: false });

const more = (played: Played, keys: Readonly<Record<string, unknown>>): Played => ({
  ...played,
  more: { ...played.more, ...keys },
});

/** With environment variables beside the spec. */
function env(played: Played, variables: Readonly<Record<string, string>>): Played {
  const all = {
    ...VOLUMES ? { KOORDINATOR_STATE_DIR: `${SHARED}/state` } : {},
    ...played.spec === undefined ? {} : { KOORDINATOR_SPEC: JSON.stringify(played.spec) },
    ...variables,
  };
  return more(played, { env: Object.entries(all).map(([name, value]) => ({ name, value })) });
}

/** With a state directory that it cannot write to. */
const untold = (played: Played): Played =>
  more(played, {
    volumeMounts: [
      {
        name: "koordinator",
        mountPath: "/koordinator",
        readOnly: true,
        ...VOLUMES ? { subPath: "bin" } : {},
      },
      { name: "podinfo", mountPath: "/etc/podinfo" },
    ],
    env: [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(played.spec) }],
  });

function life(name: string, containers: readonly Played[], options: Options = {}): LifeIdea {
  const {
    inits = [],
    natives = [],
    deleteWhen,
    deadlineWhen,
    listening = 0,
    faults = [],
    morePod = {},
    job,
    ...rest
  } = options;
  const delivery = VOLUMES ? "imageVolumeAndState" : "copied";
  const plain = ({ does: _, ...container }: Played): SupervisedContainer => container;
  const made = pod(name, containers.map(plain), { graceSeconds: 30, delivery, ...rest });
  const { initContainers: asSidecars } = specOf(
    pod(name, [], { delivery, ...rest, sidecars: [...natives, ...inits].map(plain) }),
  );
  const spec = {
    ...specOf(made),
    initContainers: asSidecars.map((one) =>
      inits.some((init) => init.name === one.name) ? { ...one, restartPolicy: undefined } : one
    ),
    ...morePod,
  };
  const object = job === undefined ? { ...objectOf(made), spec } : {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { ...job, template: { spec } },
  };
  return {
    name,
    object,
    assumptions: Object.fromEntries([
      ...VOLUMES ? [] : [["koordinator", { ends: [0] }] as const],
      ...[...natives, ...inits, ...containers].map(({ name, does }) => [name, does] as const),
    ]),
    faults,
    intervention: deleteWhen !== undefined
      ? { kind: "delete", when: deleteWhen, listening }
      : deadlineWhen !== undefined
      ? { kind: "deadline", when: deadlineWhen, listening }
      : undefined,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new TypeError("no object");
  return { ...value };
}

function specOf(made: unknown): {
  readonly initContainers: readonly Readonly<Record<string, unknown>>[];
} {
  const spec = objectOf(objectOf(made).spec);
  const { initContainers } = spec;
  if (!Array.isArray(initContainers)) throw new TypeError("no init containers");
  return { ...spec, initContainers: initContainers.map(objectOf) };
}

const runs = (...names: readonly string[]) => ({ status }: Pod) =>
  names.every((name) =>
    [...status.initContainerStatuses, ...status.containerStatuses].some((one) =>
      one.name === name && one.state.running !== undefined && one.ready === true
    )
  );
const restarted = (name: string) => (pod: Pod) =>
  (container(pod, name)?.restartCount ?? 0) >= 1 &&
  container(pod, name)?.state.running !== undefined;

const PROXY = server("proxy", 8080, { stopDeps: ["main"] });
const READINESS = { readiness: { tcp: 8080 } };
const MAIN = ends("main", 0, { startDeps: ["proxy"] });
const JOB = { backoffLimit: 0 };
/** In that time of the next run a pod is deleted: the kubelet does not hear of it while it restarts a container. */
const PATIENT = 10;
const probe = (command: readonly string[], failureThreshold = 1) => ({
  exec: { command },
  periodSeconds: 1,
  failureThreshold,
});

/** Lives that every Kubernetes can play. */
export const LIVES: readonly LifeIdea[] = [
  life("job", [PROXY, MAIN], { job: JOB }),
  life("untold", [untold(PROXY), untold(MAIN)]),
  life("no-token", [
    server("proxy", 8080, { stopDeps: ["main"], ...READINESS }),
    MAIN,
  ], { token: false }),
  life("never-asked", [
    env(server("proxy", 8080, { stopDeps: ["main"], ...READINESS }), { KOORDINATOR_API: "never" }),
    env(MAIN, { KOORDINATOR_API: "never" }),
  ]),
  life("no-source", [
    env(
      { ...ends("main", 0, { startDeps: ["proxy"], startTimeout: "4s" }) },
      { KOORDINATOR_API: "never", KOORDINATOR_STATE_DIR: "/nowhere/state" },
    ),
    ends("proxy"),
  ]),
  life("main-fails", [PROXY, ends("main", 3, { startDeps: ["proxy"] })], { job: JOB }),
  life("fails-twice", [ends("main", 1)], { job: { backoffLimit: 1 } }),
  life("policy", [PROXY, ends("main", 42, { startDeps: ["proxy"] })], {
    job: {
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [{
          action: "FailJob",
          onExitCodes: { containerName: "main", operator: "In", values: [42] },
        }],
      },
    },
  }),
  life("job-deadline", [server("app", 7000, {}), server("shipper", 7001, { stopDeps: ["app"] })], {
    job: { backoffLimit: 0, activeDeadlineSeconds: DEADLINE },
    deadlineWhen: runs("app", "shipper"),
  }),
  life("pod-deadline", [server("app", 7000, {}), server("shipper", 7001, { stopDeps: ["app"] })], {
    morePod: { activeDeadlineSeconds: DEADLINE },
    deadlineWhen: runs("app", "shipper"),
  }),
  life("retried", [PROXY, endsAtLast("main", 2, { startDeps: ["proxy"] })], {
    restartPolicy: "OnFailure",
  }),
  life("always", [PROXY, MAIN], {
    restartPolicy: "Always",
    deleteWhen: restarted("main"),
    listening: 2,
  }),
  life("plain-always", [bare(ends("main", 1)), bare(idle("other"))], {
    restartPolicy: "Always",
    deleteWhen: restarted("main"),
    listening: 1,
  }),
  life("inits", [bare(ends("main"))], { inits: [bare(ends("first")), bare(ends("second"))] }),
  life("init-fails", [bare(ends("main"))], {
    inits: [bare(ends("first")), bare(ends("second", 1))],
  }),
  life("init-retried", [ends("main")], {
    inits: [endsAtLast("first", 2)],
    restartPolicy: "OnFailure",
  }),
  life("init-deleted", [bare(ends("main"))], {
    inits: [bare(idle("first"))],
    deleteWhen: ({ status }) =>
      status.initContainerStatuses.some(({ name, state }) => name === "first" && state.running),
    listening: 1,
  }),
  life("pre-stop", [
    more(bare(idle("main")), { lifecycle: { preStop: { exec: { command: ["sleep", "2"] } } } }),
  ], { deleteWhen: runs("main"), listening: 1 }),
  life("start-timeout", [
    { ...idle("proxy", { stopDeps: ["main"] }), readyPort: 8080, does: { ends: [], ready: null } },
    ends("main", 0, { startDeps: ["proxy"], startTimeout: "4s" }),
  ]),
  life("start-anyway", [
    { ...idle("proxy", { stopDeps: ["main"] }), readyPort: 8080, does: { ends: [], ready: null } },
    ends("main", 0, { startDeps: ["proxy"], startTimeout: "4s", onStartTimeout: "start" }),
  ]),
  life("unmeetable", [
    { ...ends("proxy", 1, {}), readyPort: 8080, does: { ends: [1], ready: null } },
    MAIN,
  ]),
  life("unknown", [ends("main", 0, { startDeps: ["nobody"] })]),
  life("cycle", [
    ends("first", 0, { startDeps: ["second"] }),
    ends("second", 0, { startDeps: ["first"] }),
  ]),
  life("invalid", [ends("main", 0, { startDebs: ["proxy"] }), bare(ends("proxy"))]),
  life("not-found", [
    PROXY,
    {
      name: "main",
      command: ["nothing-of-this-name"],
      spec: { startDeps: ["proxy"] },
      does: { ends: [127] },
    },
  ]),
  life("held-deleted", [
    { ...idle("proxy", { stopDeps: ["main"] }), readyPort: 8080, does: { ends: [], ready: null } },
    MAIN,
  ], { deleteWhen: runs("main"), listening: 2 }),
  life("ordered", [server("app", 7000, {}), server("shipper", 7001, { stopDeps: ["app"] })], {
    deleteWhen: runs("app", "shipper"),
  }),
  life("chain", [
    server("first", 7000, { stopDeps: ["second"] }),
    server("second", 7001, { stopDeps: ["third"] }),
    server("third", 7002, {}),
  ], { deleteWhen: runs("first", "second", "third") }),
  life("deaf", [deaf("app", {}), server("shipper", 7001, { stopDeps: ["app"] })], {
    deleteWhen: runs("app", "shipper"),
  }),
  life("deaf-bare", [bare(deaf("main")), bare(idle("other"))], {
    deleteWhen: runs("main", "other"),
    graceSeconds: 3,
  }),
  life("escalated", [
    deaf("sidecar", { stopDeps: ["main"], termTimeout: "1s" }),
    ends("main", 0, {}),
  ]),
  life("killed", [
    PROXY,
    { ...MAIN, command: sh("sleep 1; kill -9 $$$$"), does: { ends: [137] } },
  ]),
  life("out-of-memory", [
    PROXY,
    { ...MAIN, command: sh("sleep 1; exec tail /dev/zero"), memory: "200Mi", does: { ends: [] } },
  ], {
    faults: [
      { container: "main", kind: "outOfMemory" },
      { container: "main", kind: "supervisorKilled" },
    ],
  }),
  life("bare-proxy", [
    bare({
      ...server("proxy", 8080),
      command: sh("trap 'exit 0' TERM; sleep 1; nc -ll -p 8080 -e true & sleep 7 & wait $!"),
      does: { ends: [0] },
    }),
    MAIN,
  ]),
  life("handed-over", [
    ends("main", 0, {}),
    ends("other", 0, { startDeps: [{ container: "main", until: "started" }] }),
  ]),
  life("stays", [ends("main", 0, { handOver: false }), idle("other", { stopDeps: ["main"] })]),
  life("any", [idle("sidecar", { stopDeps: ["one", "two"] }), ends("one", 0, {}), {
    ...ends("two", 0, {}),
    command: sh("sleep 5"),
  }]),
  life("all", [idle("sidecar", { stopDeps: ["one", "two"], stopWhen: "all" }), ends("one", 0, {}), {
    ...ends("two", 0, {}),
    command: sh("sleep 4"),
  }]),
  life("migrated", [
    ends("migration", 0, { startDeps: ["db"] }),
    server("db", 5432, { stopDeps: ["main"] }),
    ends("main", 0, { startDeps: ["db", { container: "migration", until: "succeeded" }] }),
  ]),
  life("migration-fails", [
    ends("migration", 1, {}),
    ends("main", 0, { startDeps: [{ container: "migration", until: "succeeded" }] }),
  ]),
  life("terminated", [
    ends("first", 1, {}),
    ends("main", 0, { startDeps: [{ container: "first", until: "terminated" }] }),
  ]),
  life("own-code", [
    idle("sidecar", { stopDeps: ["main"], terminatedByStopDepExitCode: -1 }),
    ends("main", 0, {}),
  ]),
  life("failed-only", [
    idle("sidecar", { stopDeps: [{ container: "main", when: "failed", exitCode: 9 }] }),
    ends("main", 2, {}),
  ]),
  life("linger", [idle("sidecar", { stopDeps: ["main"], stopLinger: "1s" }), ends("main", 0, {})]),
  life("delayed", [server("main", 7000, { stopDelay: "1s" })], { deleteWhen: runs("main") }),
  life("again", [
    endsAtLast("main", 2, { restart: { policy: "onFailure", backoff: "100ms" } }),
  ]),
  life("liveness", [
    more(bare({ ...idle("main"), does: { ends: [], ready: null } }), {
      livenessProbe: probe(["false"], PATIENT),
    }),
  ], { restartPolicy: "Always", deleteWhen: restarted("main"), listening: 2 }),
  life("liveness-alone", [
    server("app", 7000, {}),
    more({ ...idle("sidecar", { stopDeps: ["app"] }), does: { ends: [], ready: null } }, {
      livenessProbe: probe(["false"], PATIENT),
    }),
  ], { restartPolicy: "Always", deleteWhen: restarted("sidecar"), listening: 2 }),
  life("startup-fails", [
    more(bare({ ...idle("main"), does: { ends: [], ready: null } }), {
      startupProbe: probe(["false"], 2),
    }),
  ]),
  life("startup", [
    more(server("proxy", 8080, { stopDeps: ["main"] }), {
      startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 30 },
    }),
    MAIN,
  ]),
  life("file", [
    { ...ends("main", 0, { startDeps: [{ file: `${SHARED}/flag` }] }) },
    { ...ends("other"), command: sh(`sleep 1; touch ${SHARED}/flag; sleep 1`) },
  ]),
];

/** Crashes once main runs, and in the next run again: before the third the kubelet makes a pause. */
const CRASHES = `if [ -e ${SHARED}/once ]; then touch ${SHARED}/twice; exit 1; fi; ` +
  `touch ${SHARED}/once; until [ -e ${SHARED}/main ]; do sleep 0.2; done; exit 1`;
const OUTLIVES_TWO =
  `touch ${SHARED}/main; until [ -e ${SHARED}/twice ]; do sleep 0.2; done; sleep 1`;

/** Lives of pods with native sidecars. */
export const SIDECAR_LIVES: readonly LifeIdea[] = [
  life("native", [bare(ends("main"))], { natives: [bare(idle("sidecar"))] }),
  life("native-crashes", [bare({ ...ends("main"), command: sh(OUTLIVES_TWO) })], {
    natives: [bare({ ...ends("sidecar", 1), command: sh(CRASHES), does: { ends: [1] } })],
  }),
  life("native-startup", [bare(ends("main"))], {
    natives: [
      more(bare(server("sidecar", 8080)), {
        startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 30 },
      }),
    ],
    inits: [bare(ends("first"))],
  }),
  life("native-awaited", [ends("main", 0, { startDeps: ["proxy"] })], {
    natives: [server("proxy", 8080, {})],
    job: JOB,
  }),
  life("natives-deleted", [bare(idle("main"))], {
    natives: [bare(idle("first")), bare(idle("second"))],
    deleteWhen: runs("main"),
    listening: 3,
  }),
  life("native-deaf", [bare(ends("main"))], { natives: [bare(deaf("sidecar"))], graceSeconds: 3 }),
  life("native-and-init-fails", [bare(ends("main"))], {
    natives: [bare(idle("sidecar"))],
    inits: [bare(ends("first", 1))],
  }),
  life("native-pre-stop", [bare(ends("main"))], {
    natives: [
      more(bare(idle("sidecar")), {
        lifecycle: { preStop: { exec: { command: ["sleep", "1"] } } },
      }),
    ],
  }),
];
