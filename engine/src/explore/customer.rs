//! The customer: what she can say to a project, and what she does next where a session stands.

use std::collections::BTreeSet;

use flowright_compiler::ir::{Exit, FlowId, Program, SlotDef, Type, exits_of};
use flowright_compiler::sema::hir::Project;
use flowright_nlu::lang::Lang;
use flowright_nlu::locale::{ShowContext, show};
use flowright_nlu::spec::{EntityKind, Example, Piece};
use flowright_nlu::value::{Date, Value};

use super::answers::Answers;
use super::conversation::Move;
use super::play::Player;
use super::random::Random;
use super::words;
use crate::model::{Session, Wait};

/// Turns that a customer who asks for a human, or is not understood, may take beyond the misses
/// that the fallback allows.
const PATIENCE_TURNS: u32 = 2;

/// Everything a customer of a project can say.
#[derive(Debug)]
pub struct Customer {
    languages: Vec<Lang>,
    intents: Vec<Intent>,
    entities: Vec<EntityKind>,
    /// Of each entity, the words that examples say for it.
    said: Vec<Vec<String>>,
    /// Misses until a human is asked, by flow; 0: never.
    handoff_after: Vec<u32>,
    handoff_after_default: u32,
    constants: Answers,
}

#[derive(Debug)]
struct Intent {
    examples: Vec<Example>,
    /// How likely it is said.
    weight: usize,
    /// A repair whose flow hands over.
    to_human: bool,
}

impl Customer {
    /// The customer of a project; `only` keeps her to what leads to that flow, and to repairs.
    ///
    /// # Errors
    /// When there is no such flow, or no intent leads to it.
    pub fn of(project: &Project, program: &Program, only: Option<&str>) -> Result<Self, String> {
        let wanted = only.map(|name| flows_to(program, name)).transpose()?;
        let weight = |intent: &flowright_compiler::sema::hir::Intent| match &wanted {
            _ if intent.is_repair => 1,
            None => 3,
            Some(flows) if intent.starts.is_some_and(|flow| flows.contains(&flow)) => 6,
            Some(_) => 0,
        };
        let hands_over = |flow: FlowId| {
            exits_of(program, flow).iter().any(|exit| matches!(exit, Exit::Handoff { .. }))
        };
        let intent = |intent: &flowright_compiler::sema::hir::Intent| Intent {
            examples: intent.spec.examples.clone(),
            weight: weight(intent),
            to_human: intent.is_repair && intent.starts.is_some_and(hands_over),
        };
        let of_flow = |flow: &flowright_compiler::sema::hir::Flow| {
            flow.fallback.as_ref().unwrap_or(&project.fallback).handoff_after
        };
        Ok(Self {
            languages: project.bot.languages.clone(),
            intents: project.intents.iter().map(intent).collect(),
            entities: project.entities.iter().map(|entity| entity.kind.clone()).collect(),
            said: said(project),
            handoff_after: project.flows.iter().map(|flow| of_flow(flow)).collect(),
            handoff_after_default: project.fallback.handoff_after,
            constants: Answers::of(program),
        })
    }

    /// The languages of the bot.
    pub(super) fn languages(&self) -> &[Lang] {
        &self.languages
    }

    /// What she does next.
    pub(super) fn next(&self, player: &Player<'_>, random: &mut Random) -> Move {
        let session = &player.session;
        let lang = self.spoken(session, random);
        let waits = session.stack.last().map(|frame| &frame.wait);
        let (answers, silence) = match waits {
            _ if session.clarifying.is_some() => (60, 4),
            Some(Wait::Until { .. }) => (0, 40),
            Some(Wait::Nothing) | None => (0, 3),
            Some(_) => (60, 8),
        };
        match random.weighted(&[answers, 24, 6, 10, 7, silence, 4, 4, 3]) {
            0 => self.answer(player, lang, random),
            1 => Move::Say(self.utterance(lang, player, random)),
            2 => Move::Say(self.any_value(lang, player, random)),
            3 => Move::Say(self.correction(player, lang, random)),
            4 => Move::Say(random.word(words::NONSENSE)),
            5 => silence_of(player, random),
            6 => again(session).unwrap_or_else(|| Move::Say(self.utterance(lang, player, random))),
            7 => Move::Say(words::odd(random)),
            _ => old_button(player, random)
                .unwrap_or_else(|| Move::Say(words::yes_no(random.chance(50), lang, random))),
        }
    }

    fn spoken(&self, session: &Session, random: &mut Random) -> Lang {
        if random.chance(90) {
            return session.lang;
        }
        random.pick(&self.languages).copied().unwrap_or(session.lang)
    }

    /// An answer to what is asked.
    fn answer(&self, player: &Player<'_>, lang: Lang, random: &mut Random) -> Move {
        let session = &player.session;
        if let Some(clarifying) = &session.clarifying {
            let labels: Vec<&str> = clarifying.options.iter().map(|(l, _)| l.as_str()).collect();
            return choice(&labels, lang, player, random);
        }
        match session.stack.last().map(|frame| &frame.wait) {
            Some(Wait::Slot { slot, .. }) => {
                if !player.buttons.is_empty() && random.chance(25) {
                    return press(player, random);
                }
                let flow = session.stack.last().map(|frame| frame.flow);
                let slots = flow.and_then(|flow| player.program.program.flows.get(flow.index()));
                let slot = slots.and_then(|flow| flow.slots.get(slot.index()));
                Move::Say(slot.map_or_else(String::new, |s| self.value(s, lang, player, random)))
            }
            Some(Wait::Confirm { .. }) if random.chance(30) => press(player, random),
            Some(Wait::Confirm { .. }) => Move::Say(words::yes_no(random.chance(60), lang, random)),
            Some(Wait::Choose { arms, .. }) => {
                let labels: Vec<&str> = arms.iter().map(|arm| arm.label.as_str()).collect();
                choice(&labels, lang, player, random)
            }
            Some(Wait::ChooseFrom { items, .. }) => {
                let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
                choice(&labels, lang, player, random)
            }
            _ => Move::Say(self.utterance(lang, player, random)),
        }
    }

    fn value(&self, slot: &SlotDef, lang: Lang, at: &Player<'_>, random: &mut Random) -> String {
        if let Some(constant) = self.compared_with(slot, at, random) {
            let timezone = at.program.program.bot.timezone.clone();
            let shown = show(&constant, lang, &ShowContext { today: at.today, timezone });
            if let Some(shown) = shown {
                return shown;
            }
        }
        let entity = slot.entity.map(flowright_compiler::ir::EntityIndex::index);
        entity.map_or_else(String::new, |entity| self.value_of(entity, lang, at.today, random))
    }

    /// A value of an entity: of a learned one what examples say, more often than not.
    fn value_of(&self, entity: usize, lang: Lang, today: Date, random: &mut Random) -> String {
        let said = self.said.get(entity).filter(|said| !said.is_empty() && random.chance(80));
        match (said, self.entities.get(entity)) {
            (Some(said), _) => random.pick(said).cloned().unwrap_or_default(),
            (None, Some(kind)) => words::value(kind, lang, today, random),
            (None, None) => String::new(),
        }
    }

    /// What the slot's checks, or anything in the program, compare with, or next to it. Texts are
    /// left to the entity's own words.
    fn compared_with(&self, slot: &SlotDef, at: &Player<'_>, random: &mut Random) -> Option<Value> {
        if slot.ty == Type::Text {
            return None;
        }
        let functions = &at.program.program.functions;
        let checks = slot.checks.iter().filter_map(|check| functions.get(check.cond.index()));
        match random.below(10) {
            0..=2 if !slot.checks.is_empty() => {
                Answers::in_functions(checks).constant(&slot.ty, random)
            }
            3 | 4 => self.constants.constant(&slot.ty, random),
            _ => None,
        }
    }

    fn any_value(&self, lang: Lang, at: &Player<'_>, random: &mut Random) -> String {
        let entities: Vec<usize> = (0..self.entities.len()).collect();
        let entity = random.pick(&entities).copied();
        entity.map_or_else(String::new, |entity| self.value_of(entity, lang, at.today, random))
    }

    /// A correction of some slot of the flow on top.
    fn correction(&self, player: &Player<'_>, lang: Lang, random: &mut Random) -> String {
        let flow = player.session.stack.last().map(|frame| frame.flow);
        let flow = flow.and_then(|flow| player.program.program.flows.get(flow.index()));
        let Some(slot) = flow.and_then(|flow| random.pick(&flow.slots)) else {
            let new = self.any_value(lang, player, random);
            return words::correction(&new, "x", lang, random);
        };
        let new = self.value(slot, lang, player, random);
        let old = self.value(slot, lang, player, random);
        words::correction(&new, &old, lang, random)
    }

    /// An example of some intent, its slots filled.
    fn utterance(&self, lang: Lang, at: &Player<'_>, random: &mut Random) -> String {
        let weights: Vec<usize> = self.intents.iter().map(|intent| intent.weight).collect();
        let Some(intent) = self.intents.get(random.weighted(&weights)) else {
            return String::new();
        };
        let spoken: Vec<&Example> =
            intent.examples.iter().filter(|e| e.lang.is_none_or(|of| of == lang)).collect();
        let all: Vec<&Example> = intent.examples.iter().collect();
        let example = random.pick(if spoken.is_empty() { &all } else { &spoken });
        let mut text = String::new();
        for piece in example.into_iter().flat_map(|example| &example.pieces) {
            match piece {
                Piece::Text(words) => text.push_str(words),
                Piece::Slot { entity, .. } => {
                    text.push_str(&self.value_of(usize::from(entity.0), lang, at.today, random));
                }
            }
        }
        text
    }

    /// Examples without slots, shortest first: what an utterance is shrunk to.
    pub(super) fn plain_examples(&self) -> Vec<String> {
        let plain = |example: &Example| match example.pieces.as_slice() {
            [Piece::Text(text)] => Some(text.clone()),
            _ => None,
        };
        let examples = self.intents.iter().flat_map(|intent| &intent.examples);
        let found: BTreeSet<(usize, String)> =
            examples.filter_map(plain).map(|text| (text.chars().count(), text)).collect();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// How a human is asked for, in a language if there is a way; nothing without such a repair.
    pub(super) fn asks_for_human(&self, lang: Lang) -> Option<String> {
        let intents = self.intents.iter().filter(|intent| intent.to_human);
        let plain = |example: &&Example| matches!(example.pieces.as_slice(), [Piece::Text(_)]);
        let examples: Vec<&Example> =
            intents.flat_map(|intent| &intent.examples).filter(plain).collect();
        let spoken = examples.iter().find(|example| example.lang == Some(lang));
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Slot { .. } => None,
        };
        spoken.or(examples.first())?.pieces.iter().find_map(text)
    }

    /// Misses in a row after which a human must have the session; `None` where a flow under way
    /// never asks one.
    pub(super) fn misses_to_human(&self, session: &Session) -> Option<u32> {
        let of_flows =
            session.stack.iter().filter_map(|frame| self.handoff_after.get(frame.flow.index()));
        let all: Vec<u32> = of_flows.copied().chain([self.handoff_after_default]).collect();
        if all.contains(&0) { None } else { all.into_iter().max() }
    }

    /// Turns in which a customer who asks for a human must have reached one.
    pub(super) fn turns_to_human(&self, session: &Session) -> u32 {
        self.misses_to_human(session).unwrap_or(0).saturating_add(PATIENCE_TURNS)
    }
}

/// Of each entity, the words that examples say for it.
fn said(project: &Project) -> Vec<Vec<String>> {
    let mut said = vec![Vec::new(); project.entities.len()];
    let examples = project.intents.iter().flat_map(|intent| &intent.spec.examples);
    for piece in examples.flat_map(|example| &example.pieces) {
        if let Piece::Slot { entity, said: Some(words), .. } = piece
            && let Some(said) = said.get_mut(usize::from(entity.0))
        {
            said.push(words.clone());
        }
    }
    said
}

/// The flow of that name and those that come to it by calls.
fn flows_to(program: &Program, name: &str) -> Result<BTreeSet<FlowId>, String> {
    let ids = || (0..).map(FlowId).zip(&program.flows);
    let mut wanted: BTreeSet<FlowId> =
        ids().filter(|(_, flow)| flow.name == name).map(|(id, _)| id).collect();
    if wanted.is_empty() {
        return Err(format!("there is no flow `{name}`"));
    }
    loop {
        let calls = |id: FlowId| {
            exits_of(program, id)
                .iter()
                .any(|exit| matches!(exit, Exit::Call { flow, .. } if wanted.contains(flow)))
        };
        let callers: Vec<FlowId> =
            ids().map(|(id, _)| id).filter(|id| !wanted.contains(id) && calls(*id)).collect();
        if callers.is_empty() {
            break;
        }
        wanted.extend(callers);
    }
    let started = program.intents.iter().any(|i| i.starts.is_some_and(|f| wanted.contains(&f)));
    let opened = ids().any(|(id, flow)| flow.on_start && wanted.contains(&id));
    if started || opened {
        Ok(wanted)
    } else {
        Err(format!("no intent leads to the flow `{name}`"))
    }
}

/// One of several choices, in one of the ways there are.
fn choice(labels: &[&str], lang: Lang, player: &Player<'_>, random: &mut Random) -> Move {
    match random.below(10) {
        0..=3 => press(player, random),
        4..=6 => Move::Say(random.word(labels)),
        // One too many now and then.
        _ => Move::Say(words::place(random.below(labels.len() + 1), lang, random)),
    }
}

fn press(player: &Player<'_>, random: &mut Random) -> Move {
    let label = random.pick(&player.buttons).map(|button| button.label.clone());
    Move::Press(label.unwrap_or_default())
}

fn old_button(player: &Player<'_>, random: &mut Random) -> Option<Move> {
    let number = random.below(player.old_buttons.len());
    let button = player.old_buttons.get(number)?;
    Some(Move::PressOld { label: button.label.clone(), payload: button.payload.clone() })
}

/// The last message once more.
fn again(session: &Session) -> Option<Move> {
    let last = session
        .transcript
        .iter()
        .rev()
        .find(|line| line.from == crate::model::Speaker::Customer && !line.text.is_empty());
    last.map(|line| Move::Say(line.text.clone()))
}

/// Until the next timer, or a while.
fn silence_of(player: &Player<'_>, random: &mut Random) -> Move {
    const WHILES_MS: [i64; 5] = [1_000, 60_000, 1_800_000, 86_400_000, 40 * 86_400_000];
    let next = player.session.wake_at_ms.map(|at| at.saturating_sub(player.now_ms).max(0));
    match next.filter(|_| random.chance(75)) {
        Some(ms) => Move::Silence(ms),
        None => Move::Silence(random.pick(&WHILES_MS).copied().unwrap_or(1_000)),
    }
}
