import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";
import { joinAlike, type JoinedGraph } from "./alike.ts";
import { type Box, boxOf, heightOf, SIZE, widthOf } from "./boxes.ts";
import type { Arrow, PodGraph } from "./graph.ts";
import { stagesOf, withoutCircles } from "./stages.ts";
import { labelOf } from "./words.ts";

/** A place in a picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box with its middle. */
export interface PlacedBox extends Box, Point {}

/** An arrow with its way, and the middle of its label. */
export interface PlacedArrow extends Point {
  readonly arrow: Arrow;
  readonly label: readonly string[];
  readonly points: readonly Point[];
}

/** A pod with a place for everything, from the upper left. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

/** How wide names may be, in columns: narrower where a picture would be too wide for a small screen. */
const COLUMNS = [26, 20, 17, 14] as const;

/** In columns of at least so many rows stands what no arrow touches. */
const LEAST_ROWS = 2;

/** Up to this width a picture can be read on a screen of 400 pixels, letters being 15 and 12.5 high. */
const WIDTH_OF_A_SMALL_SCREEN = 520;

/**
 * Gives everything a place: earlier above later. Where that would be too wide containers that differ in
 * their names alone have one box.
 */
export function layOut(graph: PodGraph): Layout {
  const [plain, joined] = [
    { graph, names: new Map<string, readonly string[]>() },
    joinAlike(graph),
  ];
  let found: Layout | undefined;
  for (
    const [columns, drawn] of [plain, joined].flatMap((one) =>
      COLUMNS.map((c) => [c, one] as const)
    )
  ) {
    const made = layOutWith(drawn, columns);
    if (found === undefined || made.width < found.width) found = made;
    if (found.width <= WIDTH_OF_A_SMALL_SCREEN) return found;
  }
  return found ?? layOutWith(plain, COLUMNS[0]);
}

function layOutWith({ graph: pod, names }: JoinedGraph, columns: number): Layout {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 22, ranksep: 54, edgesep: 16, marginx: 2, marginy: 2 });
  const boxes = pod.nodes.map((node) => boxOf(node, columns, names.get(node.id)));
  for (const { node, width, height } of boxes) graph.setNode(node.id, { width, height });

  // An arrow that leads back, as those of the stop mostly do, is laid out the other way round.
  const ofStart = pod.arrows.filter(({ kind }) => kind !== "stop");
  const forward = new Set(withoutCircles([...ofStart, ...pod.arrows]));
  const arrows = pod.arrows.map((arrow, index): Route => {
    const label = labelOf(arrow, pod.nodes.find(({ id }) => id === arrow.from));
    const isBack = !forward.has(arrow);
    const [v, w] = isBack ? [arrow.to, arrow.from] : [arrow.from, arrow.to];
    const lines = label.map((text) => ({ text, size: SIZE.small }));
    const size = { width: Math.max(...lines.map(widthOf)) + 10, height: heightOf(lines) + 6 };
    const edge = { v, w, name: `a${index}` };
    graph.setEdge(edge, { ...size, labelpos: "c" });
    return { arrow, label, isBack, edge };
  });
  stackLoners(pod, graph);
  layout(graph);

  const { width = 0, height = 0 } = graph.graph();
  const placed = boxes.map((box) => ({ ...box, ...pointOf(graph.node(box.node.id)) }));
  const routes = arrows.map((route) => {
    const { points = [], ...label } = graph.edge(route.edge) ?? {};
    return { ...route, ...pointOf(label), points };
  });
  return {
    width,
    height,
    boxes: placed,
    arrows: routes.map(({ arrow, label, isBack, x, y, edge, points }) => {
      const box = placed.find(({ node }) => node.id === edge.v);
      if (edge.v === edge.w && box !== undefined) {
        return { arrow, label, x, y: box.y, points: loopOf(box, x) };
      }
      const ports = [portOf(placed, routes, edge, "v"), portOf(placed, routes, edge, "w")] as const;
      const way = [ports[0], ...points.slice(1, -1), ports[1]];
      return { arrow, label, x, y, points: isBack ? way.toReversed() : way };
    }),
  };
}

/** Lets what no arrow touches stand in columns as high as the others, not all in the first row. */
function stackLoners(pod: PodGraph, graph: Graph<GraphLabel, NodeLabel, EdgeLabel>): void {
  const stages = stagesOf(pod.nodes.map(({ id }) => id), pod.arrows);
  const rows = Math.max(LEAST_ROWS, ...stages.values());
  const loners = pod.nodes.filter(({ id }) =>
    !pod.arrows.some(({ from, to }) => from === id || to === id)
  );
  for (const [index, { id }] of loners.entries()) {
    const above = loners[index - 1];
    if (above === undefined || index % (rows + 1) === 0) continue;
    graph.setEdge(above.id, id, { width: 0, height: 0 });
  }
}

/** A way out of the right side of a box and back, by a line at `x`. */
function loopOf(box: PlacedBox, x: number): readonly Point[] {
  const [right, bend] = [box.x + box.width / 2, box.height / 3];
  return [
    { x: right, y: box.y - bend },
    { x, y: box.y - bend },
    { x, y: box.y + bend },
    { x: right, y: box.y + bend },
  ];
}

interface Edge {
  /** The upper one. */
  readonly v: string;
  readonly w: string;
  readonly name: string;
}

interface Route {
  readonly arrow: Arrow;
  readonly label: readonly string[];
  readonly isBack: boolean;
  readonly edge: Edge;
}

/**
 * Where an arrow meets a box: those that leave or reach it on one side share it evenly, in the order in
 * which they come.
 */
function portOf(
  boxes: readonly PlacedBox[],
  routes: readonly { readonly edge: Edge; readonly points: readonly Point[] }[],
  edge: Edge,
  end: "v" | "w",
): Point {
  const box = boxes.find(({ node }) => node.id === edge[end]);
  if (box === undefined) return { x: 0, y: 0 };
  const others = routes
    .filter((route) => route.edge[end] === edge[end] && route.edge.v !== route.edge.w)
    .map(({ edge, points }) => ({ edge, x: points.at(end === "v" ? 1 : -2)?.x ?? box.x }))
    .sort((a, b) => a.x - b.x);
  const place = others.findIndex((each) => each.edge === edge) + 1;
  return {
    x: box.x + box.width * (place / (others.length + 1) - 0.5),
    y: box.y + box.height / 2 * (end === "v" ? 1 : -1),
  };
}

function pointOf(placed: Partial<Point> | undefined): Point {
  return { x: placed?.x ?? 0, y: placed?.y ?? 0 };
}
