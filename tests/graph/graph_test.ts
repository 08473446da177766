import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { graphOf, type PodGraph } from "../../lib/graph/graph.ts";
import { isReachable, stagesOf, withoutCircles } from "../../lib/graph/stages.ts";
import { labelOf, wordsOf } from "../../lib/graph/words.ts";
import { container, example, faulty, inFront, rich, workload } from "./pods.ts";

/** The arrows as `kind: from -> to [label]`. */
function arrowsOf(graph: PodGraph): readonly string[] {
  const nodeOf = (id: string) => graph.nodes.find((node) => node.id === id);
  const nameOf = (id: string) => {
    const node = nodeOf(id);
    return node === undefined ? "?" : wordsOf(node).name;
  };
  return graph.arrows.map((arrow) => {
    const label = labelOf(arrow, nodeOf(arrow.from)).join("; ");
    return `${arrow.kind}: ${nameOf(arrow.from)} -> ${nameOf(arrow.to)} [${label}]`;
  });
}

Deno.test("who starts after whom and who stops after whom are arrows of their own", () => {
  assertEquals(arrowsOf(graphOf(example)), [
    "order: koordinator -> cloud-sql-proxy [succeeded]",
    "stop: main-container -> cloud-sql-proxy [final]",
    "start: cloud-sql-proxy -> main-container [ready]",
  ]);
});

Deno.test("init containers come one after the other, native sidecars once begun, gates from outside", () => {
  assertEquals(arrowsOf(graphOf(rich)), [
    "order: koordinator -> migrate [succeeded]",
    "order: migrate -> log-shipper [succeeded]",
    "order: log-shipper -> envoy [started]",
    "order: log-shipper -> metrics [started]",
    "start: db:5432 -> migrate [listens]",
    "stop: importer -> envoy [final (all); 5s later]",
    "stop: exporter -> envoy [terminated (all); 5s later]",
    "start: envoy -> importer [ready]",
    "start: /run/queue/queue.sock -> importer [listens]",
    "start: envoy -> exporter [ready]",
    "start: cache -> exporter [started; if it is there]",
    "stop: importer -> exporter [failed; exits with its own code]",
  ]);
});

Deno.test("a gate that two containers wait for is one node", () => {
  const graph = graphOf(workload("pod", [
    container("a", inFront({ startDeps: [{ tcp: 5432 }] })),
    container("b", inFront({ startDeps: [{ tcp: "localhost:5432" }, { tcp: "db:5432" }] })),
  ]));
  assertEquals(graph.nodes.map((node) => wordsOf(node).name), ["a", "b", ":5432", "db:5432"]);
});

Deno.test("what is not under koordinator, and what is wrong, is said of each container", () => {
  assertEquals(
    graphOf(faulty).nodes.map(wordsOf).slice(2, 8).map((
      { name, what, faults },
    ) => [name, what, ...faults]),
    [
      ["c", "container, not under koordinator", "it has a spec that nobody acts by"],
      ["d", "container, koordinator switched off"],
      ["e", "container, koordinator to be injected", "its spec is not valid"],
      ["f", "container", "its spec is from a configMapKeyRef, not seen"],
      ["g", "container"],
      ["nobody", "container", "not in this pod"],
    ],
  );
});

Deno.test("a missing container that nobody insists on is no fault", () => {
  const missing = (dependency: unknown) =>
    graphOf(workload("pod", [
      container("a", inFront({ startDeps: [{ container: "b", optional: true }, dependency] })),
    ])).nodes.map(wordsOf).slice(1);
  assertEquals(missing({ file: "/ready" })[0]?.faults, []);
  assertEquals(missing("b")[0]?.faults, ["not in this pod"]);
});

Deno.test("the kubelet's arrows are left out where others say as much", () => {
  const arrows = arrowsOf(graphOf(workload("pod", [
    container("setup", undefined, "init"),
    container("proxy", inFront({}), "nativeSidecar"),
    container("main", inFront({ startDeps: ["proxy"] })),
    container("other", inFront({ startDeps: ["main"] })),
  ])));
  assertEquals(arrows, [
    "order: setup -> proxy [succeeded]",
    "start: proxy -> main [ready]",
    "start: main -> other [ready]",
  ]);
});

Deno.test("a stage is the longest way to it; a circle ends nothing", () => {
  const graph = graphOf(rich);
  const stages = stagesOf(graph.nodes.map(({ id }) => id), graph.arrows);
  assertEquals(graph.nodes.slice(0, 7).map(({ id }) => stages.get(id)), [0, 1, 2, 3, 4, 4, 3]);
  const circle = graphOf(faulty);
  const found = stagesOf(circle.nodes.map(({ id }) => id), circle.arrows);
  assertEquals(["n0", "n1"].map((id) => found.get(id)).toSorted(), [0, 1]);
});

Deno.test("without the arrows that close a circle none is left, and none too many is gone", () => {
  const ends = fc.record({ from: fc.nat(6).map(String), to: fc.nat(6).map(String) });
  fc.assert(fc.property(fc.array(ends, { maxLength: 20 }), (arrows) => {
    const kept = withoutCircles(arrows);
    for (const { from, to } of kept) assertEquals(isReachable(kept, to, from), false);
    for (const arrow of arrows.filter((each) => !kept.includes(each))) {
      assertEquals(arrow.from === arrow.to || isReachable(kept, arrow.to, arrow.from), true);
    }
  }));
});
