/** KEP-5532 in the model: an end that a rule with the action RestartAllContainers answers. */
import { assert, assertEquals } from "@std/assert";
import { explore } from "../../lib/simulate/explore.ts";
import { momentsOf } from "../../lib/simulate/played_moments.ts";
import { play, type Played } from "../../lib/simulate/play.ts";
import { type ContainerIdea, MAIN, pod, type PodIdea, PROXY } from "./workloads.ts";

const ALL = {
  restartPolicyRules: [
    { action: "RestartAllContainers", exitCodes: { operator: "In", values: [88] } },
  ],
} as const;

/** Brings koordinator, and empties the state directory. */
const COPY: ContainerIdea = {
  name: "copy",
  role: "init",
  command: ["/koordinator", "copy", "/koordinator"],
  mounts: [{ volume: "koordinator", at: "/koordinator", readOnly: false, path: [] }],
  assume: { ends: [0] },
};

const SETUP: ContainerIdea = { name: "setup", role: "init", assume: { ends: [0] } };

function playedOnce(idea: PodIdea, seed = 1): Played {
  return play(pod(idea), { seed, planned: [], until: 120_000 });
}

function startsOf({ happenings }: Played): readonly number[] {
  return happenings.flatMap(({ event }) =>
    event.kind === "containerStarts" ? [event.container] : []
  );
}

Deno.test("all containers are ended without a word and started anew, init containers first", () => {
  const main = { ...MAIN, ...ALL, assume: { ends: [88] } };
  const one = playedOnce({ stateDirectory: true, containers: [COPY, SETUP, PROXY, main] });
  const starts = startsOf(one);
  assertEquals(starts.slice(0, 2), [0, 1]);
  assertEquals(starts.slice(4, 6), [0, 1]);
  assertEquals(starts.slice(2, 4).toSorted(), [2, 3]);
  assertEquals(starts.slice(6, 8).toSorted(), [2, 3]);
  const kinds = one.happenings.map(({ event }) => event.kind);
  assert(!kinds.includes("kubeletStops") && kinds.includes("kubeletKills"));
  const told = momentsOf(one).flatMap(({ text }) => text ?? []);
  const from = told.indexOf("ends with exit code 88");
  assertEquals(told.slice(from + 1, from + 5), [
    "ends all containers, to start them anew",
    "kills proxy: all containers are to run again",
    "ends with exit code 137",
    "all have ended: starts them anew, init containers first",
  ]);
});

Deno.test("what a restart of all containers leaves is nobody's end: the second run goes as the first", () => {
  for (const token of [true, false]) {
    for (let seed = 1; seed <= 20; seed++) {
      const idea: PodIdea = {
        token,
        stateDirectory: true,
        containers: [
          COPY,
          { ...PROXY, spec: { stopDeps: ["main"], readiness: { tcp: 5432 } } },
          { ...MAIN, ...ALL, assume: { ends: [0, 88] } },
        ],
      };
      const { because, phase, happenings } = playedOnce(idea, seed);
      assertEquals([because === "stuck", phase === "Failed"], [false, false], `seed ${seed}`);
      if (because !== "over") continue;
      assertEquals(happenings.at(-1)?.state.containers.map(({ exitCode }) => exitCode), [0, 0, 0]);
    }
  }
});

function found(idea: PodIdea): readonly string[] {
  const { verdicts } = explore(pod(idea));
  return verdicts.map(({ kind, container }) => `${kind} ${container ?? ""}`.trim()).toSorted();
}

const AGAIN = { ...MAIN, ...ALL, assume: { ends: [0, 1, 88] } };

for (const restartPolicy of ["Never", "OnFailure"] as const) {
  Deno.test(`all orders of a pod that may be restarted as a whole, under ${restartPolicy}`, () => {
    const containers = [PROXY, AGAIN];
    assertEquals(found({ restartPolicy, containers }), []);
    const copied = [COPY, ...containers];
    assertEquals(found({ restartPolicy, containers: copied, stateDirectory: true }), []);
    const alone = [COPY, { ...PROXY, spec: { stopDeps: ["main"], readiness: { tcp: 1 } } }, AGAIN];
    assertEquals(
      found({ restartPolicy, containers: alone, token: false, stateDirectory: true }),
      [],
    );
  });
}

Deno.test("without the API server and without the copy what was before is taken for what is", () => {
  const containers = [
    { name: "migrate", spec: {}, assume: { ends: [0] } },
    {
      name: "app",
      spec: { startDeps: [{ container: "migrate", until: "succeeded" }] },
      ...ALL,
      assume: { ends: [0, 88] },
    },
  ];
  assertEquals(found({ containers }), []);
  assertEquals(found({ containers, token: false, stateDirectory: true }), [
    "neverStarted app",
    "startsTooEarly app",
  ]);
  const copied = [COPY, ...containers];
  assertEquals(found({ containers: copied, token: false, stateDirectory: true }), []);
});

Deno.test("an API server that is away tells nobody of a restart of all containers", () => {
  const containers = [PROXY, AGAIN];
  assertEquals(found({ containers, stateDirectory: true }), [
    "failsThoughDone proxy",
    "neverStarted main",
  ]);
});

Deno.test("a pod that never does anything but restart as a whole never ends", () => {
  const main = { ...MAIN, ...ALL, assume: { ends: [88] } };
  const { verdicts: [first] } = explore(pod({ containers: [PROXY, main] }));
  assertEquals(first?.kind, "hangs");
  const story = first?.story ?? [];
  const from = story.findIndex((line) => line.startsWith("the command of main ends with 88"));
  assertEquals(story.slice(from, from + 2), [
    "the command of main ends with 88; all containers are to run again",
    "the kubelet begins to end all containers, to start them anew",
  ]);
});

Deno.test("a rule says that its code may come, for a server too", () => {
  const watcher: ContainerIdea = { name: "watcher", spec: { stopDeps: ["main"] }, ...ALL };
  const { assumed } = explore(pod({ containers: [watcher, { name: "main", spec: {} }] }));
  assertEquals(assumed[0], "watcher ends by itself with 88");
});
