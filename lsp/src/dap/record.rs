//! What happens inside a step: every step of the flow language with the values of all cells just before
//! it. The step is taken at once; the debugger moves through the record.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::interp::Look;
use flowright_compiler::ir::{Cell, FlowId, FuncId, Place, RunContext, RunError, Space, StateId};
use flowright_engine::model::{Command, Session};
use flowright_engine::{Moment, Watch};
use flowright_nlu::value::Value;

use super::incidents::Incident;
use super::target::Target;

/// Steps of one event that are recorded: more than one step of the engine can run in any sensible flow.
const POINTS_PER_EVENT_MAX: usize = 20_000;

/// Bytes of a cell itself, about.
const CELL_BYTES: usize = 32;

/// Values of cells. Shared as long as none of them changes.
pub(super) type Cells = Arc<[Option<Value>]>;

/// All that is known at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scene {
    pub(super) turn: Cells,
    pub(super) customer: Cells,
    pub(super) slots: Cells,
    /// The flows under way, the active one last.
    pub(super) frames: Vec<FrameView>,
}

impl Scene {
    /// Bytes, about, of what is not shared with another scene.
    fn bytes_beside(&self, other: &Self) -> usize {
        let of = |cells: &Cells, known: Option<&Cells>| match known {
            Some(known) if Arc::ptr_eq(cells, known) => 0,
            _ => cells.iter().map(|cell| cell.as_ref().map_or(CELL_BYTES, bytes)).sum(),
        };
        let frames = self.frames.iter().enumerate().map(|(number, frame)| {
            CELL_BYTES + of(&frame.cells, other.frames.get(number).map(|known| &known.cells))
        });
        CELL_BYTES
            + of(&self.turn, Some(&other.turn))
            + of(&self.customer, Some(&other.customer))
            + of(&self.slots, Some(&other.slots))
            + frames.sum::<usize>()
    }
}

/// Bytes of a value in memory, about.
fn bytes(value: &Value) -> usize {
    CELL_BYTES
        + match value {
            Value::Text(text) => text.len(),
            Value::List(items) => items.iter().map(bytes).sum(),
            Value::Record(fields) => {
                fields.iter().map(|field| field.as_ref().map_or(CELL_BYTES, bytes)).sum()
            }
            _ => 0,
        }
}

/// A flow under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrameView {
    pub(super) flow: FlowId,
    pub(super) state: StateId,
    pub(super) cells: Cells,
    /// The step that it is at; nothing where none has run since it is known.
    pub(super) at: Option<FileSpan>,
}

/// What is about to happen, or has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A line of a test.
    Line,
    /// A step; the first of a state tells which is entered.
    Step(Option<StateId>),
    /// Something that a debugger may stop at.
    Incident(Incident),
}

/// A moment that can be stopped at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) what: What,
    pub(super) at: Option<FileSpan>,
    pub(super) scene: Scene,
    /// Commands that the event has given by then.
    pub(super) commands: usize,
}

/// When, within an event, a value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    Before,
    /// Just before the step of this number.
    Step(usize),
    After,
}

/// A value that somebody sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Write {
    /// The flow under way whose cell it is, from the bottom; of other spaces it says nothing.
    pub(super) frame: usize,
    pub(super) place: Place,
    pub(super) value: Option<Value>,
}

impl Write {
    /// Sets it in a session.
    pub(super) fn apply(&self, session: &mut Session) {
        let cells = match self.place.space {
            Space::Turn => None,
            Space::Customer => Some(&mut session.customer),
            Space::Session => Some(&mut session.slots),
            Space::Flow => session.stack.get_mut(self.frame).map(|frame| &mut frame.cells),
        };
        let cell = cells.and_then(|cells| cells.get_mut(self.place.index as usize));
        if let Some(cell) = cell {
            cell.clone_from(&self.value);
        }
    }
}

/// Where the flows under way stand, as far as it was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail(Vec<Option<(FlowId, StateId, FileSpan)>>);

impl Trail {
    fn keep(&mut self, session: &Session, at: FileSpan) {
        let Some(top) = session.stack.last() else { return };
        self.0.truncate(session.stack.len());
        self.0.resize(session.stack.len(), None);
        if let Some(last) = self.0.last_mut() {
            *last = Some((top.flow, top.state, at));
        }
    }

    /// The step that a flow under way is at, if it is the same one still.
    fn of(&self, number: usize, flow: FlowId, state: StateId) -> Option<FileSpan> {
        let (its_flow, its_state, at) = (*self.0.get(number)?)?;
        (its_flow == flow && its_state == state).then_some(at)
    }
}

/// Records a step.
pub(super) struct Recorder<'r> {
    target: &'r Target,
    /// Values to set, by the number of the step before which they are.
    writes: BTreeMap<usize, Vec<Write>>,
    trail: &'r mut Trail,
    points: Vec<Point>,
    /// Of each point: commands when its function began, and what that has handed over by then.
    handed: Vec<(usize, usize)>,
    last: Scene,
    /// Bytes that may still be kept.
    room: usize,
    kept: Kept,
}

/// What a record takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Bytes of values, about.
    pub(super) bytes: usize,
    /// Not all steps are in it.
    pub(super) cut: bool,
}

impl<'r> Recorder<'r> {
    pub(super) fn new(
        target: &'r Target,
        trail: &'r mut Trail,
        last: Scene,
        writes: BTreeMap<usize, Vec<Write>>,
        room: usize,
    ) -> Self {
        let (points, handed, kept) = (Vec::new(), Vec::new(), Kept::default());
        Self { target, writes, trail, points, handed, last, room, kept }
    }

    /// What the record takes so far.
    pub(super) const fn kept(&self) -> Kept {
        self.kept
    }

    pub(super) const fn target(&self) -> &'r Target {
        self.target
    }

    /// The steps, once the engine has said what came of them.
    pub(super) fn finish(self, commands: &[Command]) -> Vec<Point> {
        let mut points = self.points;
        for (point, (before, handed)) in points.iter_mut().zip(self.handed) {
            let of_run = commands.iter().enumerate().skip(before);
            // What a function hands over comes to one reply or milestone each.
            let mut shown =
                of_run.filter(|(_, c)| matches!(c, Command::Reply(_) | Command::Mark { .. }));
            point.commands = match handed.checked_sub(1) {
                None => before,
                Some(last) => shown.nth(last).map_or(commands.len(), |(number, _)| number + 1),
            };
        }
        points
    }

    fn step(
        &mut self,
        at: FileSpan,
        enters: Option<StateId>,
        commands: usize,
        session: &mut Session,
        cx: &mut RunContext,
    ) {
        self.kept.cut |= self.points.len() >= POINTS_PER_EVENT_MAX || self.kept.bytes >= self.room;
        if self.kept.cut {
            return;
        }
        self.trail.keep(session, at);
        for write in self.writes.remove(&self.points.len()).unwrap_or_default() {
            // The session outlives the function, which has cells of its own.
            write.apply(session);
            let of_another =
                write.place.space == Space::Flow && write.frame + 1 != session.stack.len();
            if !of_another {
                let cell = cx.heap.cell(write.value.as_ref());
                cx.set_cell(write.place, cell);
            }
        }
        let scene = self.scene(session, cx);
        self.kept.bytes += scene.bytes_beside(&self.last);
        self.last = scene.clone();
        self.handed.push((commands, cx.emitted.len()));
        self.points.push(Point { what: What::Step(enters), at: Some(at), scene, commands: 0 });
    }

    fn scene(&self, session: &Session, cx: &RunContext) -> Scene {
        let value = |cell: &Cell| cx.heap.value(*cell, &cx.program.strings);
        let space = |space: Space, known: &Cells, most: usize| {
            let cells = cx.spaces.get(space as usize).map_or(&[][..], Vec::as_slice);
            shared(known, cells.iter().take(most).map(value))
        };
        let mut frames = frames(session, self.trail, &self.last);
        let known = self.last.frames.get(frames.len().wrapping_sub(1));
        if let Some(top) = frames.last_mut() {
            let none = Cells::default();
            let known = known.map_or(&none, |known| &known.cells);
            top.cells = space(Space::Flow, known, top.cells.len());
        }
        Scene {
            turn: space(Space::Turn, &self.last.turn, usize::MAX),
            customer: space(Space::Customer, &self.last.customer, usize::MAX),
            slots: space(Space::Session, &self.last.slots, usize::MAX),
            frames,
        }
    }
}

/// What a session shows between two events; `last` is what was seen before.
pub(super) fn scene_of(session: &Session, trail: &Trail, last: &Scene) -> Scene {
    Scene {
        turn: Arc::clone(&last.turn),
        customer: shared(&last.customer, session.customer.iter().cloned()),
        slots: shared(&last.slots, session.slots.iter().cloned()),
        frames: frames(session, trail, last),
    }
}

fn frames(session: &Session, trail: &Trail, last: &Scene) -> Vec<FrameView> {
    let none = Cells::default();
    let view = |(number, frame): (usize, &flowright_engine::model::Frame)| FrameView {
        flow: frame.flow,
        state: frame.state,
        cells: shared(
            last.frames.get(number).map_or(&none, |frame| &frame.cells),
            frame.cells.iter().cloned(),
        ),
        at: trail.of(number, frame.flow, frame.state),
    };
    session.stack.iter().enumerate().map(view).collect()
}

/// The values, as those that are known already if they are the same.
fn shared(known: &Cells, values: impl Iterator<Item = Option<Value>>) -> Cells {
    let values: Vec<Option<Value>> = values.collect();
    if **known == *values { Arc::clone(known) } else { values.into() }
}

impl Watch for Recorder<'_> {
    fn run(&mut self, moment: Moment<'_>) -> Result<u32, RunError> {
        let Moment { function, session, cx, commands } = moment;
        let target = self.target;
        let entered = target.entries.get(&function).map(|(_, state)| *state);
        let mut looking = Looking { recorder: self, session, function, entered, commands };
        target.interpreter.run_with(function, cx, &mut looking)
    }
}

/// A function that is looked at.
struct Looking<'l, 'r> {
    recorder: &'l mut Recorder<'r>,
    session: &'l mut Session,
    function: FuncId,
    /// The state that is entered with its first step.
    entered: Option<StateId>,
    commands: usize,
}

impl Look for Looking<'_, '_> {
    fn before(&mut self, block: u32, inst: u32, cx: &mut RunContext) {
        for at in self.recorder.target.places.before(self.function, block, inst) {
            let enters = self.entered.take();
            self.recorder.step(at, enters, self.commands, self.session, cx);
        }
    }
}
