//! A way through a flow as a conversation that a designer can read, and that a test can play.

use super::boxes::{Case, Var, Vocabulary};
use super::explore::{Here, Possible};
use super::samples;
use super::words::Words;
use crate::graph::points::{Op, Points, Way};
use crate::ir::{ActionId, Place, RecordCells, Space, TextPart, Type, turn};
use crate::sema::hir::{Flow, Project, TextRef};

use flowright_nlu::spec::Piece;

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The customer says this.
    Customer(String),
    /// The bot says this; `…` stands for a value that is not known here.
    Bot(String),
    /// An action answers: its number, and the fields of the result or the name of the error.
    Action {
        /// Which.
        action: ActionId,
        /// What it answers.
        answer: Answer,
    },
    /// Time passes, in milliseconds.
    Silence(i64),
    /// What else happens, in words.
    Note(String),
}

/// What an action answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Fields of the result with values as a test writes them; fields that do not matter are
    /// left out.
    Fields(Vec<(String, String)>),
    /// A declared error.
    Error(String),
    /// Any failure.
    Fails,
}

/// A conversation in which a property does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The property as it is written, on one line.
    pub property: String,
    /// The flow that claims it.
    pub flow: String,
    /// Fields of the customer's profile that matter, with values as a test writes them.
    pub customer: Vec<(String, String)>,
    /// The conversation.
    pub lines: Vec<Line>,
}

/// Tells ways through one flow.
pub(super) struct Teller<'t, 'p> {
    pub(super) words: &'t Vocabulary<'p>,
    pub(super) points: &'t Points<'p>,
    pub(super) possible: &'t Possible,
}

impl Teller<'_, '_> {
    pub(super) fn lines(&self, way: &[(Here, Option<Way>)]) -> Vec<Line> {
        let mut lines: Vec<Line> = self.opening().into_iter().collect();
        for (number, (here, taken)) in way.iter().enumerate() {
            let Some(point) = self.points.get(here.point) else { continue };
            match taken {
                Some(taken) => self.step(&point.op, *taken, way, number, &mut lines),
                // Where it ends: the call that should not have been made.
                None => {
                    if let Op::Do { action, .. } = point.op {
                        let name = self.action(action);
                        lines.push(Line::Note(format!("`{name}` is called here")));
                    }
                }
            }
        }
        lines
    }

    /// What the customer says to start the flow.
    fn opening(&self) -> Option<Line> {
        let project = self.words.project();
        let intent = self.points.flow.triggers.first()?;
        let all = &project.intents.get(intent.index())?.spec.examples;
        let first = project.bot.languages.first().copied();
        let own = all.iter().filter(|example| example.lang == first).collect::<Vec<_>>();
        let examples = if own.is_empty() { all.iter().collect() } else { own };
        // One without values of its own leaves the questions to the flow.
        let plain = |pieces: &&Vec<Piece>| pieces.iter().all(|p| matches!(p, Piece::Text(_)));
        let pieces = examples.iter().map(|example| &example.pieces);
        let said = pieces.clone().find(plain).or_else(|| pieces.clone().next())?;
        let word = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot { .. } => "…".to_owned(),
        };
        Some(Line::Customer(said.iter().map(word).collect()))
    }

    fn step(
        &self,
        op: &Op<'_>,
        taken: Way,
        way: &[(Here, Option<Way>)],
        number: usize,
        lines: &mut Vec<Line>,
    ) {
        match taken {
            Way::Intent(intent) => {
                let name = self.words.project().intents.get(intent.index()).map(|i| &i.name);
                return lines.push(Line::Note(format!(
                    "the customer says something of `{}`",
                    name.map_or("", String::as_str)
                )));
            }
            Way::Silence(ms) => return lines.push(Line::Silence(ms)),
            Way::Correction(place) => {
                let value = self.later(way, number, place);
                return lines.push(Line::Customer(format!("no, I mean {value}")));
            }
            _ => {}
        }
        match op {
            Op::Say(say) => lines.push(Line::Bot(self.text(&say.text))),
            Op::Ask(slot) if taken == Way::Answer => {
                let Some(slot) = self.points.flow.slots.get(slot.index()) else { return };
                if let Some(ask) = &slot.ask {
                    lines.push(Line::Bot(self.text(ask)));
                }
                lines.push(Line::Customer(self.later(way, number, slot.place)));
            }
            Op::Confirm(text) => {
                lines.push(Line::Bot(self.text(text)));
                lines.push(Line::Customer(if taken == Way::Yes { "yes" } else { "no" }.to_owned()));
            }
            Op::Choose { prompt, arms } => {
                lines.extend(prompt.map(|prompt| Line::Bot(self.text(prompt))));
                if let Way::Arm(arm) = taken
                    && let Some((label, _)) = arms.get(arm as usize)
                {
                    lines.push(Line::Customer(self.text(label)));
                }
            }
            Op::ChooseFrom { prompt, .. } if taken == Way::Chosen => {
                lines.extend(prompt.map(|prompt| Line::Bot(self.text(prompt))));
                lines.push(Line::Customer("the first one".to_owned()));
            }
            Op::Do { bind, action, .. } => {
                let answer = self.answer(*bind, *action, taken, way, number);
                lines.push(Line::Action { action: *action, answer });
            }
            Op::Call { flow, .. } => {
                let name = self.words.project().flows.get(flow.index()).map(|f| f.name.as_str());
                lines.push(Line::Note(format!("`{}` runs", name.unwrap_or(""))));
            }
            Op::Wait(_) => lines.push(Line::Note("time passes".to_owned())),
            _ => {}
        }
    }

    fn action(&self, action: ActionId) -> &str {
        self.words.project().actions.get(action.index()).map_or("", |a| a.name.as_str())
    }

    fn answer(
        &self,
        bind: Option<&RecordCells>,
        action: ActionId,
        taken: Way,
        way: &[(Here, Option<Way>)],
        number: usize,
    ) -> Answer {
        let action = self.words.project().actions.get(action.index());
        match (taken, action.and_then(|action| action.result.as_ref()), bind) {
            (Way::Error(error), ..) => {
                let name = action.and_then(|action| action.errors.get(error as usize));
                Answer::Error(name.map(|(name, _)| name.clone()).unwrap_or_default())
            }
            (Way::Failed, ..) => Answer::Fails,
            (_, Some(Type::Record(fields)), Some(RecordCells::Fields(cells))) => {
                let value = |cells: &RecordCells, ty: &Type| match cells {
                    RecordCells::One(place) => Some(self.test_value(way, number, *place, ty)),
                    RecordCells::Fields(_) => None,
                };
                let pairs = fields.iter().zip(cells).filter(|(field, _)| !field.optional);
                let pairs = pairs.filter_map(|(field, cells)| {
                    Some((field.name.clone(), value(cells, &field.ty)??))
                });
                Answer::Fields(pairs.collect())
            }
            _ => Answer::Fields(Vec::new()),
        }
    }

    /// A cell's value from a step on, as the case says that holds until it changes next.
    fn case_later(&self, way: &[(Here, Option<Way>)], number: usize, place: Place) -> Option<Case> {
        let after = way.get(number + 1..)?;
        let mut last = None;
        for (here, taken) in after {
            let found = self.possible.at(here.point).get(here.case)?;
            last = Some(found.case.clone());
            let op = self.points.get(here.point).map(|point| point.op);
            let changes = match op {
                Some(Op::Set { place: set, .. }) => set == place,
                Some(Op::Clear(places)) => places.contains(&place),
                Some(Op::Ask(slot)) if *taken == Some(Way::Answer) => {
                    let slot = self.points.flow.slots.get(slot.index());
                    slot.is_some_and(|slot| slot.place == place)
                }
                Some(Op::Do { bind: Some(bind), .. }) => crate::ir::cells_of(bind).contains(&place),
                _ => false,
            };
            if changes {
                break;
            }
        }
        last
    }

    /// What a customer says for a slot.
    fn later(&self, way: &[(Here, Option<Way>)], number: usize, place: Place) -> String {
        let slots = &self.points.flow.slots;
        let Some(slot) = slots.iter().find(|slot| slot.place == place) else {
            return String::new();
        };
        let project = self.words.project();
        let entity = slot.entity.and_then(|entity| project.entities.get(entity.index()));
        let option = self.known(way, number, place, &slot.ty);
        let lang = project.bot.languages.first().copied();
        let said = match slot.ty {
            // A text that some condition wants is said as it is.
            Type::Text if option.is_some() => None,
            _ => entity.and_then(|entity| samples::utterance(&entity.kind, option, lang)),
        };
        let known = said.or_else(|| self.test_value(way, number, place, &slot.ty));
        known.map_or_else(|| "…".to_owned(), |value| value.trim_matches('"').to_owned())
    }

    /// What the way demands of the customer's profile.
    pub(super) fn customer(&self, way: &[(Here, Option<Way>)]) -> Vec<(String, String)> {
        let project = self.words.project();
        let words = Words { vocabulary: self.words, flow: Some(self.points.flow) };
        let cases = way.iter().filter_map(|(here, _)| self.possible.at(here.point).get(here.case));
        let mut fields: Vec<(String, String)> = Vec::new();
        for (var, set) in cases.flat_map(|found| &found.case) {
            let Var::Cell(place) = var else { continue };
            let field = project.customer.get(place.index as usize);
            let Some(field) = field.filter(|_| place.space == Space::Customer) else { continue };
            let value = set.sample(prefer(&field.ty));
            let value = value.and_then(|value| words.literal(&field.ty, var, value));
            if let Some(value) = value {
                fields.retain(|(name, _)| *name != field.name);
                fields.push((field.name.clone(), value));
            }
        }
        fields
    }

    /// The number of a value that the way demands of a cell.
    fn known(
        &self,
        way: &[(Here, Option<Way>)],
        number: usize,
        place: Place,
        ty: &Type,
    ) -> Option<i64> {
        let case = self.case_later(way, number, place)?;
        let today = Place { space: Space::Turn, index: turn::TODAY };
        let var = Var::Cell(place);
        let set = case.get(&var).filter(|set| **set != self.words.all(&var).filled());
        if let Some(set) = set {
            return set.sample(prefer(ty));
        }
        // Days are told by how far they are from today.
        let ahead = case.get(&Var::Diff(today, place))?.sample(0)?;
        prefer(&Type::Date).checked_sub(ahead)
    }

    /// A value as a test writes it.
    fn test_value(
        &self,
        way: &[(Here, Option<Way>)],
        number: usize,
        place: Place,
        ty: &Type,
    ) -> Option<String> {
        let var = Var::Cell(place);
        let words = Words { vocabulary: self.words, flow: Some(self.points.flow) };
        let known = self.known(way, number, place, ty);
        if let Some(shown) = known.and_then(|number| words.literal(ty, &var, number)) {
            return Some(shown);
        }
        Some(match ty {
            Type::Text => "\"x\"".to_owned(),
            Type::Money => "CNY 100".to_owned(),
            Type::Choice(_) | Type::Bool => words.literal(ty, &var, 0)?,
            Type::List(_) | Type::Record(_) => return None,
            _ => words.literal(ty, &var, prefer(ty))?,
        })
    }

    /// A text in the bot's first language.
    fn text(&self, text: &TextRef) -> String {
        let project: &Project = self.words.project();
        let variants = match text {
            TextRef::Inline(text) => &text.variants,
            TextRef::Named { text, .. } => match project.texts.get(*text as usize) {
                Some(named) => &named.text.variants,
                None => return String::new(),
            },
        };
        let first = project.bot.languages.first().copied();
        let own = variants.iter().find(|variant| variant.lang == first).or(variants.first());
        let part = |part: &TextPart| match part {
            TextPart::Literal(text) => text.clone(),
            _ => "…".to_owned(),
        };
        own.map(|variant| variant.parts.iter().map(part).collect()).unwrap_or_default()
    }
}

/// A common value of a type, as its number.
const fn prefer(ty: &Type) -> i64 {
    match ty {
        // 1 June 2026 and 09:00.
        Type::Date => 20_605,
        Type::Time => 9 * 3_600,
        Type::Duration => 3_600_000,
        Type::Number | Type::Money => 1_000_000,
        _ => 0,
    }
}

/// The conversation as text, one line each, for people.
pub(super) fn told(project: &Project, flow: &Flow, lines: &[Line]) -> String {
    let mut told = format!("a conversation in `{}` that shows it:", flow.name);
    for line in lines {
        let text = match line {
            Line::Customer(text) => format!("customer  {text}"),
            Line::Bot(text) => format!("bot       {text}"),
            Line::Silence(ms) => format!("          ({} minutes of silence)", ms / 60_000),
            Line::Note(text) => format!("          ({text})"),
            Line::Action { action, answer } => {
                let name = project.actions.get(action.index()).map_or("", |a| a.name.as_str());
                match answer {
                    Answer::Fields(fields) => {
                        let fields: Vec<String> =
                            fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                        format!("{name} -> {{ {} }}", fields.join(", "))
                    }
                    Answer::Error(error) => format!("{name} -> {error}"),
                    Answer::Fails => format!("{name} -> fails"),
                }
            }
        };
        told.push_str("\n  ");
        told.push_str(&text);
    }
    told
}
