// What a graph's drawing is made of, without a page: lines, colours in words, what the cursor is in.
import type { FlowGraph, GraphEdge, GraphNode, Position } from "../protocol";

/** The path of an edge, as the server's own pictures draw it. */
export function edgePath(points: readonly [number, number][]): string {
  const [first, middle, last] = points;
  if (first === undefined) {
    return "";
  }
  const n = (value: number) => String(Math.round(value * 10) / 10);
  if (points.length === 3 && middle !== undefined && last !== undefined && isAround(points)) {
    const out = middle[0] + (middle[0] - Math.max(first[0], last[0])) / 3;
    return `M${n(first[0])} ${n(first[1])}C${n(out)} ${n(first[1] - 6)} ${n(out)} ${n(last[1] + 6)} ${n(last[0])} ${n(last[1])}`;
  }
  let path = `M${n(first[0])} ${n(first[1])}`;
  for (let i = 1; i < points.length; i++) {
    const [[ax, ay], [bx, by]] = [points[i - 1] ?? first, points[i] ?? first];
    const bend = (by - ay) / 2;
    path += `C${n(ax)} ${n(ay + bend)} ${n(bx)} ${n(by - bend)} ${n(bx)} ${n(by)}`;
  }
  return path;
}

/** Out to a side and back: the middle point lies further right than both ends. */
function isAround(points: readonly [number, number][]): boolean {
  const [first, middle, last] = points;
  return points.length === 3 && first !== undefined && middle !== undefined && last !== undefined && middle[0] > Math.max(first[0], last[0]) + 1 && Math.abs(first[0] - last[0]) < middle[0] - Math.max(first[0], last[0]);
}

export interface LabelPlace {
  text: string;
  x: number;
  y: number;
  width: number;
}

const LABEL_CHARS_MAX = 34;

/** About as wide as it is drawn: Chinese characters are square, others about half as wide. */
export function textWidth(text: string, px: number): number {
  return [...text].reduce((sum, c) => sum + (c.charCodeAt(0) < 128 ? 0.58 : 1.02), 0) * px;
}

/** Labels near the beginnings of their edges, none on another one where it can be helped. */
export function placeLabels(edges: readonly GraphEdge[]): (LabelPlace | undefined)[] {
  const taken: LabelPlace[] = [];
  return edges.map((edge) => {
    const [a, b] = edge.points;
    const label = edge.label ?? "";
    if (label === "" || a === undefined || b === undefined) {
      return undefined;
    }
    const chars = [...label];
    const text = chars.length > LABEL_CHARS_MAX ? `${chars.slice(0, LABEL_CHARS_MAX - 1).join("")}…` : label;
    const width = textWidth(text, 10.5) + 6;
    const [x, y] = isAround(edge.points) ? [b[0] + width / 2 + 4, b[1]] : [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const isFree = (at: number) => taken.every((other) => Math.abs(other.y - at) > 13 || Math.abs(other.x - x) > (other.width + width) / 2);
    const step = [0, 14, -14, 28, -28].find((by) => isFree(y + by)) ?? 0;
    const place = { text, x, y: y + step, width };
    taken.push(place);
    return place;
  });
}

/** The colours of a node: its kind, its worst finding, whether a test entered it. */
export function nodeClasses(node: GraphNode): string[] {
  return ["node", node.kind, ...(node.severity === undefined ? [] : [node.severity]), ...(node.coverage === undefined ? [] : [node.coverage])];
}

/** An edge that goes up is dashed. */
export function edgeClasses(edge: GraphEdge): string[] {
  const [first, last] = [edge.points[0], edge.points.at(-1)];
  const up = first !== undefined && last !== undefined && last[1] < first[1];
  return ["edge", `kind-${edge.kind.replace(/[^\w-]/g, "-")}`, ...(up ? ["up"] : []), ...(edge.coverage === undefined ? [] : [edge.coverage])];
}

/** What a screen reader says of a node, and its tool tip. */
export function describe(node: GraphNode): string {
  const lines = [`${KINDS[node.kind]} ${node.label}`, node.doc, ...(node.details ?? []), ...(node.findings ?? [])];
  if (node.coverage === "missed") {
    lines.push("no test comes here");
  }
  return lines.filter((line): line is string => line !== undefined && line !== "").join("\n");
}

const KINDS: Record<GraphNode["kind"], string> = { start: "start:", state: "state", end: "end:", human: "a human:", flow: "flow" };

export interface Legend {
  name: string;
  text: string;
}

/** What the colours of a drawing mean; only those that are in it. */
export function legend(flow: FlowGraph): Legend[] {
  const has = (test: (node: GraphNode) => boolean) => flow.nodes.some(test);
  const count = (test: (node: GraphNode) => boolean) => flow.nodes.filter(test).length;
  const entries: (Legend | false)[] = [
    has((n) => n.severity === "error") && { name: "error", text: "has errors" },
    has((n) => n.severity === "warning") && { name: "warning", text: "has warnings" },
    has((n) => n.coverage !== undefined) && {
      name: "entered",
      text: `tests came here (${count((n) => n.coverage === "entered")} of ${count((n) => n.coverage !== undefined)})`,
    },
    has((n) => n.coverage === "missed") && { name: "missed", text: "no test came here" },
    has((n) => n.kind === "human") && { name: "human", text: "a human takes over" },
    has((n) => n.kind === "end") && { name: "end", text: "the flow is over" },
  ];
  return entries.filter((entry): entry is Legend => entry !== false);
}

/** The flow to show: the one asked for, else the one the cursor is in, else the first. */
export function chooseFlow(flows: readonly FlowGraph[], ...wanted: (string | undefined)[]): FlowGraph | undefined {
  for (const name of wanted) {
    const found = flows.find((flow) => flow.name === name);
    if (found !== undefined) {
      return found;
    }
  }
  return flows[0];
}

/** The node that a place in the source belongs to: the smallest whose range holds it, else the last
 * one that begins before it in the same flow. */
export function nodeAt(flow: FlowGraph, uri: string, at: Position): GraphNode | undefined {
  const here = flow.nodes.filter((node) => node.location?.uri === uri && node.kind !== "end" && node.kind !== "human");
  const holding = here.filter((node) => node.location !== undefined && isBefore(node.location.range.start, at) && isBefore(at, node.location.range.end));
  if (holding.length > 0) {
    return holding.reduce((best, node) => (span(node) < span(best) ? node : best));
  }
  const begins = flow.location?.uri === uri ? flow.location.range.start : undefined;
  if (begins === undefined || !isBefore(begins, at)) {
    return undefined;
  }
  const before = here.filter((node) => node.kind === "state" && node.location !== undefined && isBefore(node.location.range.start, at));
  return before.sort((a, b) => compare(a.location?.range.start, b.location?.range.start)).at(-1);
}

function span(node: GraphNode): number {
  const range = node.location?.range;
  return range === undefined ? Infinity : (range.end.line - range.start.line) * 10_000 + range.end.character - range.start.character;
}

function isBefore(a: Position, b: Position): boolean {
  return compare(a, b) <= 0;
}

function compare(a: Position | undefined, b: Position | undefined): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.character ?? 0) - (b?.character ?? 0);
}

export type Direction = "up" | "down" | "left" | "right";

/** The nearest node in a direction, for the arrow keys; sideways distance counts double. */
export function neighbour(flow: FlowGraph, from: GraphNode, direction: Direction): GraphNode | undefined {
  const middle = (node: GraphNode) => ({ x: node.x + node.width / 2, y: node.y + node.height / 2 });
  const at = middle(from);
  let best: { node: GraphNode; cost: number } | undefined;
  for (const node of flow.nodes) {
    const { x, y } = middle(node);
    const [along, across] = direction === "up" ? [at.y - y, x - at.x] : direction === "down" ? [y - at.y, x - at.x] : direction === "left" ? [at.x - x, y - at.y] : [x - at.x, y - at.y];
    const cost = along + 2 * Math.abs(across);
    if (node !== from && along > 1 && (best === undefined || cost < best.cost)) {
      best = { node, cost };
    }
  }
  return best?.node;
}
