import { assert, assertEquals } from "@std/assert";
import { play } from "../../lib/simulate/play.ts";
import type { Played, PlayOptions } from "../../lib/simulate/play.ts";
import { MAIN, pod, type PodIdea, PROXY } from "./workloads.ts";

function played(idea: PodIdea, options: Partial<PlayOptions> = {}): Played {
  return play(pod(idea), { seed: 1, planned: [], until: 3_600_000, ...options });
}

/** When a container's supervisor did something, in milliseconds; -1: never. */
function timeOf({ happenings }: Played, container: number, kind: string): number {
  return happenings.find(({ done }) =>
    done.some((one) => one.container === container && one.effect.kind === kind)
  )?.at ?? -1;
}

function exitCodes({ happenings }: Played): readonly (number | undefined)[] {
  return happenings.at(-1)?.state.containers.map(({ exitCode }) => exitCode) ?? [];
}

const JOB: PodIdea = {
  containers: [PROXY, { ...MAIN, assume: { ends: [0] } }],
};

Deno.test("the README's Job is played from its start to its end", () => {
  for (const stateDirectory of [false, true]) {
    const one = played({ ...JOB, stateDirectory });
    assertEquals([one.because, one.phase], ["over", "Succeeded"]);
    assertEquals(exitCodes(one), [0, 0]);
    assert(timeOf(one, 0, "launch") < timeOf(one, 1, "launch"));
    assert(timeOf(one, 1, "exit") < timeOf(one, 0, "exit"));
  }
});

Deno.test("the same seed plays the same order, another seed another one", () => {
  const times = (seed: number) => played(JOB, { seed }).happenings.map(({ at }) => at);
  assertEquals(times(1), times(1));
  assert(`${times(1)}` !== `${times(2)}`);
});

Deno.test("a pod that is deleted ends in order where siblings tell each other", () => {
  const planned = [{ at: 8_000, event: { kind: "podDeleted" } as const }];
  const main = { ...MAIN, assume: { ends: [] } };
  for (let seed = 1; seed <= 20; seed++) {
    const one = played({ containers: [PROXY, main], stateDirectory: true }, { seed, planned });
    assertEquals([one.because, one.phase], ["over", "Gone"]);
    assert(timeOf(one, 1, "exit") < timeOf(one, 0, "exit"));
    assert(!one.happenings.some(({ event }) => event.kind === "kubeletKills"));
  }
});

Deno.test("init containers come first, one after the other, and native sidecars end last", () => {
  const one = played({
    containers: [
      { name: "sidecar", role: "nativeSidecar", restartPolicy: "Always" },
      { name: "first", role: "init", assume: { ends: [0] } },
      { name: "second", role: "init", assume: { ends: [0] } },
      { name: "main", assume: { ends: [0] } },
    ],
  });
  const order = one.happenings.flatMap(({ event }) =>
    event.kind === "containerStarts" || event.kind === "commandEnds" ||
      event.kind === "commandStops"
      ? [`${event.kind} ${event.container}`]
      : []
  );
  assertEquals(order, [
    "containerStarts 0",
    "containerStarts 1",
    "commandEnds 1",
    "containerStarts 2",
    "commandEnds 2",
    "containerStarts 3",
    "commandEnds 3",
    "commandStops 0",
  ]);
  assertEquals(one.phase, "Succeeded");
});

Deno.test("a command that ignores its stop signal is killed when the grace period is over", () => {
  const main = { name: "main", assume: { ends: [], stops: null } };
  const planned = [{ at: 5_000, event: { kind: "podDeleted" } as const }];
  const one = played({ containers: [main] }, { planned });
  assertEquals(exitCodes(one), [137]);
  const seen = one.happenings.find(({ event }) => event.kind === "kubeletSeesDeletion")?.at ?? 0;
  assert(seen >= 5_000);
  assertEquals(one.happenings.at(-1)?.at, seen + 30_000);
});

Deno.test("a failed container is started again after the kubelet's pauses", () => {
  const main = { name: "main", assume: { ends: [1], endsAfter: { from: 1_000, to: 1_000 } } };
  const one = played({ restartPolicy: "OnFailure", containers: [main] }, { until: 100_000 });
  assertEquals(one.because, "time");
  const starts = one.happenings.filter(({ event }) => event.kind === "containerStarts");
  const pauses = starts.slice(1).map(({ at }, index) => at - (starts[index]?.at ?? 0) - 1_000);
  assertEquals(pauses.map((pause) => Math.floor(pause / 10_000)), [0, 1, 2, 4]);
});
