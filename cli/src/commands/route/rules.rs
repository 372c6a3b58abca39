//! The rules of `route`, each with what became of it.

use flowright_compiler::ir::{Program, RuleDecides, RuleDef, Type};
use flowright_engine::hours::is_open;
use flowright_engine::json::value_to_json;
use flowright_engine::{LoadedProgram, Routed};
use flowright_nlu::value::Value;
use serde::Serialize;

use super::given::Given;

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
pub(super) enum Fate {
    /// It took the conversation.
    Taken,
    /// It is for other intents.
    OtherIntent {
        /// What the conversation is about.
        intent: Option<String>,
    },
    /// Its condition does not hold.
    DoesNotHold {
        /// What it looks at, as it is: `impact is partial`.
        because: Vec<String>,
    },
    /// An earlier rule fits.
    NotAsked,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    pub(super) text: String,
    /// Where it is written: `bot.flow:43`.
    pub(super) at: String,
    #[serde(flatten)]
    pub(super) fate: Fate,
}

/// The rules for urgency and those for skills, in order.
pub(super) fn rules(
    program: &LoadedProgram,
    given: &Given,
    routed: &Routed,
) -> (Vec<Rule>, Vec<Rule>) {
    let mut both = (Vec::new(), Vec::new());
    for (number, rule) in (0_u32..).zip(&program.program.route.rules) {
        let is_urgency = rule.decides == RuleDecides::Urgency;
        let taken = if is_urgency { routed.urgency_rule } else { routed.skill_rule };
        let fate = match taken {
            Some(taken) if taken == number => Fate::Taken,
            Some(taken) if taken < number => Fate::NotAsked,
            _ => lost(program, given, rule),
        };
        let at = place(&program.program, rule);
        let rules = if is_urgency { &mut both.0 } else { &mut both.1 };
        rules.push(Rule { text: rule.text.clone(), at, fate });
    }
    both
}

/// Where a rule is written.
fn place(program: &Program, rule: &RuleDef) -> String {
    let Some(file) = program.files.get(rule.at.file.0 as usize) else { return String::new() };
    let line = file.line_starts.partition_point(|start| *start <= rule.at.span.start);
    format!("{}:{line}", file.label)
}

/// Why a rule that was asked did not fit.
fn lost(program: &LoadedProgram, given: &Given, rule: &RuleDef) -> Fate {
    let number = given.session.last_intent.map(|(intent, _)| intent);
    let is_other = match &rule.decides {
        RuleDecides::Urgency => false,
        RuleDecides::Skill { intents } => {
            !intents.is_empty() && !number.is_some_and(|number| intents.contains(&number))
        }
    };
    if is_other {
        let intent = number.and_then(|number| program.program.intents.get(number.index()));
        return Fate::OtherIntent { intent: intent.map(|intent| intent.name.clone()) };
    }
    let mut because: Vec<String> = Vec::new();
    for name in names(rule.cond.as_deref().unwrap_or_default()) {
        let is = value(program, given, name).map(|value| format!("{name} is {value}"));
        because.extend(is.filter(|is| !because.contains(is)));
    }
    Fate::DoesNotHold { because }
}

/// The names that stand in a condition, outside texts.
fn names(cond: &str) -> Vec<&str> {
    let outside = cond.split('"').step_by(2);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let words = outside.flat_map(move |part| part.split(move |c: char| !is_part(c)));
    words.filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_')).collect()
}

/// What a name stands for in this conversation; nothing where it is no name of a value.
fn value(program: &LoadedProgram, given: &Given, name: &str) -> Option<String> {
    let project = &program.program;
    let session = &given.session;
    let field = name.strip_prefix("customer.");
    let field = field.and_then(|field| project.customer.iter().position(|f| f.name == field));
    if let Some(at) = field {
        let ty = &project.customer.get(at)?.ty;
        return Some(shown(project, ty, session.customer.get(at)?.as_ref()));
    }
    if let Some(at) = project.session_slots.iter().position(|slot| slot.name == name) {
        let ty = &project.session_slots.get(at)?.ty;
        return Some(shown(project, ty, session.slots.get(at)?.as_ref()));
    }
    let or_empty = |value: Option<String>| value.unwrap_or_else(|| "empty".to_owned());
    Some(match name {
        "channel" => session.channel.clone(),
        "language" => session.lang.to_string(),
        "sentiment" => {
            or_empty(session.sentiment_percent.map(|p| format!("{}", f64::from(p) / 100.0)))
        }
        "waited" => written(given.waited_ms),
        "business_hours" => is_open(&project.bot, given.local).to_string(),
        "today" => given.local.date().to_string(),
        "now" => given.local.to_string(),
        "misses" => session.misses.to_string(),
        "intent" => {
            let intent = session.last_intent.and_then(|(i, _)| project.intents.get(i.index()));
            or_empty(intent.map(|intent| intent.name.clone()))
        }
        _ => return None,
    })
}

/// A time as it stands in flows, in the largest unit that it is a whole number of.
fn written(ms: i64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let unit = units.into_iter().find(|(_, of)| ms != 0 && ms % of == 0);
    unit.map_or_else(|| format!("{ms}ms"), |(name, of)| format!("{}{name}", ms / of))
}

fn shown(program: &Program, ty: &Type, value: Option<&Value>) -> String {
    match value.map(|value| value_to_json(program, ty, value)) {
        None => "empty".to_owned(),
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Object(money)) => {
            let part = |name: &str| money.get(name).and_then(|p| p.as_str()).unwrap_or_default();
            format!("{} {}", part("currency"), part("amount"))
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_found_outside_texts() {
        let cond = "customer.id contains \"impact is\" or not (impact is down) and amount >= 12";
        let found = names(cond);
        for name in ["customer.id", "impact", "amount"] {
            assert!(found.contains(&name), "{found:?}");
        }
        assert_eq!(found.iter().filter(|name| **name == "impact").count(), 1);
    }
}
