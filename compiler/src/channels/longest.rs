//! How long a placeholder can become: the largest value of its type, written as the language
//! writes it.
//!
//! Nothing is certain about what a placeholder shows, since every value may be empty; what is
//! known is its largest form. A text from outside has none: a customer may write
//! [`flowright_nlu::UTTERANCE_CHARS_MAX`] characters, which no channel would carry, so that it
//! counts as nothing.

use flowright_nlu::lang::Lang;
use flowright_nlu::locale::{ShowContext, show};
use flowright_nlu::spec::EntityKind;
use flowright_nlu::value::{Currency, DAY_MS, Date, Decimal, Money, Value};

use super::pattern;
use super::table::Unit;
use crate::ir::{ChoiceId, Place, Space, Type, turn};
use crate::sema::hir::{Expr, ExprKind, Flow, Project, Slot};

/// What a placeholder shows at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Longest {
    /// An instance of it; nothing where it is a text from outside.
    pub(super) text: Option<String>,
    /// It is one of few values, so that the largest is as likely as the others: a choice, a day.
    /// The largest number is not.
    pub(super) is_likely: bool,
}

const UNKNOWN: Longest = Longest { text: None, is_likely: false };

/// Where a placeholder stands.
#[derive(Clone, Copy)]
pub(super) struct Here<'p> {
    pub(super) project: &'p Project,
    pub(super) flow: Option<&'p Flow>,
    /// Arguments of the named text that it is in.
    pub(super) args: &'p [Expr],
    pub(super) lang: Lang,
    pub(super) unit: Unit,
}

/// The largest form of an expression's value.
pub(super) fn longest(expr: &Expr, here: Here<'_>) -> Longest {
    match &expr.kind {
        ExprKind::Const(value) => {
            let text = match value {
                Value::Text(text) => Some(text.clone()),
                value => show(value, here.lang, &context()),
            };
            let is_likely = text.is_some();
            if is_likely { Longest { text, is_likely } } else { of_type(&expr.ty, here) }
        }
        ExprKind::Param(number) => match here.args.get(*number as usize) {
            Some(arg) if !holds_param(arg) => longest(arg, here),
            _ => of_type(&expr.ty, here),
        },
        ExprKind::Load(place) => of_place(*place, here).unwrap_or_else(|| of_type(&expr.ty, here)),
        ExprKind::Reveal { value, .. } => longest(value, here),
        ExprKind::Concat(parts) => {
            let parts: Vec<Longest> = parts.iter().map(|part| longest(part, here)).collect();
            let is_likely = parts.iter().all(|part| part.is_likely);
            Longest { text: parts.into_iter().map(|part| part.text).collect(), is_likely }
        }
        _ => of_type(&expr.ty, here),
    }
}

/// Arguments of a named text are outside of it; a text that names another with its own parameter
/// would need the arguments of both.
fn holds_param(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Param(_))
}

/// What the entity of a slot, or the name of a channel, says beyond the type.
fn of_place(place: Place, here: Here<'_>) -> Option<Longest> {
    if place == (Place { space: Space::Turn, index: turn::CHANNEL }) {
        let names = here.project.channels.iter().map(|channel| channel.name.clone());
        return Some(Longest { text: largest(names, here.unit), is_likely: true });
    }
    let own = here.flow.into_iter().flat_map(|flow| &flow.slots);
    let slot: &Slot = own.chain(&here.project.session_slots).find(|slot| slot.place == place)?;
    let entity = here.project.entities.get(slot.entity?.index())?;
    match &entity.kind {
        EntityKind::Pattern { regexes, .. } if slot.ty == Type::Text => {
            let texts: Option<Vec<String>> = regexes.iter().map(|r| pattern::longest(r)).collect();
            let text = texts.and_then(|texts| largest(texts.into_iter(), here.unit));
            let is_likely = text.is_some();
            Some(Longest { text, is_likely })
        }
        _ => None,
    }
}

fn of_type(ty: &Type, here: Here<'_>) -> Longest {
    let (values, is_likely) = match ty {
        Type::Choice(choice) => {
            let labels = labels(here.project, *choice, here.lang);
            return Longest { text: largest(labels.into_iter(), here.unit), is_likely: true };
        }
        Type::Bool => (vec![Value::Bool(true), Value::Bool(false)], true),
        Type::Time => (vec![Value::Time(0)], true),
        Type::Date => (days().map(Value::Date).collect(), true),
        Type::DateTime => (days().map(|day| Value::DateTime(instant(day))).collect(), true),
        Type::Number => (vec![Value::Number(Decimal(i64::MIN))], false),
        Type::Money => (amounts(), false),
        Type::Duration => (vec![Value::Duration(LONGEST_MS)], false),
        Type::Text | Type::List(_) | Type::Record(_) => return UNKNOWN,
    };
    let shown = values.iter().filter_map(|value| show(value, here.lang, &context()));
    Longest { text: largest(shown, here.unit), is_likely }
}

/// What a choice's options are called in a language.
pub(super) fn labels(project: &Project, choice: ChoiceId, lang: Lang) -> Vec<String> {
    let options = project.choices.get(choice.index()).map_or(&[][..], |choice| &choice.options);
    let label = |option: &crate::ir::OptionDef| {
        let own = option.labels.iter().find(|(of, _)| *of == lang);
        own.map_or_else(|| option.name.replace('_', " "), |(_, label)| label.clone())
    };
    options.iter().map(label).collect()
}

fn largest(texts: impl Iterator<Item = String>, unit: Unit) -> Option<String> {
    texts.max_by_key(|text| unit.count(text))
}

/// Days are shown with their year: most of them are far from this one.
fn context() -> ShowContext {
    ShowContext { today: Date(0), timezone: "UTC".to_owned() }
}

/// A day of two digits in each month of a year of four.
fn days() -> impl Iterator<Item = Date> {
    (1..=12).filter_map(|month| Date::from_ymd(9998, month, 28))
}

fn instant(day: Date) -> i64 {
    i64::from(day.0) * DAY_MS
}

/// As long ago as milliseconds count, with every unit in two digits.
const LONGEST_MS: i64 = -(106_751_991_166 * DAY_MS + DAY_MS - 1_000);

/// The largest amount, in the currencies that a language has words for and in one that it has not.
fn amounts() -> Vec<Value> {
    let amount = |code: &str| {
        let currency = Currency::parse(code)?;
        Some(Value::Money(Money { currency, amount: Decimal(i64::MIN) }))
    };
    ["CNY", "USD", "EUR", "CHF"].into_iter().filter_map(amount).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_values_are_as_long_as_any() {
        let cx = context();
        for lang in [Lang::EN, Lang::ZH] {
            let length = |value: &Value| show(value, lang, &cx).unwrap().chars().count();
            let most = |values: &[Value]| values.iter().map(length).max().unwrap();
            let dates: Vec<Value> = days().map(Value::Date).collect();
            for day in (-200_000..2_900_000).step_by(997) {
                assert!(length(&Value::Date(Date(day))) <= most(&dates));
            }
            for number in [0, 1, -1, i64::MAX, -999_999_999_999_999_999] {
                let number = Value::Number(Decimal(number));
                assert!(length(&number) <= length(&Value::Number(Decimal(i64::MIN))));
            }
            for ms in [0, 1, i64::MIN, i64::MAX, 59_000, -3_599_000, -86_399_000] {
                assert!(length(&Value::Duration(ms)) <= length(&Value::Duration(LONGEST_MS)));
            }
        }
    }
}
