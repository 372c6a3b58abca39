//! Where a conversation stands, in plain words.

use flowright_compiler::ir::{IntentId, Outcome, Program, SlotIndex, Type};
use flowright_engine::Taken;
use flowright_engine::model::{Status, Wait};

use super::Conversation;

/// Choices that are named.
const CHOICES_TOLD_MAX: usize = 8;

/// What was waited for when the customer wrote.
pub(super) enum Waited {
    /// Nothing of hers.
    Nothing,
    /// A human has the conversation.
    Human,
    /// An answer to this.
    For(String),
}

/// How a flow ended.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Resolved => "resolved",
        Outcome::Unresolved => "unresolved",
        Outcome::Cancelled => "cancelled",
    }
}

/// What a type is called.
pub(super) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Money => "money".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Choice(_) => "one_of".to_owned(),
        Type::List(item) => format!("list of {}", type_name(item)),
        Type::Record(_) => "record".to_owned(),
    }
}

/// The names of a choice's options; none of another type.
pub(super) fn options(program: &Program, ty: &Type) -> Vec<String> {
    let Type::Choice(id) = ty else { return Vec::new() };
    let choice = program.choices.get(id.index());
    let options = choice.into_iter().flat_map(|choice| &choice.options);
    options.map(|option| option.name.clone()).collect()
}

/// What an answer would be to.
pub(super) fn waited_for(talk: &Conversation) -> Waited {
    if let Status::HandedOff(_) = talk.session.status {
        return Waited::Human;
    }
    if talk.session.clarifying.is_some() {
        return Waited::For("the question what was meant".to_owned());
    }
    match talk.session.stack.last().map(|frame| &frame.wait) {
        Some(Wait::Slot { slot, .. }) => Waited::For(format!("`{}`", slot_name(talk, *slot))),
        Some(Wait::Confirm { .. }) => Waited::For("yes or no".to_owned()),
        Some(Wait::Choose { .. } | Wait::ChooseFrom { .. }) => Waited::For("the choice".to_owned()),
        _ => Waited::Nothing,
    }
}

/// What an utterance was taken for.
pub(super) fn taken(talk: &Conversation, taken: &[Taken], waited: Waited) -> Option<String> {
    let intent = |id: &IntentId| {
        let intent = talk.ready.program().intents.get(id.index());
        intent.map_or("", |intent| intent.name.as_str())
    };
    let words = |taken: &Taken| match taken {
        Taken::Refused(slot) => format!("a value for `{}` that is refused", slot_name(talk, *slot)),
        Taken::Corrected(slot) => format!("a correction of `{}`", slot_name(talk, *slot)),
        Taken::TooLate => "a correction that comes too late".to_owned(),
        Taken::Handled(id) => format!("the intent `{}`, which is handled here", intent(id)),
        Taken::Began(id) => format!("the intent `{}`, whose flow begins", intent(id)),
        Taken::WentOn(id) => format!("the intent `{}`, whose flow goes on", intent(id)),
        Taken::Answered => "a question that an article answers".to_owned(),
        Taken::Clarified => "half understood: asked back".to_owned(),
        Taken::Missed => "not understood".to_owned(),
    };
    match (taken, waited) {
        ([], Waited::Nothing) => None,
        ([], Waited::Human) => Some("words for the human who has the conversation".to_owned()),
        ([], Waited::For(what)) => Some(format!("the answer to {what}")),
        (taken, _) => Some(taken.iter().map(words).collect::<Vec<_>>().join("; ")),
    }
}

/// The name of a slot of the flow on top.
fn slot_name(talk: &Conversation, slot: SlotIndex) -> &str {
    let flow = talk.session.stack.last().map(|frame| frame.flow);
    let flow = flow.and_then(|flow| talk.ready.program().flows.get(flow.index()));
    let slot = flow.and_then(|flow| flow.slots.get(slot.index()));
    slot.map_or("", |slot| slot.name.as_str())
}

/// What the conversation waits for; nothing while nothing is under way.
pub(super) fn waits_for(talk: &Conversation) -> Option<String> {
    let (session, program) = (&talk.session, talk.ready.program());
    if let Status::HandedOff(handoff) = &session.status {
        let skill = handoff.skill_name.as_deref().unwrap_or("any skill");
        return Some(format!("a human with {skill}"));
    }
    if let Some(call) = session.pending_call() {
        let action = program.actions.get(call.action.index());
        return Some(format!("the answer of `{}`", action.map_or("", |a| a.name.as_str())));
    }
    if let Some(clarifying) = &session.clarifying {
        let labels = clarifying.options.iter().map(|(label, _)| label.as_str());
        return Some(format!("what was meant: {}", told(labels)));
    }
    match &session.stack.last()?.wait {
        Wait::Slot { slot, .. } => {
            let name = slot_name(talk, *slot);
            let flow = program.flows.get(session.stack.last()?.flow.index());
            let slot = flow.and_then(|flow| flow.slots.get(slot.index()));
            let of = slot.map(|slot| {
                let options = options(program, &slot.ty);
                match options.as_slice() {
                    [] => type_name(&slot.ty),
                    _ => told(options.iter().map(String::as_str)),
                }
            });
            Some(format!("a value for `{name}`: {}", of.unwrap_or_default()))
        }
        Wait::Confirm { .. } => Some("yes or no".to_owned()),
        Wait::Choose { arms, .. } => {
            Some(format!("a choice: {}", told(arms.iter().map(|arm| arm.label.as_str()))))
        }
        Wait::ChooseFrom { items, .. } => {
            Some(format!("one of: {}", told(items.iter().map(|item| item.label.as_str()))))
        }
        Wait::Until { at_ms, .. } => Some(format!("the time: {}", local(program, *at_ms))),
        Wait::Nothing | Wait::Return | Wait::Action(_) => None,
    }
}

fn told<'l>(labels: impl Iterator<Item = &'l str>) -> String {
    let mut labels: Vec<&str> = labels.take(CHOICES_TOLD_MAX + 1).collect();
    if let Some(more) = labels.get_mut(CHOICES_TOLD_MAX) {
        *more = "…";
    }
    labels.join(" | ")
}

/// An instant in the bot's timezone: `2026-06-01T09:30:00`.
pub(super) fn local(program: &Program, at_ms: i64) -> String {
    let zone = jiff::tz::TimeZone::get(&program.bot.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    zone.to_datetime(at).to_string()
}
