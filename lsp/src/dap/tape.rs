//! A conversation as it was recorded: event after event, each with its steps. What is set anew in it is
//! written at its moment, and what follows happens again.

use std::collections::BTreeMap;
use std::rc::Rc;

use flowright_compiler::base::FileSpan;
use flowright_engine::model::{Event, Session};
use flowright_engine::transcript::{Failure, Follow};
use flowright_engine::{LoadedProgram, Step, StepError, step, step_watched};

use super::incidents::{self, Around, Incident, Trigger};
use super::record::{Kept, Point, Recorder, Scene, Trail, What, When, Write, scene_of};
use super::shown::{self, Said};
use super::target::Target;

/// Points of a conversation that are kept; behind them events are taken, and not recorded.
const POINTS_MAX: usize = 400_000;
/// Bytes of the values that are kept with them, about.
const BYTES_MAX: usize = 256 << 20;
/// Events of a conversation that may be followed.
const ENTRIES_MAX: usize = 20_000;

/// What an entry is about.
#[derive(Debug, Clone)]
pub(super) enum Cause {
    /// A line of a test is next.
    Line,
    Event(Box<Event>),
    /// A test is over: it did not go as written.
    Failure,
}

/// One event with its steps, or a line of a test.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) cause: Cause,
    pub(super) at_ms: i64,
    pub(super) points: Vec<Point>,
    /// What is shown of the conversation, each with how many commands must have been given by then.
    pub(super) said: Vec<Said>,
}

/// A moment of a tape: before a point. The number of entries stands for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) entry: usize,
    pub(super) point: usize,
}

/// A conversation.
#[derive(Debug)]
pub(super) struct Tape {
    target: Rc<Target>,
    start: Session,
    start_ms: i64,
    /// The session after all entries.
    pub(super) session: Session,
    pub(super) now_ms: i64,
    pub(super) entries: Vec<Entry>,
    /// Values set, by entry and moment.
    writes: BTreeMap<(usize, When), Vec<Write>>,
    trail: Trail,
    /// What was seen last.
    last: Scene,
    points: usize,
    bytes: usize,
    /// An event had more than can be kept of it.
    cut: bool,
}

impl Tape {
    /// A conversation that begins with a session.
    pub(super) fn new(target: Rc<Target>, session: Session, now_ms: i64) -> Self {
        Self {
            target,
            start: session.clone(),
            start_ms: now_ms,
            session,
            now_ms,
            entries: Vec::new(),
            writes: BTreeMap::new(),
            trail: Trail::default(),
            last: Scene::default(),
            points: 0,
            bytes: 0,
            cut: false,
        }
    }

    /// Whether nothing more is recorded.
    pub(super) fn is_full(&self) -> bool {
        self.cut
            || self.points >= POINTS_MAX
            || self.bytes >= BYTES_MAX
            || self.entries.len() >= ENTRIES_MAX
    }

    /// Takes an event now.
    ///
    /// # Errors
    /// See [`StepError`].
    pub(super) fn take(&mut self, event: Event) -> Result<Step, StepError> {
        let mut session = self.session.clone();
        let step = self.record(&mut session, event, self.now_ms);
        self.session = session;
        step
    }

    /// Takes an event of a session that is kept elsewhere.
    fn record(
        &mut self,
        session: &mut Session,
        event: Event,
        now_ms: i64,
    ) -> Result<Step, StepError> {
        if self.is_full() {
            return step(&self.target.program, session, event, now_ms);
        }
        let entry = self.entries.len();
        self.write(entry, When::Before, session);
        let before = scene_of(session, &self.trail, &self.last);
        let answered = self.answered(session, &event);
        let target = Rc::clone(&self.target);
        let writes = self.within(entry);
        let room = BYTES_MAX.saturating_sub(self.bytes);
        let recorder = Recorder::new(&target, &mut self.trail, before.clone(), writes, room);
        let (step, mut points, kept) = recorder.take(session, event.clone(), now_ms)?;
        self.bytes += kept.bytes;
        self.cut |= kept.cut;
        self.write(entry, When::After, session);
        let after = scene_of(session, &self.trail, &before);
        self.last = points.last().map_or(&after, |point| &point.scene).clone();
        let around = Around { before: &before, after: &after, session };
        incidents::add(&mut points, &event, answered, &step, &around);
        self.points += points.len();
        let said = shown::said(&target, &event, &step.commands, session);
        let cause = Cause::Event(Box::new(event));
        self.entries.push(Entry { cause, at_ms: now_ms, points, said });
        Ok(step)
    }

    /// The action that an event answers.
    fn answered(&self, session: &Session, event: &Event) -> Option<String> {
        let call = match event {
            Event::ActionResult { key, .. } => session.pending_call().filter(|c| c.key == *key)?,
            _ => return None,
        };
        let action = self.target.tables().actions.get(call.action.index())?;
        Some(action.name.clone())
    }

    /// A line of a test is next.
    fn line(&mut self, at: FileSpan, session: &mut Session, now_ms: i64) {
        if self.is_full() {
            return;
        }
        let entry = self.entries.len();
        self.write(entry, When::Before, session);
        let scene = scene_of(session, &self.trail, &self.last);
        let what = What::Line;
        self.single(Cause::Line, Point { what, at: Some(at), scene, commands: 0 }, now_ms);
    }

    /// A test did not go as written.
    pub(super) fn fail(&mut self, failure: &Failure) {
        let text = failure.message.clone();
        let incident =
            Incident { details: shown::difference(failure), ..Incident::new(Trigger::Test, text) };
        let scene = scene_of(&self.session, &self.trail, &self.last);
        let what = What::Incident(incident);
        let now_ms = self.now_ms;
        self.single(
            Cause::Failure,
            Point { what, at: Some(failure.at), scene, commands: 0 },
            now_ms,
        );
    }

    fn single(&mut self, cause: Cause, point: Point, at_ms: i64) {
        self.last = point.scene.clone();
        self.points += 1;
        let (points, said) = (vec![point], Vec::new());
        self.entries.push(Entry { cause, at_ms, points, said });
    }

    fn write(&self, entry: usize, when: When, session: &mut Session) {
        let writes = self.writes.get(&(entry, when)).into_iter().flatten();
        writes.for_each(|write| write.apply(session));
    }

    /// What is set within an event, by step.
    fn within(&self, entry: usize) -> BTreeMap<usize, Vec<Write>> {
        let of = self.writes.range((entry, When::Before)..=(entry, When::After));
        of.filter_map(|((_, when), writes)| match when {
            When::Step(number) => Some((*number, writes.clone())),
            When::Before | When::After => None,
        })
        .collect()
    }

    /// Sets a value at a moment and forgets what follows. What comes of it is recorded by
    /// [`Self::again`], or by following the test again.
    pub(super) fn set(&mut self, position: Position, write: Write) {
        let Some(key) = self.moment(position) else {
            // Nothing has happened yet.
            write.apply(&mut self.start);
            return;
        };
        self.writes.retain(|moment, _| *moment <= key);
        self.writes.entry(key).or_default().push(write);
    }

    /// The moment of a position, as values are set at it; nothing before everything.
    fn moment(&self, position: Position) -> Option<(usize, When)> {
        let Some(entry) = self.entries.get(position.entry) else {
            return Some((self.entries.len().checked_sub(1)?, When::After));
        };
        let before = entry.points.iter().take(position.point);
        let steps = before.filter(|point| matches!(point.what, What::Step(_))).count();
        let when = match entry.points.get(position.point).map(|point| &point.what) {
            Some(What::Step(_)) => When::Step(steps),
            Some(What::Line) | None => When::Before,
            Some(What::Incident(incident)) => match incident.trigger {
                Trigger::Failure | Trigger::Error => When::Before,
                Trigger::Handoff | Trigger::Miss | Trigger::Test => When::After,
            },
        };
        Some((position.entry, when))
    }

    /// Begins again; what was set stays set. Gives what had happened.
    pub(super) fn rewind(&mut self) -> Vec<Entry> {
        self.session = self.start.clone();
        self.now_ms = self.start_ms;
        self.trail = Trail::default();
        self.last = Scene::default();
        (self.points, self.bytes, self.cut) = (0, 0, false);
        std::mem::take(&mut self.entries)
    }

    /// Has the first events happen again.
    ///
    /// # Errors
    /// See [`StepError`]: what was set may have changed what can happen.
    pub(super) fn again(&mut self, most: usize) -> Result<(), StepError> {
        for entry in self.rewind().into_iter().take(most) {
            self.now_ms = entry.at_ms;
            if let Cause::Event(event) = entry.cause {
                self.take(*event)?;
            }
        }
        Ok(())
    }

    /// The point at a position; nothing at the end.
    pub(super) fn point(&self, at: Position) -> Option<&Point> {
        self.entries.get(at.entry)?.points.get(at.point)
    }

    /// The end.
    pub(super) const fn end(&self) -> Position {
        Position { entry: self.entries.len(), point: 0 }
    }

    /// The first point from a position on.
    pub(super) fn from(&self, at: Position) -> Option<Position> {
        let Position { mut entry, mut point } = at;
        while let Some(here) = self.entries.get(entry) {
            if point < here.points.len() {
                return Some(Position { entry, point });
            }
            (entry, point) = (entry + 1, 0);
        }
        None
    }

    /// The point behind a position.
    pub(super) fn after(&self, at: Position) -> Option<Position> {
        self.from(Position { point: at.point.saturating_add(1), ..at })
    }

    /// The point before a position.
    pub(super) fn before(&self, at: Position) -> Option<Position> {
        if let Some(point) = at.point.checked_sub(1) {
            return Some(Position { point, ..at });
        }
        let earlier = self.entries.get(..at.entry)?.iter().enumerate().rev();
        let mut earlier = earlier.filter_map(|(entry, of)| {
            of.points.len().checked_sub(1).map(|point| Position { entry, point })
        });
        earlier.next()
    }

    /// What is known at a position.
    pub(super) fn scene(&self, at: Position) -> Scene {
        match self.point(at) {
            Some(point) => point.scene.clone(),
            None => scene_of(&self.session, &self.trail, &self.last),
        }
    }
}

impl Follow for Tape {
    fn line(&mut self, at: FileSpan, session: &mut Session, now_ms: i64) {
        Self::line(self, at, session, now_ms);
    }

    fn step(
        &mut self,
        _: &LoadedProgram,
        session: &mut Session,
        event: Event,
        now_ms: i64,
    ) -> Result<Step, StepError> {
        self.record(session, event, now_ms)
    }
}

impl Recorder<'_> {
    /// Takes an event and gives its steps.
    pub(super) fn take(
        mut self,
        session: &mut Session,
        event: Event,
        now_ms: i64,
    ) -> Result<(Step, Vec<Point>, Kept), StepError> {
        let target = self.target();
        let step = step_watched(&target.program, session, event, now_ms, &mut self)?;
        let kept = self.kept();
        let points = self.finish(&step.commands);
        Ok((step, points, kept))
    }
}
