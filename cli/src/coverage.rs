//! States and transitions that conversations entered, flow by flow.

use std::collections::BTreeSet;

use flowright_compiler::base::{FileSpan, is_standard};
use flowright_compiler::ir::{FlowDef, FlowId, Program, StateId, transitions};
use flowright_engine::Entered;

/// What was entered of one flow.
pub(crate) struct FlowCoverage<'p> {
    pub(crate) flow: &'p FlowDef,
    /// Transitions that its code can take.
    pub(crate) ways: usize,
    /// States that were not entered.
    pub(crate) unseen: Vec<&'p str>,
    /// Transitions that were not taken.
    pub(crate) untaken: Vec<(&'p str, &'p str)>,
}

/// The coverage of the project's own flows; of one only, if named.
pub(crate) fn coverage<'p>(
    program: &'p Program,
    entered: &BTreeSet<Entered>,
    only: Option<&str>,
) -> Vec<FlowCoverage<'p>> {
    let states: BTreeSet<_> = entered.iter().map(|e| (e.flow, e.state)).collect();
    let taken: BTreeSet<_> =
        entered.iter().filter_map(|e| Some((e.flow, e.from?, e.state))).collect();
    let own = |at: FileSpan| {
        let file = program.files.get(at.file.0 as usize);
        file.is_some_and(|file| !is_standard(&file.label))
    };
    let all = transitions(program);
    let wanted = |flow: &FlowDef| match only {
        Some(name) => flow.name == name,
        None => own(flow.at),
    };
    let flows = (0..).map(FlowId).zip(&program.flows).filter(|(_, flow)| wanted(flow));
    let of_flow = |(id, flow): (FlowId, &'p FlowDef)| {
        let name =
            |state: StateId| flow.states.get(state.index()).map_or("", |state| state.name.as_str());
        let ids = (0..).map(StateId).take(flow.states.len());
        let ways: Vec<_> = all.iter().filter(|(flow, ..)| *flow == id).collect();
        let untaken = ways.iter().filter(|way| !taken.contains(**way));
        FlowCoverage {
            flow,
            ways: ways.len(),
            unseen: ids.filter(|state| !states.contains(&(id, *state))).map(name).collect(),
            untaken: untaken.map(|(_, from, to)| (name(*from), name(*to))).collect(),
        }
    };
    flows.map(of_flow).collect()
}

/// The coverage as a table, and what was missed below it.
pub(crate) fn coverage_table(
    program: &Program,
    entered: &BTreeSet<Entered>,
    only: Option<&str>,
) -> String {
    let mut text =
        String::from("\ncoverage                                  states   transitions\n");
    let mut missed = String::new();
    for FlowCoverage { flow, ways, unseen, untaken } in coverage(program, entered, only) {
        text.push_str(&format!(
            "  {:<38} {:>3}/{:<3}   {:>3}/{:<3}\n",
            flow.name,
            flow.states.len() - unseen.len(),
            flow.states.len(),
            ways - untaken.len(),
            ways
        ));
        for state in unseen {
            missed.push_str(&format!("  not entered: {}.{state}\n", flow.name));
        }
        for (from, to) in untaken {
            missed.push_str(&format!("  not taken:   {}: {from} -> {to}\n", flow.name));
        }
    }
    text + &missed
}
