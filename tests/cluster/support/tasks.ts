/** The manifests of the pages by task, and the programs that stand in for those of their images. */
import { IMAGES } from "../../../tools/e2e/images.ts";
import type { ExampleContainer, ExamplePod } from "./manifests.ts";

/** What a program that serves does once its port is open. */
export const SERVE = "while :; do sleep 0.1; done";

/** A web server of busybox on a port, with one file. */
export const web = (port: number, file: string) =>
  `mkdir -p /tmp/www; echo ok > /tmp/www/${file}; httpd -p ${port} -h /tmp/www`;

/** Answers every request on some ports with 200, and ends at the one request that asks it to. */
const proxyThatQuitsAt = (request: string, ports: readonly number[]) => `
  cat > /tmp/answer <<'END'
read line; case "$line" in "${request} "*) touch /tmp/quit ;; esac
printf "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"
END
  sleep 1
  for port in ${ports.join(" ")}; do nc -ll -p $port -e sh /tmp/answer & done
  while [ ! -e /tmp/quit ]; do sleep 0.1; done`;

/** An example that is played, and what must come of it. */
export interface Played {
  readonly file: string;
  /** What stands in for a container's program, by container. */
  readonly programs: Readonly<Record<string, string>>;
  /** Exit codes by container. */
  readonly codes: Readonly<Record<string, number>>;
  /** What a container's log has. */
  readonly says?: readonly [container: string, text: string];
  /** What an injector adds to the pod. */
  readonly injected?: (pod: ExamplePod) => ExamplePod;
}

/** A container beside those of the manifest, without koordinator. */
export function withContainer(name: string, script: string, mounts: readonly unknown[] = []) {
  const added = {
    name,
    image: IMAGES.busybox,
    imagePullPolicy: "Never",
    command: ["sh", "-c", script],
    volumeMounts: mounts,
  };
  return (pod: ExamplePod): ExamplePod => ({ ...pod, containers: [...pod.containers, added] });
}

/** As the injector of Vault does: a folder that every container mounts. */
function withSecrets(pod: ExamplePod): ExamplePod {
  const mount = { name: "secrets", mountPath: "/vault/secrets" };
  const agent = proxyThatQuitsAt("POST /agent/v1/quit", [8200])
    .replace("sleep 1", "sleep 1; echo secret > /vault/secrets/config");
  const injected = withContainer("vault-agent", agent)({
    ...pod,
    volumes: [...pod.volumes, { name: "secrets", emptyDir: {} }],
  });
  const containers = injected.containers.map((container) => ({
    ...container,
    volumeMounts: [...Array.isArray(container.volumeMounts) ? container.volumeMounts : [], mount],
  }));
  return { ...injected, containers };
}

/** Those that run to their end by themselves. */
export const PLAYED: readonly Played[] = [
  {
    file: "istio.yaml",
    programs: { main: "echo worked" },
    codes: { main: 0, "istio-proxy": 0 },
    injected: withContainer("istio-proxy", proxyThatQuitsAt("POST /quitquitquit", [15021, 15020])),
  },
  {
    file: "linkerd.yaml",
    programs: { main: "echo worked" },
    codes: { main: 0, "linkerd-proxy": 0 },
    injected: withContainer("linkerd-proxy", proxyThatQuitsAt("POST /shutdown", [4191])),
  },
  {
    file: "vault-agent.yaml",
    programs: { main: "cat /vault/secrets/config" },
    codes: { main: 0, "vault-agent": 0 },
    says: ["main", "secret"],
    injected: withSecrets,
  },
  {
    file: "opentelemetry.yaml",
    programs: {
      collector: `trap 'echo sent; exit 0' TERM; sleep 1; ${web(13133, "index.html")}; ${SERVE}`,
      main: "wget -qO- http://127.0.0.1:13133/",
    },
    codes: { main: 0, collector: 0 },
    says: ["collector", "sent"],
  },
  {
    file: "fluent-bit.yaml",
    programs: {
      "fluent-bit": `trap 'exit 0' TERM; tail -n +1 -F /var/log/app/app.log & ${SERVE}`,
      main: 'sleep 1; echo "last line" >> $LOG_FILE',
    },
    codes: { main: 0, "fluent-bit": 0 },
    says: ["fluent-bit", "last line"],
  },
  {
    file: "migrations.yaml",
    programs: { migration: "touch /koordinator/schema", main: "ls /koordinator/schema" },
    codes: { migration: 0, main: 0, "cloud-sql-proxy": 0 },
  },
  {
    file: "airflow.yaml",
    programs: { base: "echo worked" },
    codes: { base: 0, "cloud-sql-proxy": 0 },
  },
  {
    file: "postgres-in-job.yaml",
    programs: {
      db: `trap 'echo fast shutdown; exit 0' INT; sleep 1; nc -ll -p 5432 -e true & ${SERVE}`,
      tests: "nc 127.0.0.1 5432 < /dev/null",
    },
    codes: { db: 0, tests: 0 },
    says: ["db", "fast shutdown"],
  },
  {
    file: "ruby-jemalloc.yaml",
    programs: {
      redis: `trap 'exit 0' TERM; nc -ll -p 6379 -e true & ${SERVE}`,
      worker: "echo $LD_PRELOAD and $MALLOC_CONF",
    },
    codes: { redis: 0, worker: 0 },
    says: ["worker", "libjemalloc.so.2 and dirty_decay_ms:1000,narenas:2"],
  },
  {
    file: "tracing.yaml",
    programs: { main: 'test "$OTEL_RESOURCE_ATTRIBUTES" = k8s.pod.name=$HOSTNAME && env' },
    codes: { main: 0 },
    says: ["main", "TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
  },
];

/** A container whose program is a script, under koordinator as before. */
export function standIn(
  programs: Played["programs"],
): (container: ExampleContainer) => ExampleContainer {
  return (container) => {
    const script = programs[container.name];
    if (script === undefined) return container;
    const { args: _, ...rest } = container;
    return { ...rest, command: ["/koordinator/koordinator", "sh", "-c", script] };
  };
}
