//! Places nodes in layers: each edge goes down where it can; inside a layer nodes stand near what
//! they are connected to. Long edges pass through layers at places of their own.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef as _;

use crate::graph::FlowGraph;

/// Space between neighbours in a layer, px.
const GAP_X: f64 = 28.0;
/// Space between layers, px.
const GAP_Y: f64 = 56.0;
/// Rounds of moving nodes towards their neighbours.
const ROUNDS: usize = 12;
/// Width that a passing edge takes in a layer, px.
const PASS_WIDTH: f64 = 16.0;

/// A box with its middle.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// An edge's points from its start to its end, and whether it goes up.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) edge: usize,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) upwards: bool,
    /// Around the side of a node or layer: three points, the middle one furthest out.
    pub(super) around: bool,
}

/// A drawing's places.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) nodes: Vec<Placed>,
    pub(super) routes: Vec<Route>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Lays a graph out; `sizes` are the boxes' widths and heights by node.
pub(super) fn lay_out(flow: &FlowGraph, sizes: &[(f64, f64)]) -> Layout {
    let ranks = ranks(flow);
    let mut layers = Layers::new(flow, sizes, &ranks);
    layers.order();
    layers.place();
    layers.finish(sizes.len())
}

/// The layer of each node: one below the lowest of those that lead to it, edges back left out.
fn ranks(flow: &FlowGraph) -> Vec<usize> {
    let count = flow.graph.node_count();
    let back = back_edges(flow);
    let mut ranks = vec![0_usize; count];
    // Without the edges back there is no cycle, so this settles after at most one round a node.
    for _ in 0..count {
        let mut moved = false;
        for edge in flow.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            if back.contains(&edge.id().index()) || from == to {
                continue;
            }
            let wanted = ranks.get(from).copied().unwrap_or(0) + 1;
            if let Some(rank) = ranks.get_mut(to).filter(|rank| **rank < wanted) {
                *rank = wanted;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    ranks
}

/// Edges that lead to a node from which they can be reached, in a depth-first search.
fn back_edges(flow: &FlowGraph) -> Vec<usize> {
    let mut state = vec![0_u8; flow.graph.node_count()];
    let mut back = Vec::new();
    for root in flow.graph.node_indices() {
        let mut stack = vec![(
            root,
            flow.graph.edges(root).map(|e| (e.id().index(), e.target())).collect::<Vec<_>>(),
        )];
        if state.get(root.index()).copied() != Some(0) {
            continue;
        }
        set(&mut state, root.index(), 1);
        while let Some((node, edges)) = stack.last_mut() {
            let Some((edge, to)) = edges.pop() else {
                set(&mut state, node.index(), 2);
                stack.pop();
                continue;
            };
            match state.get(to.index()).copied() {
                Some(0) => {
                    set(&mut state, to.index(), 1);
                    let next = flow.graph.edges(to).map(|e| (e.id().index(), e.target())).collect();
                    stack.push((to, next));
                }
                Some(1) => back.push(edge),
                _ => {}
            }
        }
    }
    back
}

fn set(state: &mut [u8], index: usize, value: u8) {
    if let Some(slot) = state.get_mut(index) {
        *slot = value;
    }
}

/// Something that takes a place in a layer: a node, or an edge that passes.
#[derive(Debug, Clone, Copy)]
struct Item {
    placed: Placed,
    layer: usize,
}

struct Layers {
    items: Vec<Item>,
    /// Items by layer, from left to right.
    layers: Vec<Vec<usize>>,
    /// For each edge: the items it goes through, from top to bottom, and whether it goes up.
    chains: Vec<(usize, Vec<usize>, bool)>,
    /// Neighbours by item.
    near: BTreeMap<usize, Vec<usize>>,
}

impl Layers {
    fn new(flow: &FlowGraph, sizes: &[(f64, f64)], ranks: &[usize]) -> Self {
        let mut this = Self {
            items: Vec::new(),
            layers: Vec::new(),
            chains: Vec::new(),
            near: BTreeMap::new(),
        };
        for ((width, height), rank) in sizes.iter().zip(ranks) {
            this.add(Placed { width: *width, height: *height, ..Placed::default() }, *rank);
        }
        for edge in flow.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let rank = |node: usize| ranks.get(node).copied().unwrap_or(0);
            let upwards = rank(from) >= rank(to);
            let (top, bottom) = if upwards { (to, from) } else { (from, to) };
            let mut chain = vec![top];
            for layer in rank(top) + 1..rank(bottom) {
                chain.push(this.add(Placed { width: PASS_WIDTH, ..Placed::default() }, layer));
            }
            chain.push(bottom);
            for pair in chain.windows(2) {
                if let [above, below] = pair {
                    this.near.entry(*above).or_default().push(*below);
                    this.near.entry(*below).or_default().push(*above);
                }
            }
            this.chains.push((edge.id().index(), chain, upwards));
        }
        this
    }

    fn add(&mut self, placed: Placed, layer: usize) -> usize {
        let item = self.items.len();
        self.items.push(Item { placed, layer });
        if self.layers.len() <= layer {
            self.layers.resize(layer + 1, Vec::new());
        }
        if let Some(layer) = self.layers.get_mut(layer) {
            layer.push(item);
        }
        item
    }

    fn x(&self, item: usize) -> f64 {
        self.items.get(item).map_or(0.0, |item| item.placed.x)
    }

    /// The middle of an item's neighbours; its own place without any.
    fn wish(&self, item: usize) -> f64 {
        match self.near.get(&item) {
            Some(near) if !near.is_empty() => {
                near.iter().map(|n| self.x(*n)).sum::<f64>() / near.len() as f64
            }
            _ => self.x(item),
        }
    }

    /// Orders each layer by where its items' neighbours stand, again and again.
    fn order(&mut self) {
        self.spread();
        for _ in 0..ROUNDS {
            let mut layers = std::mem::take(&mut self.layers);
            for layer in &mut layers {
                layer.sort_by(|a, b| self.wish(*a).total_cmp(&self.wish(*b)));
                self.line_up(layer);
            }
            self.layers = layers;
        }
    }

    fn spread(&mut self) {
        let layers = std::mem::take(&mut self.layers);
        layers.iter().for_each(|layer| self.line_up(layer));
        self.layers = layers;
    }

    /// Puts a layer's items side by side around zero.
    fn line_up(&mut self, layer: &[usize]) {
        let width = |this: &Self, item: usize| this.items.get(item).map_or(0.0, |i| i.placed.width);
        let total: f64 = layer.iter().map(|item| width(self, *item) + GAP_X).sum();
        let mut left = -total / 2.0;
        for item in layer {
            let wide = width(self, *item) + GAP_X;
            if let Some(item) = self.items.get_mut(*item) {
                item.placed.x = left + wide / 2.0;
            }
            left += wide;
        }
    }

    /// Moves items towards their neighbours as far as their neighbours in the layer allow, then
    /// sets the layers' heights.
    fn place(&mut self) {
        for _ in 0..ROUNDS {
            let layers = self.layers.clone();
            for layer in &layers {
                let wishes: Vec<f64> = layer.iter().map(|item| self.wish(*item)).collect();
                self.settle(layer, &wishes);
            }
        }
        let mut top = 0.0;
        for layer in self.layers.clone() {
            let height = layer
                .iter()
                .filter_map(|item| self.items.get(*item))
                .map(|item| item.placed.height)
                .fold(0.0, f64::max);
            for item in &layer {
                if let Some(item) = self.items.get_mut(*item) {
                    item.placed.y = top + height / 2.0;
                }
            }
            top += height + GAP_Y;
        }
    }

    /// From the left each item stands at its wish or where the one before it ends; then the whole
    /// layer moves by the mean of what is missing.
    fn settle(&mut self, layer: &[usize], wishes: &[f64]) {
        let mut edge = f64::NEG_INFINITY;
        let mut missing = 0.0;
        for (item, wish) in layer.iter().zip(wishes) {
            if let Some(item) = self.items.get_mut(*item) {
                let half = item.placed.width / 2.0;
                item.placed.x = wish.max(edge + half);
                edge = item.placed.x + half + GAP_X;
                missing += wish - item.placed.x;
            }
        }
        let shift = missing / layer.len().max(1) as f64;
        for item in layer {
            if let Some(item) = self.items.get_mut(*item) {
                item.placed.x += shift;
            }
        }
    }

    /// Everything moved so that it begins at zero.
    fn finish(mut self, nodes: usize) -> Layout {
        let left =
            self.items.iter().map(|i| i.placed.x - i.placed.width / 2.0).fold(f64::MAX, f64::min);
        let left = if left == f64::MAX { 0.0 } else { left };
        self.items.iter_mut().for_each(|item| item.placed.x -= left);
        let right =
            self.items.iter().map(|i| i.placed.x + i.placed.width / 2.0).fold(0.0, f64::max);
        let bottom =
            self.items.iter().map(|i| i.placed.y + i.placed.height / 2.0).fold(0.0, f64::max);
        let routes = self
            .chains
            .iter()
            .map(|(edge, chain, upwards)| self.route(*edge, chain, *upwards))
            .collect();
        let nodes = self.items.iter().take(nodes).map(|item| item.placed).collect();
        Layout { nodes, routes, width: right, height: bottom }
    }

    fn route(&self, edge: usize, chain: &[usize], upwards: bool) -> Route {
        let item = |item: Option<&usize>| {
            item.and_then(|item| self.items.get(*item))
                .map_or((Placed::default(), 0), |i| (i.placed, i.layer))
        };
        let ((top, top_layer), (bottom, bottom_layer)) = (item(chain.first()), item(chain.last()));
        let mut points = Vec::new();
        if top_layer == bottom_layer {
            // To itself or a neighbour in its layer: around the right side.
            let right = (top.x + top.width / 2.0).max(bottom.x + bottom.width / 2.0);
            points.push((top.x + top.width / 2.0, top.y - top.height / 4.0));
            points.push((right + GAP_X * 0.9, (top.y + bottom.y) / 2.0));
            points.push((bottom.x + bottom.width / 2.0, bottom.y + bottom.height / 4.0));
        } else {
            let side = if upwards { top.width / 4.0 } else { 0.0 };
            let lower = if upwards { bottom.width / 4.0 } else { 0.0 };
            points.push((top.x + side, top.y + top.height / 2.0));
            let middle = chain.get(1..chain.len().saturating_sub(1)).unwrap_or(&[]);
            points.extend(
                middle.iter().filter_map(|i| self.items.get(*i)).map(|i| (i.placed.x, i.placed.y)),
            );
            points.push((bottom.x + lower, bottom.y - bottom.height / 2.0));
        }
        if upwards {
            points.reverse();
        }
        Route { edge, points, upwards, around: top_layer == bottom_layer }
    }
}
