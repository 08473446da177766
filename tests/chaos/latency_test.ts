/** How fast each source is, measured in one run; it prints the table that the documentation shows. */
import { assert } from "@std/assert";
import { clusterTest, type Namespace } from "../cluster/support/cluster.ts";
import { pod, ROLE } from "../cluster/support/manifests.ts";

/** How often each way is measured; the documentation's figures are of seven. */
const ROUNDS = Number(Deno.env.get("KOORDINATOR_ROUNDS") ?? 3);

const DIRECTORY = "/koordinator";

/** Ends of files' names, each touched at the moment that it is named by. */
const MOMENTS = ["ready", "main", "end", "term"] as const;

/** A proxy that is ready after a while and shows all moments when it is told to stop. */
const PROXY =
  'trap \'touch $D/term; for f in ready main end term; do stat -c "%n %y" $D/$f; done; ' +
  "exit 0' TERM; sleep 2 & wait; touch $D/ready; while :; do sleep 1 & wait; done";
const MAIN = "touch $D/main; sleep 1; touch $D/end";

/** What each way has: the API server, the state directory, or both. */
const WAYS = [
  { name: "API server alone", api: true, directory: false },
  { name: "state directory alone", api: false, directory: true },
  { name: "both", api: true, directory: true },
] as const;

type Way = typeof WAYS[number];

function measured({ api, directory }: Way, name: string): unknown {
  const env = directory ? [] : [{ name: "KOORDINATOR_STATE_DIR", value: "/proc/none" }];
  const script = (text: string) => ["sh", "-c", text.replaceAll("$D", DIRECTORY)];
  const readiness = directory ? { readiness: { file: `${DIRECTORY}/ready` } } : {};
  const exec = { command: ["cat", `${DIRECTORY}/ready`] };
  const specOf = (spec: unknown) => ({
    env: [...env, { name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) }],
  });
  return pod(name, [
    {
      name: "proxy",
      command: script(PROXY),
      more: {
        ...specOf({ stopDeps: ["main"], ...readiness }),
        ...(api ? { readinessProbe: { exec, periodSeconds: 1 } } : {}),
      },
    },
    { name: "main", command: script(MAIN), more: specOf({ startDeps: ["proxy"] }) },
  ], { token: api, podinfo: false });
}

async function measure(namespace: Namespace, way: Way, name: string) {
  await namespace.apply(measured(way, name));
  const succeeded = "--for=jsonpath={.status.phase}=Succeeded";
  await namespace.kubectl(["wait", succeeded, `pod/${name}`, "--timeout=120s"]);
  const log = await namespace.logs(name, "proxy");
  const [ready, main, end, term] = MOMENTS.map((moment) => {
    const [, clock = "", fraction = ""] =
      new RegExp(`${DIRECTORY}/${moment} (\\S+ [\\d:]+)(\\.\\d+)`).exec(log) ?? [];
    assert(fraction !== "", log);
    return Date.parse(`${clock.replace(" ", "T")}Z`) + Number(fraction) * 1_000;
  });
  return { start: (main ?? 0) - (ready ?? 0), stop: (term ?? 0) - (end ?? 0) };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other).map(Math.round);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return `${middle} ms (${sorted[0]} to ${sorted.at(-1)})`;
}

clusterTest(
  "a sibling's readiness and end are seen sooner with the state directory",
  async (namespace) => {
    await namespace.apply(...ROLE);
    const figures = new Map<Way, { start: number[]; stop: number[] }>(
      WAYS.map((way) => [way, { start: [], stop: [] }]),
    );
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, way] of WAYS.entries()) {
        const { start, stop } = await measure(namespace, way, `round-${round}-${index}`);
        figures.get(way)?.start.push(start);
        figures.get(way)?.stop.push(stop);
      }
    }
    for (const [{ name }, { start, stop }] of figures) {
      console.log(
        `${name}: ready to first instruction ${spread(start)}, end to SIGTERM ${spread(stop)}`,
      );
    }
    const [api, directory] = WAYS.map((way) =>
      figures.get(way)?.start.toSorted((a, b) => a - b) ?? []
    );
    const middle = Math.floor(ROUNDS / 2);
    assert((directory?.[middle] ?? Infinity) < (api?.[middle] ?? 0));
  },
);
