//! The conversation of `flowright route explain`, as the command line describes it.

use flowright_compiler::diag::closest;
use flowright_compiler::ir::{IntentId, Program, Type};
use flowright_engine::json::value_from_json;
use flowright_engine::model::Session;
use flowright_engine::{LoadedProgram, open_session};
use flowright_nlu::value::Value;
use flowright_runtime::clock::{Clock as _, WallClock};
use serde_json::{Value as Json, json};

use super::args::ExplainArgs;
use crate::failure::Failure;

/// A conversation and its moment.
pub(super) struct Given {
    pub(super) session: Session,
    pub(super) now_ms: i64,
    /// The same by the clock on the bot's wall.
    pub(super) local: jiff::civil::DateTime,
    /// How long she has waited.
    pub(super) waited_ms: i64,
}

/// # Errors
/// What the project does not know.
pub(super) fn given(args: &ExplainArgs, program: &LoadedProgram) -> Result<Given, Failure> {
    let (now_ms, local) = moment(args, &program.program)?;
    let channel = channel(args, &program.program)?;
    let mut session = open_session(program, "explained", channel, None, now_ms);
    session.last_intent = intent(args, &program.program)?.map(|intent| (intent, 100));
    session.sentiment_percent = sentiment(args)?;
    let project = &program.program;
    let fields: Vec<_> = project.customer.iter().map(|f| (f.name.as_str(), &f.ty)).collect();
    fill(
        project,
        "customer",
        "field of the customer",
        &args.customer,
        &fields,
        &mut session.customer,
    )?;
    let slots: Vec<_> = project.session_slots.iter().map(|s| (s.name.as_str(), &s.ty)).collect();
    fill(project, "slot", "slot of the session", &args.slot, &slots, &mut session.slots)?;
    let waited_ms =
        args.waited.map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
    Ok(Given { session, now_ms, local, waited_ms })
}

fn moment(args: &ExplainArgs, program: &Program) -> Result<(i64, jiff::civil::DateTime), Failure> {
    let name = &program.bot.timezone;
    let zone = jiff::tz::TimeZone::get(name).map_err(|e| Failure::new(e.to_string()))?;
    let wrong = |e: jiff::Error| Failure::new(format!("--at: {e}"));
    match args.at {
        Some(local) => {
            let at = local.to_zoned_datetime(zone).map_err(wrong)?;
            Ok((at.timestamp().as_millisecond(), at.datetime()))
        }
        None => {
            let now_ms = WallClock.now_ms();
            let at = jiff::Timestamp::from_millisecond(now_ms).map_err(wrong)?;
            Ok((now_ms, zone.to_datetime(at)))
        }
    }
}

fn channel<'p>(args: &ExplainArgs, program: &'p Program) -> Result<&'p str, Failure> {
    let names: Vec<&str> = program.channels.iter().map(|c| c.name.as_str()).collect();
    match &args.channel {
        Some(wanted) => {
            known("channel", wanted, &names).map(|at| names.get(at).copied().unwrap_or(""))
        }
        None => Ok(names.first().copied().unwrap_or("")),
    }
}

fn intent(args: &ExplainArgs, program: &Program) -> Result<Option<IntentId>, Failure> {
    let names: Vec<&str> = program.intents.iter().map(|i| i.name.as_str()).collect();
    let Some(wanted) = &args.intent else { return Ok(None) };
    let at = known("intent", wanted, &names)?;
    Ok(u32::try_from(at).ok().map(IntentId))
}

fn sentiment(args: &ExplainArgs) -> Result<Option<i8>, Failure> {
    let Some(felt) = args.sentiment else { return Ok(None) };
    if !(-1.0..=1.0).contains(&felt) {
        return Err(Failure::new(format!("--sentiment is from -1 to 1, not {felt}"))
            .with_help("write something like `--sentiment -0.6`"));
    }
    Ok(Some((felt * 100.0).round() as i8))
}

/// Fills cells by `name=value`.
fn fill(
    program: &Program,
    option: &str,
    what: &str,
    given: &[String],
    fields: &[(&str, &Type)],
    cells: &mut [Option<Value>],
) -> Result<(), Failure> {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    for one in given {
        let Some((name, text)) = one.split_once('=') else {
            let example = names.first().copied().unwrap_or("name");
            return Err(Failure::new(format!("--{option} `{one}` has no value"))
                .with_help(format!("write something like `--{option} {example}=VALUE`")));
        };
        let at = known(what, name, &names)?;
        let Some(((_, ty), cell)) = fields.get(at).zip(cells.get_mut(at)) else { continue };
        *cell = value_from_json(program, ty, &written(ty, text)).map_err(|why| {
            let failure = Failure::new(format!("--{option} {name}: {why}"));
            match (option_meant(program, ty, text), ty) {
                (Some(meant), _) => failure.with_help(format!("did you mean `{meant}`?")),
                (None, Type::Money) => {
                    let help = format!("write it in quotes: `--{option} \"{name}=CNY 500000\"`");
                    failure.with_help(help)
                }
                (None, _) => failure,
            }
        })?;
    }
    Ok(())
}

/// What is typed, as JSON has it: amounts as `CNY 500000`, texts without quotes.
fn written(ty: &Type, text: &str) -> Json {
    let text = text.trim();
    match ty {
        Type::Money => match text.split_once(' ') {
            Some((currency, amount)) => {
                json!({ "currency": currency, "amount": amount.trim().replace('_', "") })
            }
            None => json!(text),
        },
        Type::Number | Type::Bool | Type::List(_) | Type::Record(_) => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        _ => json!(text),
    }
}

fn option_meant<'p>(program: &'p Program, ty: &Type, text: &str) -> Option<&'p str> {
    let Type::Choice(choice) = ty else { return None };
    let options = &program.choices.get(choice.index())?.options;
    closest(text, options.iter().map(|option| option.name.as_str()))
}

/// The place of a name among those that there are.
pub(super) fn known(what: &str, wanted: &str, names: &[&str]) -> Result<usize, Failure> {
    names.iter().position(|name| *name == wanted).ok_or_else(|| {
        let failure = Failure::new(format!("there is no {what} `{wanted}`"));
        let listed = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        match (closest(wanted, names.iter().copied()), names.is_empty()) {
            (Some(meant), _) => failure.with_help(format!("did you mean `{meant}`?")),
            (None, true) => failure.with_help("the project declares none"),
            (None, false) if names.len() == 1 => failure.with_help(format!("there is {listed}")),
            (None, false) => failure.with_help(format!("there are {listed}")),
        }
    })
}
