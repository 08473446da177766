import { assert, assertEquals } from "@std/assert";
import { explore } from "../../lib/simulate/explore.ts";
import type { Exploration } from "../../lib/simulate/explore.ts";
import { createKubelet } from "../../lib/simulate/kubelet.ts";
import { notReaching } from "../../lib/simulate/reach.ts";
import type { PlayedPod } from "../../lib/simulate/played_pod.ts";
import { seconds } from "../../lib/spec/duration.ts";
import { search, type SearchOptions } from "../../lib/simulate/search.ts";
import { judgeStep } from "../../lib/simulate/verdict.ts";
import { fateOf } from "./lives.ts";
import { type ContainerIdea, MAIN, pod, type PodIdea, PROXY } from "./workloads.ts";

function container(name: string, spec: unknown, rest: Partial<ContainerIdea> = {}): ContainerIdea {
  return { name, spec, ...rest };
}

const A = container("a", { startDeps: ["proxy"] });
const B = container("b", { startDeps: ["proxy"] });

/** What was found at first, by a trial. */
const CASES: readonly (readonly [name: string, idea: PodIdea, verdicts: readonly string[]])[] = [
  ["the README's Job", { containers: [PROXY, MAIN] }, []],
  ["the same with a state directory", { containers: [PROXY, MAIN], stateDirectory: true }, []],
  [
    "a sidecar that is not under koordinator",
    { containers: [{ name: "proxy", probe: true }, MAIN] },
    ["hangs"],
  ],
  [
    "a proxy that never becomes ready",
    { containers: [{ ...PROXY, assume: { ready: null } }, MAIN] },
    ["hangs"],
  ],
  [
    "the same with a start timeout",
    {
      containers: [
        { ...PROXY, assume: { ready: null } },
        container("main", { startDeps: ["proxy"], startTimeout: "30s" }),
      ],
    },
    ["neverLaunched main"],
  ],
  [
    "a main that waits for the end of what serves it, with a start timeout",
    {
      containers: [
        PROXY,
        container("main", {
          startDeps: [{ container: "proxy", until: "terminated" }],
          startTimeout: "30s",
        }),
      ],
    },
    ["neverLaunched main"],
  ],
  ["OnFailure", { restartPolicy: "OnFailure", containers: [PROXY, MAIN] }, []],
  [
    "OnFailure with a state directory",
    { restartPolicy: "OnFailure", containers: [PROXY, MAIN], stateDirectory: true },
    [],
  ],
  [
    "OnFailure and a stop dependency that any end meets",
    {
      restartPolicy: "OnFailure",
      containers: [
        container("proxy", { stopDeps: [{ container: "main", when: "terminated" }] }, {
          probe: true,
        }),
        MAIN,
      ],
    },
    ["hangs"],
  ],
  [
    "OnFailure and a proxy that may crash",
    {
      restartPolicy: "OnFailure",
      containers: [{ ...PROXY, assume: { mayCrash: true } }, MAIN],
    },
    [],
  ],
  [
    "two mains, any of which stops the proxy",
    { containers: [container("proxy", { stopDeps: ["a", "b"] }, { probe: true }), A, B] },
    ["neverStarted a", "neverStarted b"],
  ],
  [
    "two mains that must both have ended",
    {
      containers: [
        container("proxy", { stopDeps: ["a", "b"], stopWhen: "all" }, { probe: true }),
        A,
        B,
      ],
    },
    [],
  ],
  [
    "a chain of three",
    {
      containers: [
        container("a", { stopDeps: ["c"] }, { probe: true }),
        container("b", { startDeps: ["a"], stopDeps: ["c"] }, { probe: true }),
        container("c", { startDeps: ["b"] }),
      ],
    },
    [],
  ],
  [
    "two that stop each other",
    { containers: [container("a", { stopDeps: ["b"] }), container("b", { stopDeps: ["a"] })] },
    ["hangs"],
  ],
  [
    "a migration first",
    {
      containers: [
        container("migrate", {}),
        container("app", { startDeps: [{ container: "migrate", until: "succeeded" }] }, {
          assume: { ends: [0] },
        }),
      ],
    },
    [],
  ],
];

function verdicts({ verdicts }: Exploration): readonly string[] {
  return verdicts.map(({ kind, container }) =>
    container === undefined ? kind : `${kind} ${container}`
  )
    .toSorted();
}

for (const [name, idea, expected] of CASES) {
  Deno.test(`all orders: ${name}`, () => {
    const exploration = explore(pod(idea));
    assert(exploration.life.complete && exploration.deletion.complete);
    assertEquals(verdicts(exploration), expected);
  });
}

Deno.test("orders that come to the same need not all be gone through", () => {
  for (const [name, idea] of CASES) {
    const ends = (reduced: boolean) => {
      const { states, model, complete } = search(
        pod(idea),
        { limit: 50_000, deletion: false, reduced },
        () => {},
      );
      assert(complete);
      const over = states.filter((state) => model.kubelet.isOver(state));
      return [...new Set(over.map(({ containers }) => `${containers.map((one) => one.exitCode)}`))]
        .toSorted();
    };
    assertEquals(ends(true), ends(false), name);
  }
});

Deno.test("a hang is told as a story in the names of the manifest", () => {
  const [, idea] = CASES[8] ?? [];
  assert(idea !== undefined);
  const [hang] = explore(pod(idea)).verdicts;
  const circle = [
    "the kubelet starts main again: its command is held back, waiting for proxy",
    "main looks at the API server; main ends with 121 (start dependency proxy can never be met: " +
    "terminated: ended, exit code 0, for good, before it was ready); the kubelet will start it again",
  ];
  assertEquals(hang?.story, [
    "container proxy starts, and its command runs",
    "proxy becomes ready",
    "container main starts: its command is held back, waiting for proxy",
    "main looks at the API server: start dependencies hold: launching",
    "the command of main ends with 1; the kubelet will start it again",
    "proxy looks at the API server: stop dependency main has ended: stopping the command",
    "the command of proxy ends as it was told to; proxy ends with 0",
    ...circle,
    ...circle,
    "the kubelet starts main again: its command is held back, waiting for proxy",
    "and so on: whatever happens, the pod never comes to its end",
  ]);
});

Deno.test("a container whose command ignores its stop signal has to be killed", () => {
  const stubborn = { ...PROXY, assume: { stops: null } };
  const found = explore(pod({ containers: [stubborn, MAIN] }));
  assertEquals(
    verdicts(found),
    ["deletionKills proxy", "mustBeKilled proxy", "failsThoughDone proxy"].toSorted(),
  );
});

Deno.test("where there are too many orders, random ones are gone through, and that is told", () => {
  const [, idea] = CASES[2] ?? [];
  assert(idea !== undefined);
  const { life, verdicts } = explore(pod(idea), { limit: 5, walks: 50 });
  assertEquals([life.complete, life.walks], [false, 50]);
  assertEquals(verdicts[0]?.kind, "hangs");
});

Deno.test("a deadline of the pod's own ends it as well, without a deletion that could be seen", () => {
  const stubborn = { ...PROXY, assume: { stops: null } };
  const played = pod({ containers: [stubborn, { name: "main", spec: {} }] });
  const killedBy = (activeDeadline: PlayedPod["activeDeadline"]) => {
    const kinds = new Set<string>();
    search({ ...played, activeDeadline }, { limit: 5_000, deletion: true }, ({ before, event }) => {
      if (event.kind === "kubeletKills") kinds.add(before.deletion?.why ?? "");
    });
    return [...kinds].toSorted();
  };
  assertEquals(killedBy(undefined), ["deleted"]);
  assertEquals(killedBy(seconds(60)), ["deadline", "deleted"]);
});

/** With more beside it than can all be gone through. */
function crowded(idea: PodIdea): PodIdea {
  const served = ["one", "two", "three", "four"];
  const server = container("server", { stopDeps: served, stopWhen: "all" }, { probe: true });
  const others = served.map((name) => container(name, { startDeps: ["server"] }));
  return { ...idea, containers: [...idea.containers, server, ...others] };
}

Deno.test("a circle is found where there are too many orders, if one of those at random comes to it", () => {
  const circle: PodIdea = {
    restartPolicy: "OnFailure",
    containers: [
      container("proxy", { stopDeps: [{ container: "main", when: "terminated" }] }, {
        probe: true,
      }),
      MAIN,
    ],
  };
  const { life, verdicts: [hang] } = explore(pod(crowded(circle)), { limit: 3_000, walks: 100 });
  assertEquals(life.complete, false);
  assertEquals(hang?.kind, "hangs");
  assertEquals(
    hang?.story.at(-1),
    "and so on: whatever happens, the pod never comes to its end",
  );
  const good: PodIdea = { restartPolicy: "OnFailure", containers: [PROXY, MAIN] };
  const { life: other, verdicts } = explore(pod(crowded(good)), { limit: 3_000, walks: 100 });
  assertEquals([other.complete, verdicts], [false, []]);
});

Deno.test("a command that is held for ever is found there, too, in a pod that never ends", () => {
  const idea: PodIdea = {
    restartPolicy: "Always",
    containers: [{ ...PROXY, spec: {}, assume: { ready: null } }, MAIN],
  };
  const { life, verdicts } = explore(pod(crowded(idea)), { limit: 500, walks: 100 });
  assertEquals(life.complete, false);
  assertEquals(verdicts.map(({ kind, container }) => `${kind} ${container}`), ["heldForever main"]);
});

Deno.test("what was assumed of each command is told", () => {
  assertEquals(explore(pod({ containers: [PROXY, MAIN] })).assumed, [
    "proxy is a server: it runs until it is stopped",
    "main ends by itself with 0 or 1",
  ]);
});

/** What may come of a pod, by its search: ends, faults, a hang; undefined: there is too much of it. */
function outcomes(
  played: PlayedPod,
  options: SearchOptions,
): readonly string[] | undefined {
  const judge = judgeStep(played, createKubelet(played).phase);
  const words = new Set<string>();
  const graph = search(played, options, ({ before, event, after }) => {
    for (const { kind, container } of judge(before, event, after)) {
      words.add(`${kind} ${container}`);
    }
  });
  const { kubelet } = graph.model;
  for (const state of graph.states.filter(kubelet.isOver)) {
    words.add(`${kubelet.phase(state)} ${state.containers.map(({ exitCode }) => exitCode)}`);
  }
  if (notReaching(graph, kubelet.isOver).length > 0) words.add("hangs");
  return graph.complete ? [...words].toSorted() : undefined;
}

/** So many of these pods as have no more states than that are compared. */
function compare(ideas: readonly PodIdea[], deletion: boolean, limit: number): number {
  let compared = 0;
  for (const idea of ideas) {
    const played = pod(idea);
    const all = outcomes(played, { deletion, outages: true, reduced: false, limit });
    if (all === undefined) continue;
    compared++;
    const found = outcomes(played, { deletion, outages: true, reduced: true, limit });
    assertEquals(found, all, JSON.stringify(idea));
  }
  return compared;
}

/** Of each seed but those left out a pod of no more than so many containers. */
function randomIdeas(count: number, most: number, leftOut: readonly number[] = []) {
  return Array.from({ length: count }, (_, seed) => seed)
    .filter((seed) => !leftOut.includes(seed))
    .map((seed) => fateOf(seed).idea)
    .filter(({ containers }) => containers.length <= most);
}

Deno.test("of random pods, too, orders that come to the same need not all be gone through", () => {
  compare(randomIdeas(120, 3).slice(0, 40), false, 3_000);
});

/** Seeds whose pods have too many states to be compared, which is known only once they are gone through. */
const TOO_LARGE = {
  Always: [0, 21, 23, 29, 31, 48, 54],
  OnFailure: [0, 21, 23, 29, 48, 54],
  Never: [],
} as const;

for (const restartPolicy of ["Always", "OnFailure", "Never"] as const) {
  Deno.test(`the same under ${restartPolicy}, where the pod may be deleted at any moment`, () => {
    const ideas = randomIdeas(60, 2, TOO_LARGE[restartPolicy])
      .map((idea): PodIdea => ({ ...idea, restartPolicy }));
    const compared = compare(ideas, true, 20_000);
    assert(compared >= 10, `${compared} pods`);
  });
}
