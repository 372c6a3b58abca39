//! SVG, drawn here: no other program is needed to look at a graph.

use std::fmt::Write as _;

use petgraph::graph::EdgeIndex;

use super::layout::{Layout, Route, lay_out};
use crate::graph::{FlowGraph, Node};

const TITLE_PX: f64 = 14.0;
const DETAIL_PX: f64 = 11.0;
const LABEL_PX: f64 = 10.5;
const LINE: f64 = 1.35;
const PAD: f64 = 12.0;
const MARGIN: f64 = 24.0;
/// Characters of a label that are shown; the rest is in the tool tip.
const LABEL_CHARS_MAX: usize = 34;

const STYLE: &str = "text{font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\
.flow{font-size:17px;font-weight:600;fill:#1b2430}.title{font-size:14px;font-weight:600;fill:#1b2430}\
.detail{font-size:11px;fill:#5b6673}.label{font-size:10.5px;fill:#33475b}.plate{fill:#fff;opacity:.88}\
.edge{fill:none;stroke:#7a8896;stroke-width:1.4}.up{stroke-dasharray:5 3}\
.node{stroke-width:1.4}.start{fill:#e6eef7;stroke:#4a78a8}.state{fill:#fff;stroke:#4a78a8}\
.end{fill:#e4f4e8;stroke:#3f8f57}.human{fill:#fdeeda;stroke:#c07a1c}.back{fill:#eee;stroke:#888}";

/// All graphs in one SVG document, one below the other.
#[must_use]
pub fn svg(graphs: &[FlowGraph]) -> String {
    let mut body = String::new();
    let (mut width, mut top) = (0.0_f64, MARGIN);
    for flow in graphs {
        let sizes: Vec<(f64, f64)> = flow.graph.node_weights().map(size).collect();
        let layout = lay_out(flow, &sizes);
        // Writing to a string cannot fail.
        let _ = writeln!(
            body,
            "<text class=\"flow\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
            top + 14.0,
            escaped(&flow.name)
        );
        let _ = writeln!(body, "<g transform=\"translate({MARGIN},{:.1})\">", top + 32.0);
        draw(&mut body, flow, &layout);
        body.push_str("</g>\n");
        width = width.max(layout.width + 4.0 * MARGIN);
        top += layout.height + 32.0 + 2.0 * MARGIN;
    }
    let width = width.max(200.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{top:.0}\" viewBox=\"0 0 {width:.0} {top:.0}\" role=\"img\">\n\
         <style>{STYLE}</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"#7a8896\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fbfcfd\"/>\n{body}</svg>\n"
    )
}

/// Width of a text, near enough for boxes: Chinese characters are square, others half as wide.
fn text_width(text: &str, px: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.58 } else { 1.02 }).sum::<f64>() * px
}

/// The width and height of a node, px.
pub(super) fn size(node: &Node) -> (f64, f64) {
    let details = node.details();
    let widest = details.iter().map(|line| text_width(line, DETAIL_PX)).fold(0.0, f64::max);
    let width = text_width(&node.title(), TITLE_PX * 1.04).max(widest) + 2.0 * PAD;
    let height = TITLE_PX * LINE + details.len() as f64 * DETAIL_PX * LINE + PAD * 1.4;
    (width, height)
}

fn draw(out: &mut String, flow: &FlowGraph, layout: &Layout) {
    for route in &layout.routes {
        let class = if route.upwards { "edge up" } else { "edge" };
        let _ = writeln!(
            out,
            "<path class=\"{class}\" marker-end=\"url(#tip)\" d=\"{}\"/>",
            if route.around { arc(&route.points) } else { curve(&route.points) }
        );
    }
    for (placed, node) in layout.nodes.iter().zip(flow.graph.node_weights()) {
        let (left, top) = (placed.x - placed.width / 2.0, placed.y - placed.height / 2.0);
        let radius = if matches!(node, Node::State { .. }) { 8.0 } else { placed.height / 2.0 };
        let _ = writeln!(
            out,
            "<rect class=\"node {}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{radius:.1}\"/>",
            class(node),
            placed.width,
            placed.height
        );
        let mut baseline = top + PAD * 0.7 + TITLE_PX;
        let title = escaped(&node.title());
        let _ = writeln!(
            out,
            "<text class=\"title\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{baseline:.1}\">{title}</text>",
            placed.x
        );
        for line in node.details() {
            baseline += DETAIL_PX * LINE;
            let line = escaped(line);
            let _ = writeln!(
                out,
                "<text class=\"detail\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{baseline:.1}\">{line}</text>",
                placed.x
            );
        }
    }
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for route in &layout.routes {
        let edge = flow.graph.edge_weight(EdgeIndex::new(route.edge));
        if let Some(label) = edge.map(|edge| edge.label.as_str()).filter(|label| !label.is_empty())
        {
            draw_label(out, route, label, &mut taken);
        }
    }
}

/// A label near the beginning of its edge, where it does not lie on another one.
fn draw_label(out: &mut String, route: &Route, label: &str, taken: &mut Vec<(f64, f64, f64)>) {
    let (Some((ax, ay)), Some((bx, by))) = (route.points.first(), route.points.get(1)) else {
        return;
    };
    let shown: String = if label.chars().count() > LABEL_CHARS_MAX {
        label.chars().take(LABEL_CHARS_MAX - 1).chain(['…']).collect()
    } else {
        label.to_owned()
    };
    let width = text_width(&shown, LABEL_PX) + 6.0;
    let (x, mut y) = if route.around {
        (bx + width / 2.0 + 4.0, *by)
    } else {
        ((ax + bx) / 2.0, (ay + by) / 2.0)
    };
    let is_free = |y: f64, taken: &[(f64, f64, f64)]| {
        taken
            .iter()
            .all(|(tx, ty, tw)| (ty - y).abs() > 13.0 || (tx - x).abs() > (tw + width) / 2.0)
    };
    for step in [0.0, 14.0, -14.0, 28.0, -28.0] {
        if is_free(y + step, taken) {
            y += step;
            break;
        }
    }
    taken.push((x, y, width));
    let _ = writeln!(
        out,
        "<g><title>{}</title><rect class=\"plate\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" rx=\"3\"/><text class=\"label\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
        escaped(label),
        x - width / 2.0,
        y - 10.0,
        y + 1.0,
        escaped(&shown)
    );
}

/// A bow from one side of a node, out and back.
fn arc(points: &[(f64, f64)]) -> String {
    let [(ax, ay), (out, _), (bx, by)] = points else { return curve(points) };
    let out = out + (out - ax.max(*bx)) / 3.0;
    format!("M{ax:.1} {ay:.1}C{out:.1} {:.1} {out:.1} {:.1} {bx:.1} {by:.1}", ay - 6.0, by + 6.0)
}

/// A smooth line through points that lie below each other.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let Some((x, y)) = points.first() else { return path };
    let _ = write!(path, "M{x:.1} {y:.1}");
    for pair in points.windows(2) {
        let [(ax, ay), (bx, by)] = pair else { continue };
        let bend = (by - ay) / 2.0;
        let _ = write!(path, "C{ax:.1} {:.1} {bx:.1} {:.1} {bx:.1} {by:.1}", ay + bend, by - bend);
    }
    path
}

const fn class(node: &Node) -> &'static str {
    match node {
        Node::Start(_) => "start",
        Node::State { .. } => "state",
        Node::End(_) => "end",
        Node::Human(_) => "human",
        Node::Back => "back",
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Characters that no XML document may have.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
