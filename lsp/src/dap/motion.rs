//! Moving through a record: on to the next breakpoint, over, into and out of flows, and back.

use std::collections::{BTreeSet, HashMap};

use super::breakpoints::Breaks;
use super::incidents::Trigger;
use super::record::{Point, What};
use super::tape::{Position, Tape};
use super::target::Target;

/// How one goes on. Depths are numbers of flows under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// To the next breakpoint.
    On,
    /// To the next step that is no deeper.
    Over(usize),
    /// To the next step.
    Into,
    /// To the next step that is less deep.
    Out(usize),
}

/// A moment to stop at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) at: Position,
    pub(super) reason: &'static str,
    /// Breakpoints that were hit.
    pub(super) hits: Vec<i64>,
}

/// What is stopped at, and what is said on the way.
pub(super) struct Way<'w> {
    pub(super) target: &'w Target,
    pub(super) tape: &'w Tape,
    pub(super) breaks: &'w Breaks,
    pub(super) filters: &'w BTreeSet<&'static str>,
}

impl Way<'_> {
    /// Goes forward from a moment on, that one included. Nothing when the end is reached; what log
    /// points say on the way is put down with their moments.
    pub(super) fn forward(
        &self,
        from: Position,
        motion: Motion,
        logs: &mut Vec<(Position, String)>,
    ) -> Option<Stop> {
        let mut counts = HashMap::new();
        let mut next = self.tape.from(from);
        while let Some(at) = next {
            let point = self.tape.point(at)?;
            let hits = self.hits(at, point, &mut counts, logs);
            if let Some(reason) = self.reason(point, motion, !hits.is_empty()) {
                return Some(Stop { at, reason, hits });
            }
            next = self.tape.after(at);
        }
        None
    }

    fn reason(&self, point: &Point, motion: Motion, hit: bool) -> Option<&'static str> {
        if hit {
            return Some("breakpoint");
        }
        if let What::Incident(incident) = &point.what {
            return self.filters.contains(incident.trigger.name()).then_some("exception");
        }
        let depth = depth(point);
        let there = match motion {
            Motion::On => false,
            Motion::Into => true,
            Motion::Over(from) => depth <= from,
            Motion::Out(from) => depth < from,
        };
        there.then_some("step")
    }

    /// The breakpoints that stop at a moment.
    fn hits(
        &self,
        at: Position,
        point: &Point,
        counts: &mut HashMap<i64, u64>,
        logs: &mut Vec<(Position, String)>,
    ) -> Vec<i64> {
        let mut hits = Vec::new();
        for one in self.breaks.all().filter(|one| one.is_at(point)) {
            if let Some(wanted) = one.hits {
                let before = || self.points_before(at).filter(|point| one.is_at(point)).count();
                let count =
                    counts.entry(one.id).or_insert_with(|| u64::try_from(before()).unwrap_or(0));
                *count += 1;
                if !wanted.stops(*count) {
                    continue;
                }
            }
            match one.says(self.target, point) {
                Some(text) => logs.push((at, text)),
                None => hits.push(one.id),
            }
        }
        hits
    }

    fn points_before(&self, at: Position) -> impl Iterator<Item = &Point> {
        let earlier = self.tape.entries.get(..at.entry).unwrap_or(&[]);
        let here = self.tape.entries.get(at.entry);
        let here = here.into_iter().flat_map(move |entry| entry.points.iter().take(at.point));
        earlier.iter().flat_map(|entry| &entry.points).chain(here)
    }

    /// One step back.
    pub(super) fn step_back(&self, from: Position) -> Option<Stop> {
        let mut before = self.tape.before(from);
        while let Some(at) = before {
            let is_step = matches!(self.tape.point(at)?.what, What::Step(_) | What::Line);
            if is_step {
                return Some(Stop { at, reason: "step", hits: Vec::new() });
            }
            before = self.tape.before(at);
        }
        None
    }

    /// Back to the breakpoint before, or to the beginning.
    pub(super) fn back(&self, from: Position) -> Option<Stop> {
        if self.breaks.all().any(|one| one.hits.is_some()) {
            return self.back_by_hits(from);
        }
        let (mut before, mut first) = (self.tape.before(from), None);
        while let Some(at) = before {
            let point = self.tape.point(at)?;
            let hits = self.hits(at, point, &mut HashMap::new(), &mut Vec::new());
            if let Some(reason) = self.reason(point, Motion::On, !hits.is_empty()) {
                return Some(Stop { at, reason, hits });
            }
            first = Some(at);
            before = self.tape.before(at);
        }
        Some(Stop { at: first?, reason: "entry", hits: Vec::new() })
    }
}

impl Way<'_> {
    /// The same where hits are counted: they are counted from the beginning, once.
    fn back_by_hits(&self, from: Position) -> Option<Stop> {
        let start =
            self.tape.from(Position { entry: 0, point: 0 }).filter(|start| *start < from)?;
        let mut last = Stop { at: start, reason: "entry", hits: Vec::new() };
        let (mut counts, mut next) = (HashMap::new(), Some(start));
        while let Some(at) = next.filter(|at| *at < from) {
            let point = self.tape.point(at)?;
            let hits = self.hits(at, point, &mut counts, &mut Vec::new());
            if let Some(reason) = self.reason(point, Motion::On, !hits.is_empty()) {
                last = Stop { at, reason, hits };
            }
            next = self.tape.after(at);
        }
        Some(last)
    }
}

/// How many flows are under way; a test is below all of them.
pub(super) fn depth(point: &Point) -> usize {
    match &point.what {
        What::Line => 0,
        What::Incident(incident) if incident.trigger == Trigger::Test => 0,
        What::Step(_) | What::Incident(_) => point.scene.frames.len(),
    }
}
