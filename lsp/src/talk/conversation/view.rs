//! A conversation as it is shown.

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::{AnswerDef, FlowDef, SlotDef, Space, Type};
use flowright_engine::explore::suggest;
use flowright_engine::json::value_to_json;
use flowright_engine::model::{Frame, Status};
use flowright_nlu::value::{Date, Value};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::lines::{Line, Place};
use super::moves::FAILS;
use super::{Conversation, Kept, words};

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 200;

/// A field of the customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerField {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// What it can be, where that is a closed set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// An answer that is suggested.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// What to show.
    pub label: String,
    /// What is given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// The error, or `fails`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The call under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// What its answer names it by.
    pub key: String,
    /// The action.
    pub action: String,
    /// Its arguments by their names.
    pub args: Map<String, Json>,
    /// What it may answer.
    pub suggestions: Vec<Suggestion>,
}

/// A slot, or a result that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// The flow that it is of, or `session`.
    pub of: String,
    /// What is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The turn that filled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
    /// Where it is declared; none where the sources do not have it any more, and of a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<FileSpan>,
}

/// A conversation as it is shown. What is called `location` is a place in
/// [`Conversation::sources`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// What it is known by.
    pub id: String,
    /// Changes with everything that happens.
    pub revision: u64,
    /// The flow that it began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The channel that the customer writes on.
    pub channel: String,
    /// The language of the session.
    pub language: String,
    /// The languages of the bot.
    pub languages: Vec<String>,
    /// The channels of the bot.
    pub channels: Vec<String>,
    /// What time it is, in the bot's timezone.
    pub now: String,
    /// What can be known of the customer.
    pub customer_fields: Vec<CustomerField>,
    /// What is known of her.
    pub customer: Map<String, Json>,
    /// What was said and done.
    pub lines: Vec<Line>,
    /// `bot`, `human`, `ended`.
    pub status: &'static str,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// In how many milliseconds the next timer goes off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wakes_in_ms: Option<i64>,
    /// The call under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Slots of the session and of the flows under way, and results that they keep.
    pub slots: Vec<Slot>,
    /// The states entered, the latest last.
    pub path: Vec<Place>,
    /// How it came over the last edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
}

impl Conversation {
    /// What is shown of it.
    #[must_use]
    pub fn view(&self) -> View {
        let program = self.ready.program();
        let fields = program.customer.iter().map(|field| CustomerField {
            name: field.name.clone(),
            ty: words::type_name(&field.ty),
            options: words::options(program, &field.ty),
        });
        let known = program.customer.iter().zip(&self.session.customer);
        let customer = known.filter_map(|(field, value)| {
            Some((field.name.clone(), value_to_json(program, &field.ty, value.as_ref()?)))
        });
        let wake = self.session.wake_at_ms;
        let path = self.trail.iter().map(|(flow, state)| self.place(flow, state));
        View {
            id: self.id.clone(),
            revision: self.revision,
            flow: self.begin.flow.clone(),
            channel: self.session.channel.clone(),
            language: self.session.lang.to_string(),
            languages: program.bot.languages.iter().map(ToString::to_string).collect(),
            channels: program.channels.iter().map(|channel| channel.name.clone()).collect(),
            now: words::local(program, self.now_ms),
            customer_fields: fields.collect(),
            customer: customer.collect(),
            lines: self.lines.iter().map(|line| self.placed(line)).collect(),
            status: self.status(),
            waits_for: words::waits_for(self),
            wakes_in_ms: wake.map(|at| at.saturating_sub(self.now_ms).max(0)),
            call: self.call(),
            slots: self.slots(),
            path: path.collect(),
            kept: self.kept.clone(),
        }
    }

    fn status(&self) -> &'static str {
        match self.session.status {
            Status::HandedOff(_) => "human",
            Status::Bot if self.session.stack.is_empty() && self.ended.is_some() => "ended",
            Status::Bot => "bot",
        }
    }

    /// A line with its places as the sources are now.
    fn placed(&self, line: &Line) -> Line {
        let place = |place: &Place| self.place(&place.flow, &place.state);
        let state = line.state.as_ref().map(place);
        Line { state, entered: line.entered.iter().map(place).collect(), ..line.clone() }
    }

    fn place(&self, flow: &str, state: &str) -> Place {
        let known = self.newest_flow(flow);
        let known = known.and_then(|flow| flow.states.iter().find(|known| known.name == state));
        let location = known.map(|state| state.at);
        Place { flow: flow.to_owned(), state: state.to_owned(), location }
    }

    fn newest_flow(&self, name: &str) -> Option<&FlowDef> {
        self.newest.program().flows.iter().find(|flow| flow.name == name)
    }

    fn call(&self) -> Option<Call> {
        let call = self.session.pending_call()?;
        let program = self.ready.program();
        let action = program.actions.get(call.action.index())?;
        let suggested = suggest(program, call.action, self.today());
        let suggestions = suggested.into_iter().filter_map(|suggested| {
            let of = suggested.test.map_or_else(String::new, |test| format!(" (as in “{test}”)"));
            Some(match suggested.answer {
                AnswerDef::Value(None) => {
                    Suggestion { label: "done".to_owned(), value: None, error: None }
                }
                AnswerDef::Value(Some(value)) => {
                    let value = value_to_json(program, action.result.as_ref()?, &value);
                    let label = format!("{}{of}", shortened(&value.to_string()));
                    Suggestion { label, value: Some(value), error: None }
                }
                AnswerDef::Error(number) => {
                    let error = action.errors.get(number as usize)?.name.clone();
                    Suggestion { label: error.clone(), value: None, error: Some(error) }
                }
                AnswerDef::Fails => Suggestion {
                    label: "no answer".to_owned(),
                    value: None,
                    error: Some(FAILS.to_owned()),
                },
            })
        });
        Some(Call {
            key: call.key.clone(),
            action: action.name.clone(),
            args: self.arguments(call),
            suggestions: suggestions.collect(),
        })
    }

    /// Today in the bot's timezone.
    fn today(&self) -> Date {
        let timezone = &self.ready.program().bot.timezone;
        flowright_nlu::Context::at(self.now_ms, timezone, self.session.lang).today
    }

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        let program = self.ready.program();
        for (def, value) in program.session_slots.iter().zip(&self.session.slots) {
            let newest = self.newest.program().session_slots.iter();
            let turn = self.filled.get(&def.name).copied();
            let location = newest.into_iter().find(|slot| slot.name == def.name).map(|s| s.at);
            slots.push(self.slot(def, "session", value.as_ref(), turn, location));
        }
        for frame in &self.session.stack {
            let Some(flow) = program.flows.get(frame.flow.index()) else { continue };
            self.slots_of(flow, frame, &mut slots);
        }
        slots
    }

    /// The own slots of a flow, then the results that it keeps, where there are any.
    fn slots_of(&self, flow: &FlowDef, frame: &Frame, slots: &mut Vec<Slot>) {
        let newest = self.newest_flow(&flow.name).map_or(&[][..], |flow| flow.slots.as_slice());
        let mut own = 0;
        for (number, def) in flow.slots.iter().enumerate() {
            if def.place.space != Space::Flow {
                continue;
            }
            own += 1;
            let value = frame.cells.get(def.place.index as usize).and_then(Option::as_ref);
            let turn = frame.filled_in_turn.get(number).copied().filter(|turn| *turn > 0);
            let location = newest.iter().find(|slot| slot.name == def.name).map(|slot| slot.at);
            slots.push(self.slot(
                def,
                &flow.name,
                value,
                turn.filter(|_| value.is_some()),
                location,
            ));
        }
        let cells = flow.cell_names.iter().zip(&flow.cell_types).zip(&frame.cells).skip(own);
        for ((name, ty), value) in cells {
            let Some(value) = value else { continue };
            let value = Some(self.shown(ty, value));
            let (name, of) = (name.clone(), flow.name.clone());
            slots.push(Slot { name, of, value, turn: None, location: None });
        }
    }

    fn slot(
        &self,
        def: &SlotDef,
        of: &str,
        value: Option<&Value>,
        turn: Option<u64>,
        location: Option<FileSpan>,
    ) -> Slot {
        let value = value.map(|value| self.shown(&def.ty, value));
        Slot { name: def.name.clone(), of: of.to_owned(), value, turn, location }
    }

    fn shown(&self, ty: &Type, value: &Value) -> String {
        match value_to_json(self.ready.program(), ty, value) {
            Json::String(text) => shortened(&text),
            json => shortened(&json.to_string()),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}
