import { assertEquals } from "@std/assert";
import type { Spec } from "../../lib/spec/spec.ts";
import type { Pod } from "../../lib/pod/pod.ts";
import { play } from "./play.ts";

const waitsFor = (container: string): Partial<Spec> => ({
  startDeps: [{ kind: "container", container, until: "ready", optional: false }],
});

function env(container: string) {
  return [{ name: "KOORDINATOR_SPEC", value: JSON.stringify({ startDeps: [container] }) }];
}

/** `early` and `late` are plain init containers, `sidecar` a native one between them. */
const pod: Pod = {
  metadata: { name: "pod" },
  spec: {
    restartPolicy: "Never",
    initContainers: [
      { name: "before", restartPolicy: "Always", env: env("db") },
      { name: "early" },
      { name: "sidecar", restartPolicy: "Always" },
      { name: "late" },
    ],
    containers: [{ name: "db" }, { name: "app" }],
  },
};

/** How the wait of one container for another ends, if it does. */
function endOf(self: string, container: string): string | undefined {
  const { effects } = play(waitsFor(container), [{ kind: "podObserved", pod, at: 0 }], self);
  return effects.flatMap((effect) =>
    effect.kind === "exit" ? [`${effect.code} ${effect.reason}`] : []
  )[0];
}

const never = (name: string, why: string) =>
  `121 start dependency ${name} can never be met: ${why} ` +
  "is started only after this init container has ended";

Deno.test("an init container that waits for what starts after it can never be satisfied", () => {
  assertEquals(endOf("early", "db"), never("db", "it"));
  assertEquals(endOf("early", "late"), never("late", "it"));
  assertEquals(endOf("early", "sidecar"), never("sidecar", "it"));
  assertEquals(endOf("late", "app"), never("app", "it"));
});

Deno.test("nor if it waits for one that waits for what starts after it", () => {
  assertEquals(endOf("early", "before"), never("before", "before waits for db, which"));
});

Deno.test("whoever runs beside what it waits for waits on", () => {
  assertEquals(endOf("sidecar", "db"), undefined);
  assertEquals(endOf("late", "sidecar"), undefined);
  assertEquals(endOf("app", "db"), undefined);
  assertEquals(endOf("app", "late"), undefined);
});

Deno.test("a container that waits for itself ends at once, before the pod is looked at", () => {
  const { effects } = play(waitsFor("app"), [], "app");
  assertEquals(effects.map(({ kind }) => kind), ["publish", "exit"]);
  assertEquals(effects.at(-1), {
    kind: "exit",
    because: "unmeetable",
    code: 121,
    reason: "start dependency app can never be met: it is this container itself",
  });
});
