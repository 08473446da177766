import { assertEquals, assertMatch } from "@std/assert";
import { stringify } from "yaml";
import { checkManifests, type Report } from "../../lib/check/check_manifests.ts";
import { exploreWorkload } from "../../lib/check/explore_workload.ts";
import { textOutput } from "../../lib/check/text_output.ts";
import { readManifest } from "../../lib/manifest/manifest.ts";
import type { Assumptions, CommandSettings } from "../../lib/simulate/assumptions.ts";

/** A container of a Job; without a spec it is not under koordinator. */
interface Idea {
  readonly name: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly probe?: boolean;
  readonly livenessProbe?: boolean;
  readonly startupProbe?: boolean;
  readonly assume?: CommandSettings;
}

interface JobIdea {
  readonly containers: readonly Idea[];
  readonly restartPolicy?: "Never" | "OnFailure";
  readonly comment?: string;
}

const TCP = { tcpSocket: { port: 80 } };

/** A Job with koordinator's executable in an image volume, and a state directory. */
function job({ containers, restartPolicy = "Never", comment = "" }: JobIdea): string {
  const written = stringify({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "job" },
    spec: {
      template: {
        spec: {
          restartPolicy,
          volumes: [
            { name: "koordinator", image: { reference: "koordinator:latest" } },
            { name: "state", emptyDir: {} },
          ],
          containers: containers.map(({ name, spec, probe, livenessProbe, startupProbe }) => ({
            name,
            image: "busybox",
            command: spec === undefined ? ["app"] : ["/koordinator/koordinator", "app"],
            ...spec === undefined ? {} : {
              env: [
                { name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) },
                { name: "KOORDINATOR_STATE_DIR", value: "/run/state/koordinator" },
              ],
              volumeMounts: [
                { name: "koordinator", mountPath: "/koordinator", subPath: "bin" },
                { name: "state", mountPath: "/run/state" },
              ],
            },
            ...probe === true ? { readinessProbe: TCP } : {},
            ...livenessProbe === true ? { livenessProbe: TCP } : {},
            ...startupProbe === true ? { startupProbe: TCP } : {},
          })),
        },
      },
    },
  });
  // The rules may say a word of these, too: here it is about what is explored.
  return `${comment}\n${written}`;
}

function explored(idea: JobIdea, limit?: number): Report {
  const assumptions: Assumptions = new Map(
    idea.containers.flatMap(({ name, assume }) => assume === undefined ? [] : [[name, assume]]),
  );
  return checkManifests(
    [readManifest({ name: "job.yaml", text: job(idea) })],
    (workload) => exploreWorkload(workload, { assumptions, limit }),
  );
}

const MAIN: Idea = { name: "main", spec: { startDeps: ["proxy"] } };
const PROXY: Idea = {
  name: "proxy",
  spec: { stopDeps: ["main"], readiness: { tcp: "80" } },
  probe: true,
};

/** A Job, and what is explored: the rule, the message, and how its story ends. */
const CASES: readonly (readonly [string, JobIdea, ...(readonly [string, string, RegExp])[]])[] = [
  ["a proxy and what it serves", { containers: [PROXY, MAIN] }],
  [
    "a proxy that is never ready",
    { containers: [{ ...PROXY, assume: { ready: null } }, MAIN] },
    [
      "hang",
      "in some order of events the pod never ends",
      /^main waits for ever: for proxy \(running, not ready\)$/,
    ],
  ],
  [
    "a proxy that any end stops, and a main that is started again",
    {
      restartPolicy: "OnFailure",
      containers: [
        {
          ...PROXY,
          spec: {
            stopDeps: [{ container: "main", when: "terminated" }],
            readiness: { tcp: "80" },
          },
        },
        MAIN,
      ],
    },
    [
      "hang",
      "in some order of events the pod never ends",
      /^and so on: whatever happens, the pod never comes to its end$/,
    ],
  ],
  [
    "a proxy that the first of two mains stops",
    {
      containers: [
        { ...PROXY, spec: { stopDeps: ["one", "two"], readiness: { tcp: "80" } } },
        { name: "one", spec: { startDeps: ["proxy"] } },
        { name: "two", spec: { startDeps: ["proxy"] } },
      ],
    },
    [
      "never-started",
      "in some order of events one is never launched, and its container ends with 121",
      /one.*121/,
    ],
    [
      "never-started",
      "in some order of events two is never launched, and its container ends with 121",
      /two.*121/,
    ],
  ],
  [
    "a proxy that does not hear its signal",
    { containers: [{ ...PROXY, assume: { stops: null } }, MAIN] },
    [
      "wrong-job-result",
      "in some order of events proxy fails the pod, though all work was done",
      /proxy/,
    ],
    ["killed", "in some order of events proxy has to be killed to end", /proxy/],
    [
      "slow-deletion",
      "when the pod is deleted, proxy may be killed after the grace period",
      /proxy/,
    ],
  ],
  [
    "a proxy whose end fails the pod",
    {
      containers: [
        {
          ...PROXY,
          spec: {
            stopDeps: ["main"],
            readiness: { tcp: "80" },
            terminatedByStopDepExitCode: 3,
          },
        },
        MAIN,
      ],
    },
    [
      "wrong-job-result",
      "in some order of events proxy fails the pod, though all work was done",
      /proxy.*3/,
    ],
  ],
];

for (const [name, idea, ...expected] of CASES) {
  Deno.test(`going through all orders of ${name} finds ${expected.length || "nothing"}`, () => {
    const { diagnostics, proofs } = explored(idea);
    const found = diagnostics.filter(({ story }) => story.length > 0)
      .toSorted((a, b) => a.message < b.message ? -1 : 1);
    assertEquals(
      found.map(({ rule, message }) => [rule, message]),
      expected.map(([rule, message]) => [rule, message]),
    );
    for (const [index, { story }] of found.entries()) {
      assertMatch(story.at(-1) ?? "", expected[index]?.[2] ?? /^$/);
    }
    assertEquals(proofs.map(({ complete }) => complete), [true]);
  });
}

Deno.test("a probe that stops a held container is one finding, with its story", () => {
  const main = { ...MAIN, livenessProbe: true };
  const hasty = ({ diagnostics }: Report) =>
    diagnostics.filter(({ rule }) => rule === "probe-kills-held");
  const [first, ...rest] = hasty(explored({ containers: [PROXY, main] }));
  assertEquals(rest, []);
  assertEquals(first?.story.slice(-2), [
    "container main starts: its command is held back, waiting for proxy",
    "the kubelet's probe of main fails, whose command is held back: the kubelet stops it",
  ]);
  const comment = "# koordinator-ignore: probe-kills-held the proxy is there within seconds";
  assertEquals(explored({ containers: [PROXY, main], comment }).diagnostics, []);
});

Deno.test("a probe that has patience enough stops no held container", () => {
  const spec = { startDeps: ["proxy"], startTimeout: "10s" };
  const { diagnostics } = explored({
    containers: [PROXY, { name: "main", spec, livenessProbe: true }],
  });
  assertEquals(diagnostics, []);
});

Deno.test("a command that never becomes ready is stopped by its startup probe: nobody waits for ever", () => {
  const never = { ...PROXY, assume: { ready: null } };
  const rules = (proxy: Idea) =>
    explored({ containers: [proxy, MAIN] }).diagnostics.map(({ rule }) => rule);
  assertEquals(rules(never), ["hang"]);
  assertEquals(rules({ ...never, startupProbe: true }), ["never-started"]);
});

Deno.test("what was taken for granted of each command is said", () => {
  const report = explored({ containers: [PROXY, MAIN] });
  assertMatch(
    textOutput(report, { colour: false }),
    /^Job job: all orders of events were gone through, more than [\d,.]+( \w+)? in [\d,]+ states, outages of the API server among them: nothing goes wrong in any\n {2}if proxy is a server: it runs until it is stopped; main ends by itself with 0 or 1\n/,
  );
});

Deno.test("where there are more states than are gone through, orders at random follow, and it is said", () => {
  const { proofs: [proof] } = explored({ containers: [PROXY, MAIN] }, 10);
  assertEquals(proof?.complete, false);
  assertMatch(
    proof?.extent ?? "",
    /^there are too many orders of events for all: \d+ states, and [1-9][\d,]* orders at random/,
  );
});

Deno.test("a pod that the rules find broken is not gone through", () => {
  const { diagnostics, proofs } = explored({
    containers: [PROXY, { name: "main", spec: { startDeps: ["proxi"] } }],
  });
  assertEquals(diagnostics.some(({ rule }) => rule === "unknown-container"), true);
  assertEquals(proofs, []);
});

Deno.test("a pod is gone through if what the rules find is ignored, and so may its story be", () => {
  const never = { ...PROXY, assume: { ready: null } };
  const comment = "# koordinator-ignore: hang the proxy is mended tomorrow";
  const ignored = explored({ containers: [never, MAIN], comment });
  assertEquals(ignored.diagnostics.filter(({ severity }) => severity !== "note"), []);
  assertEquals(ignored.ignored, 1);
  const unused = explored({ containers: [PROXY, MAIN], comment });
  assertEquals(unused.diagnostics.map(({ rule }) => rule), ["unused-ignore"]);
});

Deno.test("a pod without koordinator is not gone through", () => {
  const { proofs, diagnostics } = explored({ containers: [{ name: "a" }, { name: "b" }] });
  assertEquals([proofs, diagnostics], [[], []]);
});

Deno.test("of orders that were not all gone through it is not said that each ends", () => {
  const { proofs } = explored({ containers: [PROXY, MAIN] }, 5);
  assertEquals(proofs.map(({ complete }) => complete), [false]);
  assertMatch(proofs[0]?.extent ?? "", /whether each goes on to an end is not known$/);
});
