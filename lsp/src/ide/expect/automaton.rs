//! The rules as states with edges between them.

use std::collections::HashMap;
use std::sync::LazyLock;

use flowright_compiler::syntax::TokenKind;

use super::node::{Node, Place, Wanted};
use super::rules::Rule;

/// A state's number.
pub(super) type StateId = u32;

/// A way to another state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edge {
    /// Without a token.
    Empty(StateId),
    /// With one.
    Token(Wanted, StateId),
    /// Behind all of a rule.
    Call(Rule, StateId),
}

#[derive(Debug, Default)]
struct State {
    edges: Vec<Edge>,
    accepts: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    states: Vec<State>,
    starts: HashMap<Rule, StateId>,
}

/// The language's.
pub(super) static AUTOMATON: LazyLock<Automaton> = LazyLock::new(Automaton::new);

impl Automaton {
    fn new() -> Self {
        let mut automaton = Self::default();
        for rule in Rule::ALL {
            let start = automaton.state();
            automaton.starts.insert(*rule, start);
            let end = automaton.build(&rule.form(), start);
            if let Some(state) = automaton.states.get_mut(end as usize) {
                state.accepts = true;
            }
        }
        automaton
    }

    /// Where a rule begins.
    pub(super) fn start(&self, rule: Rule) -> StateId {
        self.starts.get(&rule).copied().unwrap_or_default()
    }

    /// The ways out of a state.
    pub(super) fn edges(&self, state: StateId) -> &[Edge] {
        self.states.get(state as usize).map_or(&[], |state| &state.edges)
    }

    /// Whether a rule may be over in a state.
    pub(super) fn accepts(&self, state: StateId) -> bool {
        self.states.get(state as usize).is_some_and(|state| state.accepts)
    }

    fn state(&mut self) -> StateId {
        self.states.push(State::default());
        u32::try_from(self.states.len() - 1).unwrap_or(StateId::MAX)
    }

    fn edge(&mut self, from: StateId, edge: Edge) {
        if let Some(state) = self.states.get_mut(from as usize) {
            state.edges.push(edge);
        }
    }

    /// Adds what a piece looks like behind a state; gives the state behind it.
    fn build(&mut self, node: &Node, from: StateId) -> StateId {
        match node {
            Node::One(wanted) => {
                let to = self.state();
                self.edge(from, Edge::Token(*wanted, to));
                if matches!(wanted, Wanted::Name(_)) {
                    let dot = self.state();
                    self.edge(to, Edge::Token(Wanted::Sign(TokenKind::Dot), dot));
                    self.edge(dot, Edge::Token(Wanted::Name(Place::Part), to));
                }
                to
            }
            Node::Rule(rule) => {
                let to = self.state();
                self.edge(from, Edge::Call(*rule, to));
                to
            }
            Node::Seq(nodes) => nodes.iter().fold(from, |from, node| self.build(node, from)),
            Node::Any(nodes) => {
                let to = self.state();
                for node in nodes {
                    let end = self.build(node, from);
                    self.edge(end, Edge::Empty(to));
                }
                to
            }
            Node::Many(node) => {
                let again = self.state();
                self.edge(from, Edge::Empty(again));
                let end = self.build(node, again);
                self.edge(end, Edge::Empty(again));
                again
            }
        }
    }
}
