import { assertEquals } from "@std/assert";
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
