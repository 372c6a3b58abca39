//! The state graph: one directed graph a flow, built from the checked project; the checks that
//! read it, and the forms it is written in. The only place that names petgraph.

mod assign;
mod build;
mod causes;
mod certain;
mod certainly;
mod checks;
mod cycles;
mod effects;
mod emptied;
mod exits;
mod export;
mod facts;
mod filled;
pub(crate) mod joins;
pub(crate) mod large;
mod menus;
pub(crate) mod points;
mod ranges;
pub(crate) mod reads;
mod sessions;
mod summary;
mod talks;
mod unanswered;
mod used;
pub(crate) mod vacuous;
mod values;
mod walk;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::base::{FileSpan, Spans};
use crate::ir::{FlowId, Outcome, StateId};

pub(crate) use assign::{Doubt, Judge};
pub(crate) use build::build_flow;
pub(crate) use causes::emptying;
pub(crate) use certain::{
    LEAVES_NOTHING_OUT, always_holds, behind_branches, certain_parts, outcome,
    parts_that_every_value_passes,
};
pub use certainly::{Certain, Spot, certainly_filled};
pub(crate) use checks::{always_asks, check, check_ways};
pub(crate) use exits::migrated;
pub use export::{Drawing, DrawnEdge, DrawnNode, dot, draw, json, mermaid, svg};
pub(crate) use sessions::{Effects, others, under_way_twice};
pub(crate) use summary::Summary;
pub(crate) use unanswered::NeverTaken;
pub(crate) use used::Used;
pub(crate) use values::{Needs, has_value, is_always_there, may_lack};

/// The graph of one flow.
#[derive(Debug, Clone)]
pub struct FlowGraph {
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub name: String,
    /// From a standard module.
    pub from_std: bool,
    /// Places and the ways between them.
    pub graph: DiGraph<Node, Edge>,
    /// Where it begins.
    pub start: NodeIndex,
    /// Nodes of the states, by [`StateId`].
    pub states: Vec<NodeIndex>,
}

impl FlowGraph {
    /// Where the ways from one state to another are written.
    #[must_use]
    pub fn ways(&self, from: StateId, to: StateId) -> Vec<FileSpan> {
        let ends = self.states.get(from.index()).zip(self.states.get(to.index()));
        let edges = ends.map(|(from, to)| self.graph.edges_connecting(*from, *to));
        edges.into_iter().flatten().map(|edge| edge.weight().at).collect()
    }
}

impl Spans for FlowGraph {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        for node in self.graph.node_weights_mut() {
            if let Node::State { at, .. } = node {
                see(at);
            }
        }
        self.graph.edge_weights_mut().for_each(|edge| see(&mut edge.at));
    }
}

/// A place in a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Where it begins, with what starts it.
    Start(Vec<String>),
    /// A state.
    State {
        /// Which.
        id: StateId,
        /// Its name.
        name: String,
        /// What it does, in a few words each: `asks order`, `calls orders.get`.
        does: Vec<String>,
        /// Its name in the source.
        at: FileSpan,
    },
    /// The flow is over.
    End(Outcome),
    /// A human takes over, with the skill when one is named.
    Human(Option<String>),
    /// Back to the flow that waits below.
    Back,
}

impl Node {
    /// What it is called.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Start(_) => "start".to_owned(),
            Self::State { name, .. } => name.clone(),
            Self::End(Outcome::Resolved) => "end resolved".to_owned(),
            Self::End(Outcome::Unresolved) => "end unresolved".to_owned(),
            Self::End(Outcome::Cancelled) => "end cancelled".to_owned(),
            Self::Human(None) => "human".to_owned(),
            Self::Human(Some(skill)) => format!("human: {skill}"),
            Self::Back => "back".to_owned(),
        }
    }

    /// Smaller words under the title.
    #[must_use]
    pub fn details(&self) -> &[String] {
        match self {
            Self::Start(lines) | Self::State { does: lines, .. } => lines,
            _ => &[],
        }
    }
}

/// A way from one place to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// When it is taken: a condition as written, an answer, an error's name; empty: always.
    pub label: String,
    /// What kind of answer or condition that is.
    pub kind: EdgeKind,
    /// Where it is written.
    pub at: FileSpan,
}

/// What leads along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// Nothing: it is always taken.
    Goto,
    /// Yes.
    Yes,
    /// No.
    No,
    /// A choice of a menu, or an item of a list.
    Choice,
    /// An error of an action, or that it failed.
    Error,
    /// A condition.
    When,
    /// An intent.
    Intent,
    /// Silence.
    Silence,
}
