import { assertEquals } from "@std/assert";
import { type Nodes, troubleOf } from "../../tools/e2e/kind_revive.ts";

const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

function node(name: string, ready: boolean, ...taints: readonly string[]): Nodes[number] {
  return {
    metadata: { name },
    spec: { taints: taints.map((key) => ({ key, effect: "NoSchedule" })) },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

/** A node as it is named, what keeps pods from it, and whether that is for ever. */
const CASES: readonly [string, Nodes, string | undefined, boolean][] = [
  ["that is ready can be used", [node("a", true)], undefined, false],
  ["that is not ready is waited for", [node("a", false)], "a is not ready", false],
  ["that has not joined is waited for", [], "a never joined it", false],
  [
    "of a cluster that was never finished keeps its taint for ever",
    [node("a", true, CONTROL_PLANE)],
    `no node takes pods, they have the taints ${CONTROL_PLANE}`,
    true,
  ],
  [
    "that was just started loses its other taints",
    [node("a", true, "node.kubernetes.io/not-ready")],
    "no node takes pods, they have the taints node.kubernetes.io/not-ready",
    false,
  ],
  [
    "may keep the taint of a control plane beside one that takes pods",
    [node("a", true, CONTROL_PLANE), node("b", true)],
    undefined,
    false,
  ],
];

for (const [name, nodes, text, final] of CASES) {
  Deno.test(`a node ${name}`, () => {
    const trouble = troubleOf(nodes, ["a"]);
    assertEquals(trouble, text === undefined ? undefined : { text, final });
  });
}
