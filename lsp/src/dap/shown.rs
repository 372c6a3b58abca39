//! The conversation as the console shows it.

use flowright_compiler::ir::{ActionDef, Program};
use flowright_engine::json::value_to_json;
use flowright_engine::model::{ActionResult, Command, Event, PendingCall, Session, Then};
use flowright_engine::transcript::{Failure, shown};
use flowright_nlu::value::Value;

use super::target::Target;

/// Characters of a value that are shown where there is more of it.
const VALUE_CHARS_MAX: usize = 200;

/// A line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// How many commands of the event must have been given before it is shown.
    pub(super) from: usize,
    pub(super) who: &'static str,
    pub(super) text: String,
}

/// What is shown of an event and of what came of it.
pub(super) fn said(
    target: &Target,
    event: &Event,
    commands: &[Command],
    session: &Session,
) -> Vec<Said> {
    let mut lines = Vec::new();
    if let Some((who, text)) = happened(event) {
        lines.push(Said { from: 0, who, text });
    }
    for (from, command) in (1..).zip(commands) {
        if let Some((who, text)) = done(target, command, session) {
            lines.push(Said { from, who, text });
        }
    }
    lines
}

fn happened(event: &Event) -> Option<(&'static str, String)> {
    Some(match event {
        Event::Message { text, payload: None, .. } => ("user", text.clone()),
        Event::Message { text, payload: Some(_), .. } => ("user", format!("[{text}]")),
        Event::ActionResult { result, .. } => ("answer", answer(result)),
        Event::Wake => ("time", "a timer is due".to_owned()),
        Event::Expired => ("time", "the conversation has expired".to_owned()),
        Event::Agent { name, text, then, .. } => ("agent", agent(name, text.as_deref(), *then)),
        Event::Desk { .. } => ("desk", "who has the conversation changes".to_owned()),
        Event::Joined { .. } => ("note", "another conversation of hers goes on here".to_owned()),
        Event::Left { .. } => ("note", "the conversation goes on elsewhere".to_owned()),
        Event::Opened { .. }
        | Event::Customer { .. }
        | Event::Contacts { .. }
        | Event::Note { .. }
        | Event::Upgraded { .. } => return None,
    })
}

fn agent(name: &str, text: Option<&str>, then: Then) -> String {
    let what = match then {
        Then::Stay => "",
        Then::Bot => " (back to the bot)",
        Then::Close(_) => " (it is over)",
    };
    format!("{name}: {}{what}", text.unwrap_or(""))
}

fn answer(result: &ActionResult) -> String {
    match result {
        ActionResult::Answer { status, body } => {
            format!("{status} {}", shortened(body.to_string()))
        }
        ActionResult::Value(None) => "done".to_owned(),
        ActionResult::Value(Some(_)) => "a value".to_owned(),
        ActionResult::Error(_) => "a declared error".to_owned(),
        ActionResult::Failed(cause) => format!("none: {cause}"),
    }
}

fn done(target: &Target, command: &Command, session: &Session) -> Option<(&'static str, String)> {
    Some(match command {
        Command::Reply(reply) => ("bot", shown(reply)),
        Command::Call(call) => {
            let pending = session.pending_call().filter(|pending| pending.key == call.key);
            let action = target.tables().actions.get(call.action.index())?;
            let text = pending.map_or_else(
                || action.name.clone(),
                |pending| call_text(target.tables(), action, pending),
            );
            ("call", text)
        }
        Command::Handoff(handoff) => {
            let to = handoff.skill_name.as_deref().unwrap_or("a human");
            ("handoff", format!("to {to}: {}", handoff.because))
        }
        Command::Mark { name } => ("mark", name.clone()),
        Command::NotReached { channel } => ("note", format!("not reached on {channel}")),
        Command::Note { code, text } => ("note", format!("{code}: {text}")),
        Command::FlowStarted { .. } | Command::FlowEnded { .. } => return None,
    })
}

/// `orders.get(order: "12345")`
pub(super) fn call_text(program: &Program, action: &ActionDef, call: &PendingCall) -> String {
    let arg = |(param, value): (&flowright_compiler::ir::FieldType, &Option<Value>)| {
        let json = value.as_ref().map(|value| value_to_json(program, &param.ty, value));
        format!("{}: {}", param.name, shortened(json.unwrap_or_default().to_string()))
    };
    let args: Vec<String> = action.params.iter().zip(&call.args).map(arg).collect();
    format!("{}({})", action.name, args.join(", "))
}

/// What a test wants and what came.
pub(super) fn difference(failure: &Failure) -> Option<String> {
    let side =
        |word: &str, text: &Option<String>| text.as_ref().map(|text| format!("{word} {text}"));
    let sides: Vec<String> =
        [side("expected:", &failure.expected), side("  actual:", &failure.actual)]
            .into_iter()
            .flatten()
            .collect();
    (!sides.is_empty()).then(|| sides.join("\n"))
}

/// The start of a text that is long.
pub(super) fn shortened(text: String) -> String {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}
