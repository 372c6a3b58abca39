//! All ways through a body: where they lead, whether the customer is sure to be asked on the way,
//! and which slots are sure to be empty at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::EdgeKind;
use crate::base::{FileSpan, SourceMap};
use crate::ir::{Outcome, Place, SkillId, SlotIndex, StateId, TextPart};
use crate::sema::hir::{Bind, Body, Flow, Project, Step, StepKind, TextRef};

/// Ways kept apart at one point; beyond, what they do not share is forgotten.
const WAYS_MAX: usize = 64;

/// Where a way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    State(StateId),
    End(Outcome2),
    Human(Option<SkillId>),
    Back,
    /// Off the end of the body.
    Nowhere,
}

/// [`Outcome`] with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome2 {
    Resolved,
    Unresolved,
    Cancelled,
}

impl From<Outcome> for Outcome2 {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Resolved => Self::Resolved,
            Outcome::Unresolved => Self::Unresolved,
            Outcome::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Outcome2> for Outcome {
    fn from(outcome: Outcome2) -> Self {
        match outcome {
            Outcome2::Resolved => Self::Resolved,
            Outcome2::Unresolved => Self::Unresolved,
            Outcome2::Cancelled => Self::Cancelled,
        }
    }
}

/// What is known at a point of a body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Known {
    /// The customer had a turn, or time passed, since the state was entered.
    pub(super) turned: bool,
    /// Slots that hold nothing.
    pub(super) empty: BTreeSet<Place>,
}

/// A way that leaves a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leave {
    pub(super) to: Target,
    pub(super) label: String,
    pub(super) kind: EdgeKind,
    pub(super) at: FileSpan,
    pub(super) known: Known,
}

/// When a body runs: in words, and by kind.
#[derive(Clone, Copy)]
struct When<'l>(&'l str, EdgeKind);

/// Always.
const ALWAYS: When<'static> = When("", EdgeKind::Goto);

/// Walks bodies of one flow.
pub(super) struct Walk<'p> {
    pub(super) project: &'p Project,
    pub(super) flow: &'p Flow,
    pub(super) sources: &'p SourceMap,
    /// By flow: whether calling it is sure to ask the customer something.
    pub(super) asks: &'p [bool],
    leaves: Vec<Leave>,
    /// Numbers of the ways by where they lead and where they are written.
    by_place: BTreeMap<(Target, FileSpan), Vec<usize>>,
}

impl<'p> Walk<'p> {
    pub(super) const fn new(
        project: &'p Project,
        flow: &'p Flow,
        sources: &'p SourceMap,
        asks: &'p [bool],
    ) -> Self {
        Self { project, flow, sources, asks, leaves: Vec::new(), by_place: BTreeMap::new() }
    }

    /// Every way out of a state's body entered with `known`; those that run off its end lead
    /// nowhere.
    pub(super) fn state(mut self, id: StateId, known: Known) -> Vec<Leave> {
        let Some(state) = self.flow.states.get(id.index()) else { return Vec::new() };
        let off = self.body(&state.body, vec![known], ALWAYS);
        for known in off {
            self.leave(Target::Nowhere, ALWAYS, state.at, known);
        }
        self.leaves
    }

    /// Every way out of the handlers that hold in a state. Those that run off their end go back to
    /// waiting and are not among them.
    pub(super) fn handlers(mut self, id: StateId) -> Vec<Leave> {
        let Some(state) = self.flow.states.get(id.index()) else { return Vec::new() };
        let after_turn = Known { turned: true, ..Known::default() };
        for handlers in [&state.handlers, &self.flow.handlers] {
            for (intent, body) in &handlers.intents {
                let name = self.project.intents.get(intent.index()).map_or("", |i| i.name.as_str());
                let when = format!("on {name}");
                self.body(body, vec![after_turn.clone()], When(&when, EdgeKind::Intent));
            }
            for (_, body) in &handlers.silences {
                self.body(body, vec![after_turn.clone()], When("silence", EdgeKind::Silence));
            }
            if let Some(body) = &handlers.failure {
                self.body(body, vec![Known::default()], When("failure", EdgeKind::Error));
            }
        }
        self.leaves
    }

    fn leave(&mut self, to: Target, when: When<'_>, at: FileSpan, known: Known) {
        let When(label, kind) = when;
        let alike = self.by_place.entry((to, at)).or_default();
        let same = |leave: &Leave| leave.known == known && leave.label == label;
        if !alike.iter().filter_map(|number| self.leaves.get(*number)).any(same) {
            alike.push(self.leaves.len());
            self.leaves.push(Leave { to, label: label.to_owned(), kind, at, known });
        }
    }

    fn leave_all(&mut self, to: Target, when: When<'_>, at: FileSpan, ways: &[Known]) {
        ways.iter().for_each(|known| self.leave(to, when, at, known.clone()));
    }

    /// Walks a body; gives what is known where it runs off its end.
    fn body(&mut self, steps: &[Step], mut ways: Vec<Known>, when: When<'_>) -> Vec<Known> {
        for step in steps {
            if ways.is_empty() {
                break;
            }
            ways = merged(self.step(step, ways, when));
        }
        ways
    }

    fn step(&mut self, step: &Step, mut ways: Vec<Known>, when: When<'_>) -> Vec<Known> {
        match &step.kind {
            StepKind::Goto(state) => self.leave_all(Target::State(*state), when, step.at, &ways),
            StepKind::End(outcome) => {
                self.leave_all(Target::End((*outcome).into()), when, step.at, &ways);
            }
            StepKind::Handoff { to, .. } => {
                self.leave_all(Target::Human(*to), when, step.at, &ways);
            }
            StepKind::Resume => self.leave_all(Target::Back, when, step.at, &ways),
            StepKind::Correct => {
                self.leave_all(Target::Back, when, step.at, &ways);
                return ways;
            }
            StepKind::Say(_) | StepKind::Mark(_) | StepKind::Repeat | StepKind::Abandon => {
                return ways;
            }
            StepKind::Set { place, .. } => {
                ways.iter_mut().for_each(|known| {
                    known.empty.remove(place);
                });
                return ways;
            }
            StepKind::Clear(places) => {
                ways.iter_mut().for_each(|known| known.empty.extend(places));
                return ways;
            }
            StepKind::Wait(_) => return turned(ways),
            StepKind::Call { flow, .. } => {
                let asks = self.asks.get(flow.index()).copied().unwrap_or(false);
                return if asks { turned(ways) } else { ways };
            }
            StepKind::Fill(slots) => return self.fill(slots, ways),
            _ => return self.branches(step, ways, when),
        }
        Vec::new()
    }

    /// A slot that is full is not asked for; one that is empty is.
    fn fill(&self, slots: &[SlotIndex], ways: Vec<Known>) -> Vec<Known> {
        let places: Vec<Place> = slots
            .iter()
            .filter_map(|slot| Some(self.flow.slots.get(slot.index())?.place))
            .collect();
        let mut after = Vec::new();
        for mut known in ways {
            let asks = places.iter().any(|place| known.empty.contains(place));
            let mut asked = known.clone();
            places.iter().for_each(|place| {
                known.empty.remove(place);
                asked.empty.remove(place);
            });
            asked.turned = true;
            after.push(asked);
            if !asks {
                after.push(known);
            }
        }
        after
    }

    fn branches(&mut self, step: &Step, ways: Vec<Known>, when: When<'_>) -> Vec<Known> {
        let mut after = Vec::new();
        match &step.kind {
            StepKind::Confirm { yes, no, .. } => {
                let ways = turned(ways);
                after.extend(self.body(yes, ways.clone(), When("yes", EdgeKind::Yes)));
                after.extend(self.body(no, ways, When("no", EdgeKind::No)));
            }
            StepKind::Choose { arms, .. } => {
                let ways = turned(ways);
                for (text, body) in arms {
                    let label = self.words(text);
                    let chosen = When(&label, EdgeKind::Choice);
                    after.extend(self.body(body, ways.clone(), chosen));
                }
            }
            StepKind::ChooseFrom { then, none, .. } => {
                let ways = turned(ways);
                after.extend(self.body(then, ways.clone(), When("chosen", EdgeKind::Choice)));
                // Without `none`, somebody must have seen that there is something (E0413).
                if let Some(body) = none {
                    after.extend(self.body(body, ways, When("none", EdgeKind::Choice)));
                }
            }
            StepKind::Do { bind, action, handlers, failed, .. } => {
                after.extend(self.errors(*action, handlers, failed.as_ref(), &ways));
                after.extend(without(ways, bind.as_ref()));
            }
            StepKind::When { arms, otherwise } => {
                for (cond, body) in arms {
                    let label = self.sources.one_line(cond.at);
                    let holds = When(&label, EdgeKind::When);
                    after.extend(self.body(body, ways.clone(), holds));
                }
                let rest = if when.0.is_empty() { When("otherwise", EdgeKind::When) } else { when };
                match otherwise {
                    Some(body) => after.extend(self.body(body, ways, rest)),
                    None => after.extend(ways),
                }
            }
            _ => after = ways,
        }
        after
    }

    fn errors(
        &mut self,
        action: crate::ir::ActionId,
        handlers: &[(u32, Body)],
        failed: Option<&Body>,
        ways: &[Known],
    ) -> Vec<Known> {
        let names = self.project.actions.get(action.index()).map(|action| &action.errors);
        let mut after = Vec::new();
        for (error, body) in handlers {
            let name = names.and_then(|names| names.get(*error as usize));
            let label = name.map_or_else(String::new, |(name, _)| name.clone());
            after.extend(self.body(body, ways.to_vec(), When(&label, EdgeKind::Error)));
        }
        if let Some(body) = failed {
            after.extend(self.body(body, ways.to_vec(), When("failed", EdgeKind::Error)));
        }
        after
    }

    /// The words of a menu's choice, in the bot's first language.
    fn words(&self, text: &TextRef) -> String {
        let variants = match text {
            TextRef::Inline(text) => &text.variants,
            TextRef::Named { text, .. } => match self.project.texts.get(*text as usize) {
                Some(named) => &named.text.variants,
                None => return String::new(),
            },
        };
        let first = self.project.bot.languages.first().copied();
        let own = variants.iter().find(|variant| variant.lang == first).or(variants.first());
        let part = |part: &TextPart| match part {
            TextPart::Literal(text) => text.clone(),
            TextPart::Arg(_) | TextPart::Plural(_) => "…".to_owned(),
        };
        own.map(|variant| variant.parts.iter().map(part).collect()).unwrap_or_default()
    }
}

fn turned(mut ways: Vec<Known>) -> Vec<Known> {
    ways.iter_mut().for_each(|known| known.turned = true);
    ways
}

/// A result's cells are written: nothing is known to be empty there.
fn without(mut ways: Vec<Known>, bind: Option<&Bind>) -> Vec<Known> {
    let cells = bind.map(Bind::places).unwrap_or_default();
    ways.iter_mut().for_each(|known| known.empty.retain(|place| !cells.contains(place)));
    ways
}

/// Without doubles; when there are too many, only what all silent ways share is kept.
fn merged(mut ways: Vec<Known>) -> Vec<Known> {
    ways.sort();
    ways.dedup();
    if ways.len() <= WAYS_MAX {
        return ways;
    }
    let (turned, silent): (Vec<Known>, Vec<Known>) = ways.into_iter().partition(|way| way.turned);
    let shared = |group: Vec<Known>| {
        group.into_iter().reduce(|mut all, next| {
            all.empty.retain(|place| next.empty.contains(place));
            all
        })
    };
    [turned, silent].into_iter().filter_map(shared).collect()
}
