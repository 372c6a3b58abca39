//! The ways from state to state that a program's code can take, for coverage.

use std::collections::BTreeSet;

use super::{Exit, FlowId, FuncId, Handlers, Program, StateId};

/// Every transition that some function can take: flow, from, to.
#[must_use]
pub fn transitions(program: &Program) -> BTreeSet<(FlowId, StateId, StateId)> {
    let mut found = BTreeSet::new();
    for (flow_id, flow) in (0..).map(FlowId).zip(&program.flows) {
        for (from, state) in (0..).map(StateId).zip(&flow.states) {
            let mut open = vec![state.entry];
            open.extend(functions_of(&state.handlers));
            open.extend(functions_of(&flow.handlers));
            let targets = targets(program, open);
            found.extend(targets.into_iter().map(|to| (flow_id, from, to)));
        }
    }
    found
}

/// Every exit that the code of a flow can take, from its states and handlers on.
#[must_use]
pub fn exits_of(program: &Program, flow: FlowId) -> Vec<&Exit> {
    let Some(flow) = program.flows.get(flow.index()) else { return Vec::new() };
    let mut open: Vec<FuncId> = flow.states.iter().map(|state| state.entry).collect();
    let of_states = flow.states.iter().map(|state| &state.handlers);
    open.extend(of_states.chain([&flow.handlers]).flat_map(functions_of));
    let (mut seen, mut exits) = (BTreeSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        let function = program.functions.get(id.index()).filter(|_| seen.insert(id));
        for exit in function.into_iter().flat_map(|function| &function.exits) {
            open.extend(goes_on_in(exit));
            exits.push(exit);
        }
    }
    exits
}

fn functions_of(handlers: &Handlers) -> impl Iterator<Item = FuncId> {
    let intents = handlers.intents.iter().map(|(_, body)| *body);
    let silences = handlers.silences.iter().map(|(_, body)| *body);
    intents.chain(silences).chain(handlers.failure)
}

/// States that functions, or those they go on in, lead to.
fn targets(program: &Program, mut open: Vec<FuncId>) -> BTreeSet<StateId> {
    let (mut seen, mut targets) = (BTreeSet::new(), BTreeSet::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(function) = program.functions.get(id.index()) else { continue };
        for exit in &function.exits {
            if let Exit::Goto(state) = exit {
                targets.insert(*state);
            }
            open.extend(goes_on_in(exit));
        }
    }
    targets
}

/// The functions in which an exit goes on.
fn goes_on_in(exit: &Exit) -> Vec<FuncId> {
    match exit {
        Exit::Continue(then)
        | Exit::Fill { then, .. }
        | Exit::Call { then, .. }
        | Exit::Wait { then }
        | Exit::Repeat { then }
        | Exit::Abandon { then }
        | Exit::Correct { then } => vec![*then],
        Exit::Confirm { yes, no, .. } => vec![*yes, *no],
        Exit::Choose { arms, .. } => arms.iter().map(|(_, body)| *body).collect(),
        Exit::ChooseFrom { then, none, .. } => [*then].into_iter().chain(*none).collect(),
        Exit::Do { handlers, failed, then, .. } => {
            let handlers = handlers.iter().map(|(_, body)| *body);
            handlers.chain(*failed).chain([*then]).collect()
        }
        _ => Vec::new(),
    }
}
