import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFlow, describe, edgeClasses, edgePath, legend, neighbour, nodeAt, nodeClasses, placeLabels } from "../../src/graph/model";
import { SCALE_MAX, fit, pan, reveal, zoom } from "../../src/graph/viewport";
import type { FlowGraph, GraphEdge, GraphNode } from "../../src/protocol";

const at = (line: number, endLine = line) => ({ uri: "file:///a.flow", range: { start: { line, character: 2 }, end: { line: endLine, character: 40 } } });
const node = (label: string, x: number, y: number, more: Partial<GraphNode> = {}): GraphNode => ({ id: label.length, kind: "state", label, x, y, width: 100, height: 40, ...more });
const edge = (points: [number, number][], label = "", more: Partial<GraphEdge> = {}): GraphEdge => ({ from: 0, to: 1, points, label, kind: "goto", ...more });
const flow = (nodes: GraphNode[], edges: GraphEdge[] = []): FlowGraph => ({ name: "f", location: at(1, 50), width: 400, height: 400, nodes, edges, stale: false });

test("an edge is a curve through its points, a loop a bow to the side", () => {
  assert.equal(edgePath([[0, 0], [10, 100]]), "M0 0C0 50 10 50 10 100");
  assert.equal(edgePath([[50, 10], [80, 20], [50, 30]]), "M50 10C90 4 90 36 50 30");
  assert.equal(edgePath([]), "");
});

test("labels do not lie on each other where it can be helped", () => {
  const [a, b, c] = placeLabels([edge([[0, 0], [0, 100]], "yes"), edge([[0, 0], [0, 100]], "no"), edge([[0, 0], [0, 100]])]);
  assert.equal(a?.y, 50);
  assert.equal(b?.y, 64);
  assert.equal(c, undefined);
  const [long] = placeLabels([edge([[0, 0], [0, 100]], "x".repeat(200))]);
  assert.equal([...(long?.text ?? "")].length, 34);
});

test("a node is coloured by its kind, its finding, its coverage", () => {
  assert.deepEqual(nodeClasses(node("a", 0, 0, { severity: "error", coverage: "missed" })), ["node", "state", "error", "missed"]);
  assert.deepEqual(edgeClasses(edge([[0, 100], [0, 0]], "", { kind: "on error", coverage: "taken" })), ["edge", "kind-on-error", "up", "taken"]);
});

test("what a screen reader says tells what the colours do", () => {
  const said = describe(node("locate", 0, 0, { details: ["fills order"], findings: ["E0402: leads nowhere"], coverage: "missed" }));
  assert.equal(said, "state locate\nfills order\nE0402: leads nowhere\nno test comes here");
});

test("the legend has what the drawing has", () => {
  assert.deepEqual(legend(flow([node("a", 0, 0)])), []);
  const entries = legend(flow([node("a", 0, 0, { coverage: "entered", severity: "warning" }), node("b", 0, 0, { coverage: "missed" })]));
  assert.deepEqual(entries.map((entry) => entry.name), ["warning", "entered", "missed"]);
  assert.match(entries[1]?.text ?? "", /1 of 2/);
});

test("the node at the cursor is the innermost, else the last before it in the flow", () => {
  const whole = flow([node("a", 0, 0, { location: at(5, 20) }), node("b", 0, 0, { location: at(8, 10) }), node("end", 0, 0, { kind: "end", location: at(9) })]);
  assert.equal(nodeAt(whole, "file:///a.flow", { line: 9, character: 5 })?.label, "b");
  assert.equal(nodeAt(whole, "file:///a.flow", { line: 15, character: 5 })?.label, "a");
  assert.equal(nodeAt(whole, "file:///b.flow", { line: 9, character: 5 }), undefined);
  const names = flow([node("b", 0, 0, { location: at(12) }), node("a", 0, 0, { location: at(5) })]);
  assert.equal(nodeAt(names, "file:///a.flow", { line: 9, character: 0 })?.label, "a");
  assert.equal(nodeAt(names, "file:///a.flow", { line: 30, character: 0 })?.label, "b");
  assert.equal(nodeAt(names, "file:///a.flow", { line: 0, character: 0 }), undefined);
});

test("the flow that is asked for is shown, else the one before, else the first", () => {
  const flows = [{ ...flow([]), name: "a" }, { ...flow([]), name: "b" }];
  assert.equal(chooseFlow(flows, "b", "a")?.name, "b");
  assert.equal(chooseFlow(flows, "gone", undefined, "b")?.name, "b");
  assert.equal(chooseFlow(flows, "gone")?.name, "a");
  assert.equal(chooseFlow([]), undefined);
});

test("arrow keys go to the nearest node in their direction", () => {
  const [a, left, right] = [node("a", 100, 0), node("left", 0, 100), node("right", 300, 100)];
  const whole = flow([a, left, right]);
  assert.equal(neighbour(whole, a, "down")?.label, "left");
  assert.equal(neighbour(whole, left, "right")?.label, "a");
  assert.equal(neighbour(whole, right, "left")?.label, "left");
  assert.equal(neighbour(whole, a, "up"), undefined);
});

test("a drawing fits its frame and is not made larger than it is", () => {
  assert.equal(fit({ width: 100, height: 100 }, { width: 1000, height: 1000 }).scale, 1);
  const small = fit({ width: 2000, height: 100 }, { width: 500, height: 500 });
  assert.ok(small.scale < 0.25 && small.x >= 0);
  assert.ok(fit({ width: 0, height: 0 }, { width: 0, height: 0 }).scale > 0);
});

test("what is under the pointer stays there when it grows", () => {
  const before = { x: 10, y: 20, scale: 1 };
  const after = zoom(before, 2, { x: 110, y: 120 });
  assert.deepEqual(after, { x: -90, y: -80, scale: 2 });
  assert.equal(zoom(before, 1e9, { x: 0, y: 0 }).scale, SCALE_MAX);
});

test("a drawing cannot be pushed out of its frame", () => {
  const size = { width: 300, height: 300 };
  const far = pan({ x: 0, y: 0, scale: 1 }, 1e6, -1e6, size, { width: 500, height: 500 });
  assert.deepEqual(far, { x: 460, y: -260, scale: 1 });
});

test("a node outside the frame is brought in, one inside is left where it is", () => {
  const frame = { width: 500, height: 500 };
  const view = { x: 0, y: 0, scale: 1 };
  assert.deepEqual(reveal(view, { x: 100, y: 100, width: 50, height: 50 }, frame), view);
  assert.deepEqual(reveal(view, { x: 900, y: 100, width: 50, height: 50 }, frame), { x: -474, y: 0, scale: 1 });
});
