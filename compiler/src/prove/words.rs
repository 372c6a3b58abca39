//! Cases in words: "customer.tier is gold and customer.contract is under CNY 1,000,000".

use flowright_nlu::lang::Lang;
use flowright_nlu::locale::{ShowContext, show};
use flowright_nlu::value::{Currency, DECIMAL_SCALE, Date, Decimal, Money, Value};

use super::boxes::{Case, Var, Vocabulary};
use super::sets::Set;
use crate::ir::{Place, Space, Type, turn};
use crate::sema::functions::name_of;
use crate::sema::hir::Flow;
use crate::syntax::write::{duration, quoted};

/// Variables named in one description.
const NAMED_MAX: usize = 4;

/// Names cells and values.
pub(crate) struct Words<'w, 'p> {
    pub(crate) vocabulary: &'w Vocabulary<'p>,
    /// The flow that flow cells belong to.
    pub(crate) flow: Option<&'w Flow>,
}

impl Words<'_, '_> {
    /// What a case says, the variables that may be anything left out. Empty when it says nothing.
    pub(crate) fn case(&self, case: &Case) -> String {
        let parts = case.iter().filter_map(|(var, set)| self.part(var, set));
        let parts: Vec<String> = parts.take(NAMED_MAX).collect();
        parts.join(" and ")
    }

    fn part(&self, var: &Var, set: &Set) -> Option<String> {
        if *set == self.vocabulary.all(var) || *set == self.vocabulary.all(var).filled() {
            return None;
        }
        match var {
            Var::Cell(place) => {
                let name = self.place(*place);
                if *set == Set::only_empty() {
                    return Some(format!("{name} is not known"));
                }
                let ty = self.vocabulary.type_of(*place)?;
                Some(format!("{name} {}", self.values(ty, var, set)?))
            }
            Var::Of(helper, place) => {
                let name = format!("{}({})", name_of(*helper)?, self.place(*place));
                let (low, high) = (set.ranges().first()?.0, set.ranges().last()?.1);
                Some(match (low == i64::MIN, high == i64::MAX) {
                    _ if low == high => format!("{name} is {low}"),
                    (true, true) => return None,
                    (true, false) => format!("{name} is {high} or less"),
                    (false, true) => format!("{name} is {low} or more"),
                    (false, false) => format!("{name} is {low} to {high}"),
                })
            }
            Var::Diff(left, right) => {
                let (left, right) = (self.place(*left), self.place(*right));
                let (low, high) = (set.ranges().first()?.0, set.ranges().last()?.1);
                Some(match (low, high) {
                    (1.., _) => format!("{left} is after {right}"),
                    (_, ..=-1) => format!("{left} is before {right}"),
                    (0, 0) => format!("{left} equals {right}"),
                    (0, _) => format!("{left} is not before {right}"),
                    (_, 0) => format!("{left} is not after {right}"),
                    _ => return None,
                })
            }
            Var::Opaque(_) | Var::Turns => None,
        }
    }

    /// `is gold`, `is under CNY 1,000,000`, `is 3 to 5`.
    fn values(&self, ty: &Type, var: &Var, set: &Set) -> Option<String> {
        let shown = |number: i64| self.value(ty, var, number);
        let choices = matches!(ty, Type::Choice(_) | Type::Bool | Type::Text);
        if choices {
            let all: i64 = set.ranges().iter().map(|(low, high)| high.saturating_sub(*low)).sum();
            if all > 8 {
                return Some("is something else".to_owned());
            }
            let each = set.ranges().iter().flat_map(|(low, high)| *low..=*high);
            let names: Vec<String> = each.filter_map(shown).collect();
            return Some(match (ty, names.as_slice()) {
                (_, []) => "is something else".to_owned(),
                (Type::Bool, [one]) => format!("is {one}"),
                _ => format!("is {}", names.join(" or ")),
            });
        }
        let (low, _) = *set.ranges().first()?;
        let (_, high) = *set.ranges().last()?;
        // The next value to a round number is not seen in it: over the one, or below the next.
        let is_fine = matches!(ty, Type::Number | Type::Money);
        let is_round = |number: i64| !is_fine || number.rem_euclid(DECIMAL_SCALE) == 0;
        let lower = || match is_fine && low.rem_euclid(DECIMAL_SCALE) == 1 {
            true => Some(format!("over {}", shown(low)?)),
            false => Some(format!("{} or more", shown(low)?)),
        };
        let upper = || match is_fine && is_round(high) {
            true => Some(format!("{} or less", shown(high)?)),
            false => Some(format!("under {}", shown(high.checked_add(1)?)?)),
        };
        Some(match (low == i64::MIN, high == i64::MAX) {
            _ if low == high => format!("is {}", shown(low)?),
            (true, true) => return None,
            (true, false) => format!("is {}", upper()?),
            (false, true) => format!("is {}", lower()?),
            (false, false) if is_round(low) && is_round(high) => {
                format!("is {} to {}", shown(low)?, shown(high)?)
            }
            (false, false) => format!("is {} and {}", lower()?, upper()?),
        })
    }

    /// A value as a designer writes it.
    pub(crate) fn value(&self, ty: &Type, var: &Var, number: i64) -> Option<String> {
        if let Type::Choice(choice) = ty {
            let choice = self.vocabulary.project().choices.get(choice.index())?;
            return choice.options.get(usize::try_from(number).ok()?).map(|o| o.name.clone());
        }
        if *ty == Type::Bool {
            return Some(if number == 1 { "true" } else { "false" }.to_owned());
        }
        if *ty == Type::Text {
            return self.vocabulary.text(number).map(quoted);
        }
        // A bound one millionth off a whole number is the whole number's neighbour.
        let value = match ty {
            Type::Number => Value::Number(Decimal(neighbour(number))),
            Type::Money => Value::Money(Money {
                currency: Currency::unpack(self.vocabulary.currency(var)?),
                amount: Decimal(neighbour(number)),
            }),
            Type::Date => return Some(Date(i32::try_from(number).ok()?).to_civil().to_string()),
            Type::Time => Value::Time(u32::try_from(number).ok()?),
            Type::Duration => Value::Duration(number),
            Type::DateTime => Value::DateTime(number),
            _ => return None,
        };
        let timezone = self.vocabulary.project().bot.timezone.clone();
        show(&value, Lang::EN, &ShowContext { today: Date(0), timezone })
    }

    /// A value as the language writes it: `CNY 1000`, `2026-06-15`, `"text"`.
    pub(crate) fn literal(&self, ty: &Type, var: &Var, number: i64) -> Option<String> {
        match ty {
            Type::Number => Some(Decimal(number).to_string()),
            Type::Money => {
                let currency = Currency::unpack(self.vocabulary.currency(var)?);
                let minus = if number < 0 { "-" } else { "" };
                Some(format!("{minus}{currency} {}", Decimal(number.saturating_abs())))
            }
            Type::Time => Some(format!("{:02}:{:02}", number / 3_600, number / 60 % 60)),
            Type::Duration if number < 0 => Some(format!("-{}", duration(number.saturating_neg()))),
            Type::Duration => Some(duration(number)),
            Type::DateTime => None,
            _ => self.value(ty, var, number),
        }
    }

    /// A cell's name.
    pub(crate) fn place(&self, place: Place) -> String {
        let index = place.index as usize;
        let project = self.vocabulary.project();
        let name = match place.space {
            Space::Customer => project.customer.get(index).map(|f| format!("customer.{}", f.name)),
            Space::Session => project.session_slots.get(index).map(|slot| slot.name.clone()),
            Space::Flow => self.flow.and_then(|flow| flow.cell_names.get(index).cloned()),
            Space::Turn => turn_name(place.index).map(str::to_owned),
        };
        name.unwrap_or_else(|| "something".to_owned())
    }
}

fn neighbour(number: i64) -> i64 {
    match number.rem_euclid(DECIMAL_SCALE) {
        1 => number - 1,
        rest if rest == DECIMAL_SCALE - 1 => number.saturating_add(1),
        _ => number,
    }
}

const fn turn_name(cell: u32) -> Option<&'static str> {
    Some(match cell {
        turn::TODAY => "today",
        turn::NOW => "now",
        turn::CHANNEL => "channel",
        turn::LANGUAGE => "language",
        turn::INTENT => "intent",
        turn::CONFIDENCE => "confidence",
        turn::MISSES => "misses",
        turn::SENTIMENT => "sentiment",
        turn::UTTERANCE => "utterance",
        turn::BUSINESS_HOURS => "business_hours",
        turn::REACHABLE => "reachable",
        turn::WAITED => "waited",
        _ => return None,
    })
}
