//! Where a conversation can be stopped: states, steps and lines of tests, by file and line.

use flowright_compiler::base::{FileId, FileSpan};
use flowright_compiler::ir::{FlowId, StateId};

use super::record::{Point, What};
use super::target::Target;

/// A place that can be stopped at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Before a step.
    Step(FileSpan),
    /// Where a state is entered.
    State(FlowId, StateId),
    /// Before a line of a test.
    Line(FileSpan),
}

impl Spot {
    /// Whether a moment is at this place.
    pub(super) fn is_at(self, point: &Point) -> bool {
        match (self, &point.what) {
            (Self::Step(at), What::Step(_)) | (Self::Line(at), What::Line) => point.at == Some(at),
            (Self::State(flow, state), What::Step(Some(entered))) => {
                *entered == state
                    && point.scene.frames.last().is_some_and(|frame| frame.flow == flow)
            }
            _ => false,
        }
    }
}

/// What a place belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Flow(FlowId),
    Test(usize),
}

/// A place with its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// From 0.
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) spot: Spot,
    /// The flow that it is in.
    pub(super) flow: Option<FlowId>,
    file: FileId,
    owner: Option<Owner>,
}

/// All places of a project, in the order of files and lines.
#[derive(Debug, Default)]
pub(super) struct Spots {
    places: Vec<Found>,
    /// Flows and tests by where they begin.
    owners: Vec<(FileId, u32, Owner)>,
}

impl Spots {
    pub(super) fn of(target: &Target) -> Self {
        let program = target.tables();
        let mut spots = Self::default();
        for (id, flow) in (0..).map(FlowId).zip(&program.flows) {
            spots.own(target, flow.at, Owner::Flow(id));
        }
        for (number, test) in program.tests.iter().enumerate() {
            spots.own(target, test.at, Owner::Test(number));
        }
        spots.owners.sort_by_key(|(file, line, _)| (*file, *line));
        for (id, flow) in (0..).map(FlowId).zip(&program.flows) {
            for (state, def) in (0..).map(StateId).zip(&flow.states) {
                spots.add(target, def.at, Spot::State(id, state));
            }
        }
        let mut steps: Vec<FileSpan> = target.places.all().collect();
        steps.sort_unstable();
        steps.dedup();
        steps.into_iter().for_each(|at| spots.add(target, at, Spot::Step(at)));
        for line in program.tests.iter().flat_map(|test| &test.lines) {
            spots.add(target, line.at, Spot::Line(line.at));
        }
        spots.places.sort_by_key(|found| (found.file, found.line, found.column));
        spots
    }

    fn own(&mut self, target: &Target, at: FileSpan, owner: Owner) {
        self.owners.push((at.file, target.line_column(at).0, owner));
    }

    fn add(&mut self, target: &Target, at: FileSpan, spot: Spot) {
        let (line, column) = target.line_column(at);
        let owner = self.owner(at.file, line);
        let flow = match owner {
            Some(Owner::Flow(flow)) => Some(flow),
            Some(Owner::Test(_)) | None => None,
        };
        self.places.push(Found { line, column, spot, flow, file: at.file, owner });
    }

    /// The flow or test that a line is in, or behind.
    fn owner(&self, file: FileId, line: u32) -> Option<Owner> {
        let behind = self.owners.partition_point(|(f, l, _)| (*f, *l) <= (file, line));
        let (of, _, owner) = self.owners.get(behind.checked_sub(1)?)?;
        (*of == file).then_some(*owner)
    }

    /// What begins on a line, or next behind it in the same flow or test.
    pub(super) fn at(&self, file: FileId, line: u32) -> Option<Found> {
        let owner = self.owner(file, line)?;
        let from = self.places.partition_point(|found| (found.file, found.line) < (file, line));
        let next = self.places.get(from)?;
        (next.file == file && next.owner == Some(owner)).then_some(*next)
    }

    /// The lines on which something begins, in some lines of a file.
    pub(super) fn lines(&self, file: FileId, from: u32, to: u32) -> Vec<(u32, u32)> {
        let inside = |found: &&Found| found.file == file && (from..=to).contains(&found.line);
        let mut lines: Vec<(u32, u32)> = Vec::new();
        for found in self.places.iter().filter(inside) {
            if lines.last().is_none_or(|(line, _)| *line != found.line) {
                lines.push((found.line, found.column));
            }
        }
        lines
    }
}

/// A state by its name: `flow.state`, or `state` where one flow alone has it.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn state(target: &Target, name: &str) -> Result<(FlowId, StateId), String> {
    let flows = (0..).map(FlowId).zip(&target.tables().flows);
    let states = flows.flat_map(|(id, flow)| {
        let states = (0..).map(StateId).zip(&flow.states);
        states.map(move |(state, def)| (id, state, &flow.name, &def.name))
    });
    let is_meant = |(_, _, flow, state): &(FlowId, StateId, &String, &String)| {
        name == state.as_str() || name.strip_suffix(state.as_str()) == Some(&format!("{flow}."))
    };
    let found: Vec<_> = states.filter(is_meant).collect();
    match found.as_slice() {
        [(flow, state, ..)] => Ok((*flow, *state)),
        [] => Err(format!("there is no state `{name}`: name it as `flow.state`")),
        _ => Err(format!("several flows have a state `{name}`: name it as `flow.state`")),
    }
}
