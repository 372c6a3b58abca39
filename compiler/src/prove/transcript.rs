//! A conversation as lines that a designer can read, and that a test can play.

use std::collections::BTreeMap;

use super::back::Meanwhile;
use super::boxes::Var;
use super::counterexample::{Answer, Line};
use super::follow::Follower;
use super::inputs::{self, Inputs, prefer};
use super::said::{self, Speech};
use super::witness::{Step, Witness};
use super::words::Words;
use crate::graph::points::{Op, Points, Way};
use crate::ir::{ActionId, FieldType, Place, SlotIndex, Space, TextPart, Type};
use crate::sema::hir::{Bind, BindCells, EnsureKind, Expr, ExprKind, Project, TextRef};
use crate::syntax::write::record;

/// How often the customer asks for a human in one conversation, however far away one may be.
const ASKS_MAX: u32 = 12;

/// Tells one conversation.
pub(super) struct Teller<'t, 'p> {
    project: &'p Project,
    words: Words<'t, 'p>,
    points: &'t Points<'p>,
    witness: &'t Witness,
    inputs: Inputs,
    /// Answers that the checks of slots refuse, where wrong answers count.
    wrong: BTreeMap<SlotIndex, i64>,
    /// How often the customer asks for a human in vain.
    asks: u32,
    speech: Speech,
}

impl<'t, 'p> Teller<'t, 'p> {
    pub(super) fn new(
        follower: &'t mut Follower<'_, 'p>,
        kind: &EnsureKind,
        witness: &'t Witness,
        inputs: Inputs,
    ) -> Self {
        let wrong = match kind {
            EnsureKind::AtMostTurns(_) => inputs::wrong_answers(follower),
            _ => BTreeMap::new(),
        };
        let asks = match kind {
            EnsureKind::HumanWithin(turns) => (*turns).min(ASKS_MAX),
            _ => 0,
        };
        let (points, project) = (follower.points, follower.words.project());
        let words = Words { vocabulary: follower.words, flow: Some(points.flow) };
        let speech = Speech::of(project);
        Self { project, words, points, witness, inputs, wrong, asks, speech }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(opening) = self.opening() {
            lines.push(Line::Customer(opening));
        }
        for (number, step) in self.witness.steps.iter().enumerate() {
            let Some(point) = self.points.get(step.point) else { continue };
            match step.way {
                Some(way) => self.step(&point.op, way, number, &mut lines),
                None => self.ending(&point.op, &mut lines),
            }
        }
        for _ in 0..self.asks {
            lines.push(Line::Customer(self.speech.human().to_owned()));
        }
        if self.asks > 0 {
            lines.push(Line::Note("no human has come".to_owned()));
        }
        match self.witness.meanwhile {
            Meanwhile::Nothing => {}
            Meanwhile::Time => lines.push(Line::Note(
                "time passes meanwhile, or another flow changes what the session knows".to_owned(),
            )),
            Meanwhile::Anything => {
                let note = "the customer's profile changes while it goes on";
                lines.push(Line::Note(note.to_owned()));
            }
        }
        lines
    }

    /// Where it comes to: what should not be, or where the customer is left.
    fn ending(&self, op: &Op<'_>, lines: &mut Vec<Line>) {
        match op {
            Op::Do { action, .. } => {
                let name = self.action(*action);
                lines.push(Line::Note(format!("`{name}` is called here")));
            }
            Op::Call { flow, .. } => {
                let name = self.project.flows.get(flow.index()).map_or("", |f| f.name.as_str());
                lines.push(Line::Note(format!("`{name}` is called here, and calls it")));
            }
            _ => lines.extend(self.question(op).map(Line::Bot)),
        }
    }

    /// What the customer says to start the flow.
    fn opening(&self) -> Option<String> {
        let intent = self.points.flow.triggers.first()?;
        let examples = &self.project.intents.get(intent.index())?.spec.examples;
        let mentioned = self.inputs.mentioned.first().map_or(&[][..], Vec::as_slice);
        let slots: Vec<(String, String)> = mentioned
            .iter()
            .filter_map(|slot| {
                let name = self.points.flow.slots.get(slot.index())?.name.clone();
                Some((name, self.said(*slot, 0)))
            })
            .collect();
        self.speech.opening(examples, &slots)
    }

    fn step(&self, op: &Op<'_>, way: Way, number: usize, lines: &mut Vec<Line>) {
        match way {
            Way::Intent(intent) => {
                let intent = self.project.intents.get(intent.index());
                let said = intent.and_then(|i| self.speech.opening(&i.spec.examples, &[]));
                let said = said.unwrap_or_else(|| said::UNKNOWN.to_owned());
                lines.extend(self.question(op).map(Line::Bot));
                return lines.push(Line::Customer(self.with_mentions(said, number)));
            }
            Way::Silence(ms) => {
                lines.extend(self.question(op).map(Line::Bot));
                return lines.push(Line::Silence(ms));
            }
            Way::Correction(place) => {
                let slots = (0..).map(SlotIndex).zip(&self.points.flow.slots);
                let slot = slots.into_iter().find(|(_, slot)| slot.place == place);
                let said = slot.map(|(slot, _)| self.said(slot, number)).unwrap_or_default();
                lines.extend(self.question(op).map(Line::Bot));
                return lines.push(Line::Customer(self.speech.correction(&said)));
            }
            _ => {}
        }
        let customer = |text: String| Line::Customer(self.with_mentions(text, number));
        match op {
            Op::Say(say) => lines.push(Line::Bot(self.text(&say.text))),
            Op::Ask(slot) if way == Way::Answer => {
                lines.extend(self.question(op).map(Line::Bot));
                let tries = self.points.flow.slots.get(slot.index()).map_or(0, |slot| slot.tries);
                if let Some(wrong) = self.wrong.get(slot) {
                    for _ in 1..tries {
                        lines.push(Line::Customer(self.said_as(*slot, Some(*wrong))));
                        lines.extend(self.question(op).map(Line::Bot));
                    }
                }
                lines.push(customer(self.said(*slot, number)));
            }
            Op::Confirm(_) => {
                lines.extend(self.question(op).map(Line::Bot));
                lines.push(customer(self.speech.yes_or_no(way == Way::Yes)));
            }
            Op::Choose { arms, .. } => {
                lines.extend(self.question(op).map(Line::Bot));
                if let Way::Arm(arm) = way
                    && let Some((label, _)) = arms.get(arm as usize)
                {
                    lines.push(customer(self.text(label)));
                }
            }
            Op::ChooseFrom { .. } if way == Way::Chosen => {
                lines.extend(self.question(op).map(Line::Bot));
                lines.push(customer(self.speech.first().to_owned()));
            }
            Op::Do { bind, action, .. } => {
                let answer = self.answer(*bind, *action, way, number);
                lines.push(Line::Action { action: *action, answer });
            }
            Op::Call { flow, .. } => {
                let name = self.project.flows.get(flow.index()).map(|f| f.name.as_str());
                lines.push(Line::Note(format!("`{}` runs", name.unwrap_or(""))));
            }
            Op::Wait(Expr { kind: ExprKind::Const(value), .. }) => match value {
                flowright_nlu::value::Value::Duration(ms) => lines.push(Line::Silence(*ms)),
                _ => lines.push(Line::Note("time passes".to_owned())),
            },
            Op::Wait(_) => lines.push(Line::Note("time passes".to_owned())),
            _ => {}
        }
    }

    /// What the bot asks at a point that waits.
    fn question(&self, op: &Op<'_>) -> Option<String> {
        let text = match op {
            Op::Ask(slot) => self.points.flow.slots.get(slot.index())?.ask.as_ref()?,
            Op::Confirm(text) => text,
            Op::Choose { prompt, .. } | Op::ChooseFrom { prompt, .. } => (*prompt)?,
            _ => return None,
        };
        Some(self.text(text))
    }

    /// What is said, with what is said along with it.
    fn with_mentions(&self, said: String, number: usize) -> String {
        let mentioned = self.inputs.mentioned.get(number).map_or(&[][..], Vec::as_slice);
        let more = mentioned.iter().map(|slot| self.said(*slot, number));
        self.speech.together(std::iter::once(said).chain(more))
    }

    fn action(&self, action: ActionId) -> &str {
        self.project.actions.get(action.index()).map_or("", |a| a.name.as_str())
    }

    fn answer(&self, bind: Option<&Bind>, action: ActionId, way: Way, number: usize) -> Answer {
        let action = self.project.actions.get(action.index());
        match (way, action.and_then(|action| action.result.as_ref())) {
            (Way::Error(error), _) => {
                let name = action.and_then(|action| action.errors.get(error as usize));
                Answer::Error(name.map(|(name, _)| name.clone()).unwrap_or_default())
            }
            (Way::Failed, _) => Answer::Fails,
            (_, Some(Type::Record(fields))) => {
                Answer::Fields(self.fields(fields, bind.map(|bind| &bind.cells), number))
            }
            _ => Answer::Fields(Vec::new()),
        }
    }

    /// Fields of a record as a test writes them, as they are after a step. Optional fields that
    /// nothing needs are left out.
    fn fields(
        &self,
        fields: &[FieldType],
        cells: Option<&BindCells>,
        number: usize,
    ) -> Vec<(String, String)> {
        let field = |field: &FieldType| {
            let cells = cells.and_then(|cells| cells.field(&field.name));
            let place = match cells {
                Some(BindCells::One(place)) => Some(*place),
                _ => None,
            };
            let known = place.and_then(|place| self.value_after(place, number));
            if field.optional && known.is_none() {
                return None;
            }
            let value = match (&field.ty, place) {
                (Type::Record(inner), _) => record(&self.fields(inner, cells, number)),
                (Type::List(item), Some(place)) => self.list(item, place, number),
                (ty, place) => self.literal(ty, place, known)?,
            };
            Some((field.name.clone(), value))
        };
        fields.iter().filter_map(field).collect()
    }

    /// A list with the item that is chosen from it later, if one is, and with as many as it needs.
    fn list(&self, item: &Type, place: Place, number: usize) -> String {
        let chosen = |(number, step): (usize, &Step)| {
            let point = self.points.get(step.point)?;
            let Op::ChooseFrom { item, list, .. } = point.op else { return None };
            let loads = matches!(&list.kind, ExprKind::Load(from) if *from == place);
            (loads && step.way == Some(Way::Chosen)).then_some((number, &item.cells))
        };
        let later = self.witness.steps.iter().enumerate().skip(number + 1);
        let later = later.into_iter().find_map(chosen);
        let counted = self.value_after(place, number).and_then(|n| usize::try_from(n).ok());
        let count = counted.unwrap_or(usize::from(later.is_some()));
        let item = match (item, later) {
            (Type::Record(fields), later) => {
                let (at, cells) = later.unzip();
                Some(record(&self.fields(fields, cells, at.unwrap_or(number))))
            }
            (ty, Some((at, BindCells::One(place)))) => {
                self.literal(ty, Some(*place), self.value_after(*place, at))
            }
            (ty, _) => self.literal(ty, None, None),
        };
        format!("[{}]", vec![item.unwrap_or_default(); count].join(", "))
    }

    fn value_after(&self, place: Place, number: usize) -> Option<i64> {
        self.inputs.after.get(number)?.get(&place).copied().flatten()
    }

    /// What a customer says for a slot, as it is filled by a step.
    fn said(&self, slot: SlotIndex, number: usize) -> String {
        let place = self.points.flow.slots.get(slot.index()).map(|slot| slot.place);
        self.said_as(slot, place.and_then(|place| self.value_after(place, number)))
    }

    fn said_as(&self, slot: SlotIndex, value: Option<i64>) -> String {
        let Some(slot) = self.points.flow.slots.get(slot.index()) else { return String::new() };
        let entity = slot.entity.and_then(|entity| self.project.entities.get(entity.index()));
        let var = Var::Cell(slot.place);
        let said = match (&slot.ty, value) {
            (Type::Bool, value) => Some(self.speech.yes_or_no(value != Some(0))),
            // A text that some condition wants is said as it is.
            (Type::Text, Some(number)) => self.words.vocabulary.text(number).map(str::to_owned),
            (Type::Duration, Some(ms)) => Some(self.speech.duration(ms)),
            (Type::Number | Type::Money | Type::Date | Type::Time, Some(number)) => {
                self.words.literal(&slot.ty, &var, number)
            }
            _ => None,
        };
        let by_entity = || {
            let by_kind = entity.and_then(|e| self.speech.entity(&e.kind, value));
            by_kind.or_else(|| self.project.said_for(slot.entity?).map(str::to_owned))
        };
        let plain = || self.literal(&slot.ty, Some(slot.place), value);
        said.or_else(by_entity).or_else(plain).unwrap_or_else(|| said::UNKNOWN.to_owned())
    }

    /// What the conversation demands of the customer's profile.
    pub(super) fn customer(&self) -> Vec<(String, String)> {
        let fields = (0..).zip(&self.project.customer).filter_map(|(index, field)| {
            let place = Place { space: Space::Customer, index };
            let number = (*self.inputs.first.get(&place)?)?;
            let value = self.words.literal(&field.ty, &Var::Cell(place), number)?;
            Some((field.name.clone(), value))
        });
        fields.collect()
    }

    /// A value as a test writes it; some value where none is demanded.
    fn literal(&self, ty: &Type, place: Option<Place>, value: Option<i64>) -> Option<String> {
        let var = Var::Cell(place.unwrap_or(inputs::NOWHERE));
        let shown = value.and_then(|number| self.words.literal(ty, &var, number));
        shown.or_else(|| {
            Some(match ty {
                Type::Text => "\"x\"".to_owned(),
                Type::Money => "CNY 100".to_owned(),
                Type::List(_) => "[]".to_owned(),
                Type::Record(fields) => record(&self.fields(fields, None, 0)),
                Type::Choice(_) | Type::Bool => self.words.literal(ty, &var, 0)?,
                _ => self.words.literal(ty, &var, prefer(ty))?,
            })
        })
    }

    /// A text in the bot's first language.
    fn text(&self, text: &TextRef) -> String {
        let project = self.project;
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
