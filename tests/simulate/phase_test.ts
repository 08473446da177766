import { assert, assertEquals } from "@std/assert";
import { createModel } from "../../lib/simulate/model.ts";
import type { PodEvent } from "../../lib/simulate/pod_event.ts";
import { pod } from "./workloads.ts";

Deno.test("a pod is pending until each main has been started, and runs on while one is to run again", () => {
  const idea = pod({
    restartPolicy: "OnFailure",
    containers: [{ name: "prepare", role: "init" }, { name: "a" }, { name: "b" }],
  });
  const model = createModel(idea);
  const events: readonly PodEvent[] = [
    { kind: "containerStarts", container: 0 },
    { kind: "commandEnds", container: 0, code: 0 },
    { kind: "containerStarts", container: 1 },
    { kind: "commandEnds", container: 1, code: 1 },
    { kind: "containerStarts", container: 2 },
    { kind: "commandEnds", container: 2, code: 0 },
    { kind: "containerStarts", container: 1 },
    { kind: "commandEnds", container: 1, code: 0 },
  ];
  let state = model.initial;
  const phases = events.map((event) => {
    state = model.step(state, event).state;
    return model.kubelet.phase(state);
  });
  assertEquals(phases, [
    ...["Pending", "Pending", "Pending", "Pending"],
    ...["Running", "Running", "Running", "Succeeded"],
  ]);
});

Deno.test("a supervisor that is signalled before it has begun ends, and launches nothing", () => {
  const model = createModel(pod({ containers: [{ name: "app", spec: {}, assume: { ends: [] } }] }));
  const deleted: readonly PodEvent[] = [
    { kind: "podDeleted" },
    { kind: "containerStarts", container: 0 },
    { kind: "kubeletSeesDeletion" },
  ];
  const end = (...events: readonly PodEvent[]) => {
    let state = model.initial;
    for (const event of [...deleted, ...events]) {
      const next = model.possible(state).map((one) => one.event.kind);
      if (event.kind !== "podDeleted") assert(next.includes(event.kind), event.kind);
      state = model.step(state, event).state;
    }
    const [app] = state.containers;
    return [app?.exitCode, app?.launched];
  };
  const begins: PodEvent = { kind: "supervisorBegins", container: 0 };
  const stops: PodEvent = { kind: "kubeletStops", container: 0 };
  assertEquals(end(stops), [143, false]);
  assertEquals(end(begins, stops, { kind: "commandStops", container: 0 }), [143, true]);
});
