// The graph's page: draws what the server laid out, and says what was clicked.
import { byId, element, svg, type Host } from "../../dom";
import { keep, type Kept } from "../../kept";
import type { FlowGraph, GraphNode, Position } from "../../protocol";
import type { FromPage, ToPage } from "../messages";
import { chooseFlow, describe, edgeClasses, edgePath, legend, neighbour, nodeAt, nodeClasses, placeLabels, type Direction } from "../model";
import { fit, pan, reveal, zoom, type Viewport } from "../viewport";

declare function acquireVsCodeApi(): Host<Kept>;

const host = acquireVsCodeApi();
const frame = byId<SVGSVGElement>("frame");
const layer = byId<SVGGElement>("layer");
const picker = byId<HTMLSelectElement>("flow");
const banner = byId("banner");
const legendBox = byId("legend");

let source = "";
let flows: FlowGraph[] = [];
let flow: FlowGraph | undefined;
let view: Viewport = { x: 0, y: 0, scale: 1 };
/** Whether the user moved the drawing: then it stays where it is when the source changes. */
let moved = false;
let cursor: { uri: string; position: Position; flow: string | undefined } | undefined;
let follow = true;
let selected: number | undefined;
/** What is said of the drawing, or instead of one. */
let notice: string | undefined;
const boxes = new Map<number, SVGGElement>();

const say = (message: FromPage) => host.postMessage(message);
const size = () => ({ width: frame.clientWidth, height: frame.clientHeight });

function look(next: Viewport): void {
  view = next;
  layer.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  frame.classList.toggle("far", view.scale < 0.45);
}

function show(next: FlowGraph | undefined): void {
  const changed = next?.name !== flow?.name;
  flow = next;
  boxes.clear();
  if (flow === undefined) {
    layer.replaceChildren();
    return;
  }
  host.setState(keep(source, flow.name));
  picker.value = flow.name;
  const labels = placeLabels(flow.edges);
  const drawing = document.createDocumentFragment();
  for (const edge of flow.edges) {
    const path = edgePath(edge.points);
    const classes = edgeClasses(edge).join(" ");
    const line = svg("g", { class: "way" }, svg("path", { class: "reach", d: path }), svg("path", { class: classes, d: path, "marker-end": "url(#tip)" }), svg("title", {}, edge.label ?? ""));
    clickable(line, edge.location);
    drawing.append(line);
  }
  for (const node of flow.nodes) {
    drawing.append(box(node));
  }
  labels.forEach((label, i) => {
    if (label === undefined) {
      return;
    }
    const edge = flow?.edges[i];
    const text = svg("g", { class: "label" }, svg("rect", { x: label.x - label.width / 2, y: label.y - 10, width: label.width, height: 14, rx: 3 }), svg("text", { x: label.x, y: label.y + 1, "text-anchor": "middle" }, label.text), svg("title", {}, edge?.label ?? ""));
    clickable(text, edge?.location);
    drawing.append(text);
  });
  layer.replaceChildren(drawing);
  legendBox.replaceChildren(...legend(flow).map((entry) => element("span", { class: `entry ${entry.name}` }, element("span", { class: "swatch" }), entry.text)));
  if (changed || !moved) {
    moved = false;
    look(fit(flow, size()));
  }
  const first = selected !== undefined && boxes.has(selected) ? selected : flow.nodes[0]?.id;
  if (first !== undefined) {
    boxes.get(first)?.setAttribute("tabindex", "0");
  }
  mark();
}

function box(node: GraphNode): SVGGElement {
  const middle = node.x + node.width / 2;
  const details = node.details ?? [];
  const radius = node.kind === "state" ? 8 : Math.min(node.height / 2, 24);
  const title = node.y + 22;
  const group = svg(
    "g",
    { class: nodeClasses(node).join(" "), role: "button", tabindex: "-1", "aria-label": describe(node) },
    svg("title", {}, describe(node)),
    svg("rect", { x: node.x, y: node.y, width: node.width, height: node.height, rx: radius }),
    svg("text", { class: "name", x: middle, y: title, "text-anchor": "middle" }, node.label),
    ...details.map((line, i) => svg("text", { class: "detail", x: middle, y: title + 15 * (i + 1), "text-anchor": "middle" }, line)),
  );
  if (node.severity !== undefined) {
    // Colour alone would tell nothing to who does not see it.
    group.append(svg("circle", { class: "badge", cx: node.x + node.width - 4, cy: node.y + 4, r: 7 }), svg("text", { class: "badge", x: node.x + node.width - 4, y: node.y + 8, "text-anchor": "middle" }, "!"));
  }
  clickable(group, node.location);
  group.addEventListener("focus", () => {
    for (const other of boxes.values()) {
      other.setAttribute("tabindex", "-1");
    }
    group.setAttribute("tabindex", "0");
    selected = node.id;
    look(reveal(view, node, size()));
  });
  group.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (direction !== undefined && flow !== undefined && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      const next = neighbour(flow, node, direction);
      if (next !== undefined) {
        boxes.get(next.id)?.focus();
      }
    } else if ((event.key === "Enter" || event.key === " ") && node.location !== undefined) {
      event.preventDefault();
      say({ type: "reveal", location: node.location });
    }
  });
  boxes.set(node.id, group);
  return group;
}

const ARROWS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

function clickable(target: SVGGElement, location: GraphNode["location"]): void {
  if (location === undefined) {
    return;
  }
  target.classList.add("link");
  target.addEventListener("click", () => {
    if (!dragged) {
      say({ type: "reveal", location });
    }
  });
}

/** Marks what the cursor is in. */
function mark(): void {
  const node = cursor !== undefined && flow !== undefined && cursor.flow === flow.name ? nodeAt(flow, cursor.uri, cursor.position) : undefined;
  for (const [id, group] of boxes) {
    group.classList.toggle("here", id === node?.id);
  }
  if (node !== undefined && follow) {
    look(reveal(view, node, size()));
  }
}

function tell(what: string | undefined): void {
  notice = what;
  const told = notice ?? (flow?.stale === true ? "The sources have errors: this is their last version without." : "");
  banner.textContent = told;
  banner.hidden = told === "";
}

function none(why: string): void {
  flows = [];
  show(undefined);
  tell(why);
  legendBox.replaceChildren();
  picker.replaceChildren();
}

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  switch (data.type) {
    case "graph": {
      source = data.document;
      flows = data.flows;
      follow = data.followCursor;
      picker.replaceChildren(...flows.map((one) => element("option", { value: one.name }, one.name)));
      show(chooseFlow(flows, data.flow, flow?.name, host.getState()?.flow));
      tell(undefined);
      break;
    }
    case "none":
      none(data.why);
      break;
    case "notice":
      cursor = undefined;
      mark();
      tell(data.text);
      break;
    case "cursor":
      cursor = { uri: data.uri, position: data.position, flow: data.flow };
      if (follow && data.flow !== undefined && data.flow !== flow?.name && flows.some((one) => one.name === data.flow)) {
        show(chooseFlow(flows, data.flow));
      } else {
        mark();
      }
      // It is back from elsewhere. Why there is nothing to see stays.
      if (flow !== undefined) {
        tell(undefined);
      }
      break;
  }
});

picker.addEventListener("change", () => {
  show(chooseFlow(flows, picker.value));
  tell(notice);
  say({ type: "flow", name: picker.value });
});

const middle = () => ({ x: size().width / 2, y: size().height / 2 });
const zoomBy = (factor: number, at = middle()) => {
  moved = true;
  look(zoom(view, factor, at));
};
const whole = () => {
  moved = false;
  if (flow !== undefined) {
    look(fit(flow, size()));
  }
};
byId("in").addEventListener("click", () => zoomBy(1.25));
byId("out").addEventListener("click", () => zoomBy(0.8));
byId("fit").addEventListener("click", whole);
byId("svg").addEventListener("click", () => say({ type: "export", format: "svg", flow: flow?.name }));
byId("mermaid").addEventListener("click", () => say({ type: "export", format: "mermaid", flow: flow?.name }));

frame.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const area = frame.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      zoomBy(Math.exp(-event.deltaY / 200), { x: event.clientX - area.left, y: event.clientY - area.top });
    } else if (flow !== undefined) {
      moved = true;
      look(pan(view, -event.deltaX, -event.deltaY, flow, size()));
    }
  },
  { passive: false },
);

let held: { x: number; y: number } | undefined;
let dragged = false;
frame.addEventListener("pointerdown", (event) => {
  held = { x: event.clientX, y: event.clientY };
  dragged = false;
});
window.addEventListener("pointermove", (event) => {
  if (held === undefined || flow === undefined) {
    return;
  }
  const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
  if (!dragged && Math.hypot(dx, dy) < 4) {
    return;
  }
  dragged = moved = true;
  held = { x: event.clientX, y: event.clientY };
  look(pan(view, dx, dy, flow, size()));
});
window.addEventListener("pointerup", () => {
  held = undefined;
});
window.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLSelectElement) {
    return;
  }
  if (event.key === "+" || event.key === "=") {
    zoomBy(1.25);
  } else if (event.key === "-") {
    zoomBy(0.8);
  } else if (event.key === "0") {
    whole();
  }
});
new ResizeObserver(() => {
  if (!moved) {
    whole();
    mark();
  }
}).observe(frame);

say({ type: "ready" });
