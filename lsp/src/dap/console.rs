//! What is typed into the console: the customer's words, and commands that stand for the outside world.

use flowright_compiler::asked::Wanted;
use flowright_compiler::ir::{ActionDef, AnswerDef, Type, turn};
use flowright_engine::explore::suggest;
use flowright_engine::json::{value_from_json, value_to_json};
use flowright_engine::model::{ActionResult, Event, PendingCall, Session};
use flowright_nlu::value::{Date, Value};

use super::shown::call_text;
use super::tape::Tape;
use super::target::Target;

/// Timers that one wait may set off.
const WAKES_MAX: usize = 1_000;
/// Characters of what is typed in at once.
const TYPED_CHARS_MAX: usize = 20_000;

/// What `/help` says.
pub(super) const HELP: &str =
    "what you type is said to the bot; lines that begin with / are commands:
/answer JSON   answers the call under way, /answer alone where it gives nothing back
/error NAME    answers it with a declared error; /error fails: it does not answer
/wait 10m      lets time pass
/press LABEL   presses a button
/help          this
while stopped before the end, what you type is evaluated where you are";

/// The commands.
const COMMANDS: [&str; 5] = ["/answer", "/error", "/wait", "/press", "/help"];

/// Carries out a line.
///
/// # Errors
/// Why it cannot be, in words.
pub(super) fn enter(target: &Target, tape: &mut Tape, line: &str) -> Result<(), String> {
    if line.chars().count() > TYPED_CHARS_MAX {
        return Err(format!("more than {TYPED_CHARS_MAX} characters at once"));
    }
    let line = line.trim();
    if !line.starts_with('/') {
        return say(target, tape, line, None);
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match command {
        "/answer" => answer(target, tape, rest),
        "/error" => error(target, tape, rest),
        "/wait" => wait(target, tape, rest),
        "/press" => press(target, tape, rest),
        _ => Err(format!("there is no command `{command}`: {}", COMMANDS.join(", "))),
    }
}

fn say(
    target: &Target,
    tape: &mut Tape,
    text: &str,
    payload: Option<String>,
) -> Result<(), String> {
    if let Some((action, call)) = pending(target, &tape.session) {
        let call = call_text(target.tables(), action, call);
        return Err(format!("{call} is called: answer it with /answer or /error"));
    }
    let looks = payload.is_none() && target.tables().answers_from().is_some();
    let knowledge = if looks { target.find(&tape.session, text) } else { Vec::new() };
    let channel = tape.session.channel.clone();
    take(
        tape,
        Event::Message {
            channel,
            text: text.to_owned(),
            payload,
            external: None,
            knowledge,
            attachments: Vec::new(),
            from: None,
        },
    )
}

fn take(tape: &mut Tape, event: Event) -> Result<(), String> {
    if tape.is_full() {
        return Err("this conversation is too long to be recorded: begin again".to_owned());
    }
    tape.take(event).map(drop).map_err(|e| e.to_string())
}

fn press(target: &Target, tape: &mut Tape, label: &str) -> Result<(), String> {
    let buttons = tape.session.last_said.iter().flat_map(|reply| &reply.choices);
    let button = buttons.clone().find(|choice| choice.label == label).cloned();
    let Some(button) = button else {
        let labels: Vec<&str> = buttons.map(|choice| choice.label.as_str()).collect();
        return Err(match labels.as_slice() {
            [] => "there are no buttons".to_owned(),
            labels => format!("there is no button `{label}`: {}", labels.join(" | ")),
        });
    };
    // What is only said has no number of its own.
    let payload = Some(button.payload).filter(|payload| payload != "say");
    say(target, tape, &button.label, payload)
}

/// The call under way with its action.
pub(super) fn pending<'a>(
    target: &'a Target,
    session: &'a Session,
) -> Option<(&'a ActionDef, &'a PendingCall)> {
    let call = session.pending_call()?;
    Some((target.tables().actions.get(call.action.index())?, call))
}

fn answer(target: &Target, tape: &mut Tape, json: &str) -> Result<(), String> {
    let (action, call) = pending(target, &tape.session).ok_or("no action is called")?;
    let value = match (&action.result, json) {
        (None, "" | "{}" | "null") => None,
        (None, _) => return Err(format!("`{}` gives nothing back: /answer alone", action.name)),
        (Some(ty), _) => {
            let json =
                serde_json::from_str(json).map_err(|e| format!("the answer is no JSON: {e}"))?;
            let value = value_from_json(target.tables(), ty, &json);
            value.map_err(|e| format!("the answer is not as declared: {e}"))?
        }
    };
    let (key, result) = (call.key.clone(), ActionResult::Value(value));
    take(tape, Event::ActionResult { key, result })
}

fn error(target: &Target, tape: &mut Tape, name: &str) -> Result<(), String> {
    let (action, call) = pending(target, &tape.session).ok_or("no action is called")?;
    let declared = action.errors.iter().position(|error| error.name == name);
    let result = match declared.and_then(|number| u32::try_from(number).ok()) {
        Some(number) => ActionResult::Error(number),
        None if name == "fails" => ActionResult::Failed("the console says so".to_owned()),
        None => {
            let errors: Vec<&str> =
                action.errors.iter().map(|e| e.name.as_str()).chain(["fails"]).collect();
            return Err(format!("`{}` has no error `{name}`: {}", action.name, errors.join(", ")));
        }
    };
    let key = call.key.clone();
    take(tape, Event::ActionResult { key, result })
}

fn wait(target: &Target, tape: &mut Tape, time: &str) -> Result<(), String> {
    if pending(target, &tape.session).is_some() {
        return Err("an action is called: answer it first".to_owned());
    }
    let asked = target.ask(None, time, Wanted::Of(&Type::Duration));
    let value = asked.map(|asked| asked.value([&[], &[], &[], &[]]));
    let Ok(Some(Value::Duration(ms))) = value else {
        return Err("how long? /wait 10m, /wait 2h".to_owned());
    };
    let until = tape.now_ms.saturating_add(ms.max(0));
    for wakes in 0.. {
        let due = tape.session.wake_at_ms.filter(|due| *due <= until);
        let Some(due) = due else { break };
        if wakes == WAKES_MAX {
            return Err(format!(
                "{WAKES_MAX} timers have gone off: time stands at the last of them"
            ));
        }
        tape.now_ms = due.max(tape.now_ms);
        take(tape, Event::Wake)?;
        // What a timer has called is answered before time goes on.
        if tape.session.is_calling() {
            return Ok(());
        }
    }
    tape.now_ms = until;
    Ok(())
}

/// The call that is waited for, with what one may enter.
pub(super) fn prompt(target: &Target, tape: &Tape) -> Option<String> {
    let (action, call) = pending(target, &tape.session)?;
    let suggestions = suggestions(target, tape).join("  ");
    Some(format!("{} waits: {suggestions}", call_text(target.tables(), action, call)))
}

/// What may be entered now, the likeliest first.
pub(super) fn suggestions(target: &Target, tape: &Tape) -> Vec<String> {
    let Some((action, call)) = pending(target, &tape.session) else {
        let buttons = tape.session.last_said.iter().flat_map(|reply| &reply.choices);
        return buttons.map(|choice| format!("/press {}", choice.label)).collect();
    };
    let program = target.tables();
    let shown = |answer: &AnswerDef| match answer {
        AnswerDef::Value(value) => match action.result.as_ref().zip(value.as_ref()) {
            Some((ty, value)) => format!("/answer {}", value_to_json(program, ty, value)),
            None => "/answer".to_owned(),
        },
        AnswerDef::Error(number) => {
            let error = action.errors.get(*number as usize);
            format!("/error {}", error.map_or("", |error| error.name.as_str()))
        }
        AnswerDef::Fails => "/error fails".to_owned(),
    };
    let suggested = suggest(program, call.action, today(tape));
    suggested.iter().map(|suggested| shown(&suggested.answer)).collect()
}

fn today(tape: &Tape) -> Date {
    match tape.scene(tape.end()).turn.get(turn::TODAY as usize) {
        Some(Some(Value::Date(today))) => *today,
        _ => Date::of_ms(tape.now_ms),
    }
}

/// What a line that is begun may go on with.
pub(super) fn completions(target: &Target, tape: &Tape, begun: &str) -> Vec<String> {
    let own = COMMANDS.iter().map(|command| (*command).to_owned());
    let all = suggestions(target, tape).into_iter().chain(own);
    all.filter(|text| text.starts_with(begun)).collect()
}
