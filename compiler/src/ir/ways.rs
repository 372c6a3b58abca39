//! The code that runs behind other code, and the ways from state to state that it can take.

use std::collections::BTreeSet;

use super::verify::followers;
use super::{Exit, FlowDef, FlowId, FuncId, Function, Handlers, Program, StateId};

/// Every transition that some function can take: flow, from, to.
#[must_use]
pub fn transitions(program: &Program) -> BTreeSet<(FlowId, StateId, StateId)> {
    let mut found = BTreeSet::new();
    for (flow_id, flow) in (0..).map(FlowId).zip(&program.flows) {
        for (from, state) in (0..).map(StateId).zip(&flow.states) {
            let handlers = [&state.handlers, &flow.handlers].into_iter().flat_map(handlers);
            let exits = code_from(program, std::iter::once(state.entry).chain(handlers))
                .flat_map(|function| &function.exits);
            found.extend(exits.filter_map(|exit| match exit {
                Exit::Goto(to) => Some((flow_id, from, *to)),
                _ => None,
            }));
        }
    }
    found
}

/// Every exit that the code of a flow can take, from its states and handlers on.
#[must_use]
pub fn exits_of(program: &Program, flow: FlowId) -> Vec<&Exit> {
    let Some(flow) = program.flows.get(flow.index()) else { return Vec::new() };
    code_from(program, code_of(flow)).flat_map(|function| &function.exits).collect()
}

/// Where the code of a flow begins: its states and handlers.
pub(crate) fn code_of(flow: &FlowDef) -> impl Iterator<Item = FuncId> {
    let states = flow.states.iter();
    let own =
        states.flat_map(|state| std::iter::once(state.entry).chain(handlers(&state.handlers)));
    own.chain(handlers(&flow.handlers))
}

/// The functions of handlers.
pub(crate) fn handlers(handlers: &Handlers) -> impl Iterator<Item = FuncId> {
    let intents = handlers.intents.iter().map(|(_, body)| *body);
    let silences = handlers.silences.iter().map(|(_, body)| *body);
    intents.chain(silences).chain(handlers.failure)
}

/// These functions and all in which they go on, each once, in the order of the code.
pub(crate) fn code_from(
    program: &Program,
    starts: impl IntoIterator<Item = FuncId>,
) -> impl Iterator<Item = &Function> {
    let mut open: Vec<FuncId> = starts.into_iter().collect();
    open.reverse();
    let mut seen = BTreeSet::new();
    std::iter::from_fn(move || {
        while let Some(id) = open.pop() {
            let function = program.functions.get(id.index()).filter(|_| seen.insert(id));
            if let Some(function) = function {
                let next: Vec<FuncId> = function.exits.iter().flat_map(followers).collect();
                open.extend(next.into_iter().rev());
                return Some(function);
            }
        }
        None
    })
}
