//! States and transitions that conversations entered, flow by flow.

use std::collections::BTreeMap;

use flowright_compiler::base::{FileSpan, is_standard};
use flowright_compiler::ir::{FlowDef, FlowId, Program, StateId, transitions};

use crate::Entered;

/// What was entered of one flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowCoverage<'p> {
    /// The flow.
    pub flow: &'p FlowDef,
    /// Its number.
    pub id: FlowId,
    /// By state: in how many conversations it was entered.
    pub states: Vec<usize>,
    /// Transitions that its code can take, and in how many conversations it took them.
    pub ways: Vec<(StateId, StateId, usize)>,
}

impl<'p> FlowCoverage<'p> {
    /// States that were not entered.
    #[must_use]
    pub fn unseen(&self) -> Vec<&'p str> {
        let states = self.flow.states.iter().zip(&self.states);
        states.filter(|(_, times)| **times == 0).map(|(state, _)| state.name.as_str()).collect()
    }

    /// Transitions that were not taken.
    #[must_use]
    pub fn untaken(&self) -> Vec<(&'p str, &'p str)> {
        let untaken = self.ways.iter().filter(|(.., times)| *times == 0);
        untaken.map(|(from, to, _)| (self.name(*from), self.name(*to))).collect()
    }

    fn name(&self, state: StateId) -> &'p str {
        self.flow.states.get(state.index()).map_or("", |state| state.name.as_str())
    }
}

/// The coverage of the project's own flows, or of the only one that is named, by what was entered:
/// once for each conversation that entered it.
#[must_use]
pub fn coverage<'p, 'e>(
    program: &'p Program,
    entered: impl IntoIterator<Item = &'e Entered>,
    only: Option<&str>,
) -> Vec<FlowCoverage<'p>> {
    let mut states: BTreeMap<(FlowId, StateId), usize> = BTreeMap::new();
    let mut taken: BTreeMap<(FlowId, StateId, StateId), usize> = BTreeMap::new();
    for Entered { flow, from, state } in entered {
        *states.entry((*flow, *state)).or_default() += 1;
        if let Some(from) = from {
            *taken.entry((*flow, *from, *state)).or_default() += 1;
        }
    }
    let own = |at: FileSpan| {
        let file = program.files.get(at.file.0 as usize);
        file.is_some_and(|file| !is_standard(&file.label))
    };
    let wanted = |flow: &FlowDef| match only {
        Some(name) => flow.name == name,
        None => own(flow.at),
    };
    let all = transitions(program);
    let of_flow = |(id, flow): (FlowId, &'p FlowDef)| {
        let ids = (0..).map(StateId).take(flow.states.len());
        let times = |state| states.get(&(id, state)).copied().unwrap_or(0);
        let ways = all.iter().filter(|(of, ..)| *of == id);
        let way =
            |way: &(FlowId, StateId, StateId)| (way.1, way.2, taken.get(way).copied().unwrap_or(0));
        FlowCoverage { flow, id, states: ids.map(times).collect(), ways: ways.map(way).collect() }
    };
    let flows = (0..).map(FlowId).zip(&program.flows);
    flows.filter(|(_, flow)| wanted(flow)).map(of_flow).collect()
}
