//! What tests came through: states and the ways between them, with their places.

use std::collections::BTreeMap;

use flowright_compiler::base::{FileId, FileSpan};
use flowright_compiler::ir::{FlowDef, StateId};
use flowright_engine::Entered;
use flowright_engine::coverage::{FlowCoverage, coverage};
use serde::Serialize;

use crate::talk::program::Ready;

/// What tests came through of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The project's own flows.
    pub flows: Vec<FlowCovered>,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowCovered {
    /// Its name.
    pub flow: String,
    /// Its states.
    pub states: Vec<StateCovered>,
    /// The ways between them.
    pub ways: Vec<WayCovered>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateCovered {
    /// Its name.
    pub name: String,
    /// Its name in the sources.
    pub location: FileSpan,
    /// How many tests entered it.
    pub entered: usize,
}

/// A way from one state to another: a step that leads there. Which of several steps it was is not
/// known: each has what the way has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayCovered {
    /// The state that it comes from.
    pub from: String,
    /// The state that it leads to.
    pub to: String,
    /// The step.
    pub location: FileSpan,
    /// How many tests took it.
    pub taken: usize,
}

/// What is covered of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCoverage {
    /// The file.
    pub file: FileId,
    /// Its states.
    pub states: Vec<StateCovered>,
    /// The ways between them.
    pub ways: Vec<WayCovered>,
}

impl Coverage {
    pub(super) fn of(ready: &Ready, entered: &[Entered]) -> Self {
        let all = coverage(ready.program(), entered, None);
        Self { flows: all.iter().map(|covered| of_flow(ready, covered)).collect() }
    }

    /// The same, file by file.
    #[must_use]
    pub fn by_file(&self) -> Vec<FileCoverage> {
        let mut files: BTreeMap<FileId, FileCoverage> = BTreeMap::new();
        let new = |file: FileId| FileCoverage { file, states: Vec::new(), ways: Vec::new() };
        for flow in &self.flows {
            for state in &flow.states {
                let file = state.location.file;
                files.entry(file).or_insert_with(|| new(file)).states.push(state.clone());
            }
            for way in &flow.ways {
                let file = way.location.file;
                files.entry(file).or_insert_with(|| new(file)).ways.push(way.clone());
            }
        }
        files.into_values().collect()
    }

    /// A flow of it.
    pub(crate) fn flow(&self, name: &str) -> Option<&FlowCovered> {
        self.flows.iter().find(|flow| flow.flow == name)
    }
}

fn of_flow(ready: &Ready, covered: &FlowCoverage<'_>) -> FlowCovered {
    let FlowCoverage { flow, id, states, ways } = covered;
    let graph = ready.graphs.iter().find(|graph| graph.flow == *id);
    let state = |(state, entered): (&flowright_compiler::ir::StateDef, &usize)| StateCovered {
        name: state.name.clone(),
        location: state.at,
        entered: *entered,
    };
    let way = |(from, to, taken): &(StateId, StateId, usize)| {
        let mut places = graph.map_or_else(Vec::new, |graph| graph.ways(*from, *to));
        // Where no step of its own leads there, the state does.
        if places.is_empty() {
            places.extend(flow.states.get(from.index()).map(|state| state.at));
        }
        let (from, to, taken) = (name(flow, *from), name(flow, *to), *taken);
        let way =
            move |location| WayCovered { from: from.clone(), to: to.clone(), location, taken };
        places.into_iter().map(way)
    };
    FlowCovered {
        flow: flow.name.clone(),
        states: flow.states.iter().zip(states).map(state).collect(),
        ways: ways.iter().flat_map(way).collect(),
    }
}

fn name(flow: &FlowDef, state: StateId) -> String {
    flow.states.get(state.index()).map_or_else(String::new, |state| state.name.clone())
}
