//! The runtime library: one implementation for both executors.

use flowright_nlu::lang::Lang;
use flowright_nlu::locale::{ShowContext, show};
use flowright_nlu::value::{DECIMAL_SCALE, Date, Value};

use super::arith::{compare, text};
use super::{Cell, CellKind, CompareOp, Helper, Note, RunContext, turn};
use crate::base::limits::TEXT_BYTES_MAX;

/// Calls a helper. Missing arguments count as empty.
pub fn call(helper: Helper, args: &[Cell], cx: &mut RunContext) -> Cell {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Cell::EMPTY);
    match helper {
        Helper::Contains => contains(arg(0), arg(1), cx),
        Helper::ListContains => list_contains(arg(0), arg(1), cx),
        Helper::Matches(regex) => {
            let found = text(arg(0), cx).zip(cx.regexes.get(regex as usize));
            Cell::bool(found.is_some_and(|(text, regex)| regex.is_match(text)))
        }
        Helper::TextLength => text(arg(0), cx).map_or(Cell::EMPTY, |t| count(t.chars().count())),
        Helper::ListCount => list(arg(0), cx).map_or(Cell::EMPTY, |items| count(items.len())),
        Helper::ListFirst => list_item(arg(0), cx, |items| items.first().cloned()),
        Helper::ListLast => list_item(arg(0), cx, |items| items.last().cloned()),
        Helper::Lower => map_text(arg(0), cx, |t| t.to_lowercase()),
        Helper::Upper => map_text(arg(0), cx, |t| t.to_uppercase()),
        Helper::Concat => match (text(arg(0), cx), text(arg(1), cx)) {
            (Some(left), Some(right)) => {
                let both = joined(left, right);
                push_text(both, cx)
            }
            _ => Cell::EMPTY,
        },
        Helper::Round => round(arg(0)),
        Helper::Abs => match arg(0).bits.checked_abs() {
            Some(bits) if is_quantity(arg(0)) => Cell { meta: arg(0).meta, bits },
            _ => Cell::EMPTY,
        },
        Helper::Min => extreme(arg(0), arg(1), false, cx),
        Helper::Max => extreme(arg(0), arg(1), true, cx),
        Helper::Weekday => date_part(arg(0), |d| i64::from(d.weekday().to_monday_one_offset())),
        Helper::Day => date_part(arg(0), |d| i64::from(d.day())),
        Helper::Month => date_part(arg(0), |d| i64::from(d.month())),
        Helper::Year => date_part(arg(0), |d| i64::from(d.year())),
        Helper::DateOf => date_of(arg(0), cx),
        Helper::DaysBetween => days_between(arg(0), arg(1)),
        Helper::ToText => to_text(arg(0), cx),
        Helper::Field(number) => match cx.heap.get(arg(0).bits, &cx.program.strings) {
            Some(Value::Record(fields)) if arg(0).kind() == CellKind::Record => {
                let field = fields.get(number as usize).cloned().flatten();
                cx.heap.cell(field.as_ref())
            }
            _ => Cell::EMPTY,
        },
    }
}

fn count(n: usize) -> Cell {
    let bits = i64::try_from(n).ok().and_then(|n| n.checked_mul(DECIMAL_SCALE));
    bits.map_or(Cell::EMPTY, |bits| Cell::new(CellKind::Number, bits))
}

const fn is_quantity(cell: Cell) -> bool {
    matches!(cell.meta as u8, 2 | 3 | 7)
}

fn push_text(text: String, cx: &mut RunContext) -> Cell {
    Cell::new(CellKind::Text, cx.heap.push(Value::Text(text)))
}

/// Both texts, as far as a text goes: one that is put together from itself again and again would
/// grow without end.
fn joined(left: &str, right: &str) -> String {
    let mut both = String::with_capacity((left.len() + right.len()).min(TEXT_BYTES_MAX));
    both.push_str(left);
    both.push_str(right);
    both.truncate(both.floor_char_boundary(TEXT_BYTES_MAX));
    both
}

fn map_text(cell: Cell, cx: &mut RunContext, map: impl Fn(&str) -> String) -> Cell {
    match text(cell, cx).map(map) {
        Some(text) => push_text(text, cx),
        None => Cell::EMPTY,
    }
}

fn contains(whole: Cell, part: Cell, cx: &RunContext) -> Cell {
    let texts = text(whole, cx).zip(text(part, cx));
    Cell::bool(texts.is_some_and(|(w, p)| w.to_lowercase().contains(&p.to_lowercase())))
}

fn list(cell: Cell, cx: &RunContext) -> Option<&[Value]> {
    match (cell.kind(), cx.heap.get(cell.bits, &cx.program.strings)) {
        (CellKind::List, Some(Value::List(items))) => Some(items),
        _ => None,
    }
}

fn list_item(cell: Cell, cx: &mut RunContext, pick: impl Fn(&[Value]) -> Option<Value>) -> Cell {
    let item = list(cell, cx).and_then(pick);
    cx.heap.cell(item.as_ref())
}

fn list_contains(whole: Cell, item: Cell, cx: &RunContext) -> Cell {
    let wanted = cx.heap.value(item, &cx.program.strings);
    Cell::bool(list(whole, cx).zip(wanted).is_some_and(|(items, wanted)| items.contains(&wanted)))
}

/// Nearest whole number, halves away from zero.
fn round(cell: Cell) -> Cell {
    if cell.kind() != CellKind::Number {
        return Cell::EMPTY;
    }
    let half = if cell.bits < 0 { -DECIMAL_SCALE / 2 } else { DECIMAL_SCALE / 2 };
    let rounded = cell.bits.checked_add(half).map(|bits| bits / DECIMAL_SCALE * DECIMAL_SCALE);
    rounded.map_or(Cell::EMPTY, |bits| Cell::new(CellKind::Number, bits))
}

fn extreme(left: Cell, right: Cell, largest: bool, cx: &mut RunContext) -> Cell {
    let kind = left.kind();
    if left.is_empty() || right.is_empty() || kind != right.kind() {
        return Cell::EMPTY;
    }
    if kind == CellKind::Money && left.meta != right.meta {
        cx.note(Note::CurrencyMismatch);
        return Cell::EMPTY;
    }
    let op = if largest { CompareOp::Ge } else { CompareOp::Le };
    if compare(op, kind, left, right, cx).is_true() { left } else { right }
}

fn date_part(cell: Cell, part: impl Fn(jiff::civil::Date) -> i64) -> Cell {
    let days = i32::try_from(cell.bits).ok().filter(|_| cell.kind() == CellKind::Date);
    let bits = days.and_then(|days| part(Date(days).to_civil()).checked_mul(DECIMAL_SCALE));
    bits.map_or(Cell::EMPTY, |bits| Cell::new(CellKind::Number, bits))
}

fn date_of(cell: Cell, cx: &RunContext) -> Cell {
    if cell.kind() != CellKind::DateTime {
        return Cell::EMPTY;
    }
    let zone = jiff::tz::TimeZone::get(&cx.program.bot.timezone).ok();
    let instant = jiff::Timestamp::from_millisecond(cell.bits).ok();
    let day = zone.zip(instant).map(|(zone, at)| Date::from_civil(zone.to_datetime(at).date()));
    day.map_or(Cell::EMPTY, |day| Cell::new(CellKind::Date, i64::from(day.0)))
}

fn days_between(from: Cell, to: Cell) -> Cell {
    if from.kind() != CellKind::Date || to.kind() != CellKind::Date {
        return Cell::EMPTY;
    }
    let bits = to.bits.checked_sub(from.bits).and_then(|days| days.checked_mul(DECIMAL_SCALE));
    bits.map_or(Cell::EMPTY, |bits| Cell::new(CellKind::Number, bits))
}

/// As an English text shows it.
fn to_text(cell: Cell, cx: &mut RunContext) -> Cell {
    let today = cx.spaces.first().and_then(|turn| turn.get(turn::TODAY as usize));
    let today = today.and_then(|cell| i32::try_from(cell.bits).ok()).unwrap_or_default();
    let shown = ShowContext { today: Date(today), timezone: cx.program.bot.timezone.clone() };
    let value = cx.heap.value(cell, &cx.program.strings);
    match value.and_then(|value| show(&value, Lang::EN, &shown)) {
        Some(text) => push_text(text, cx),
        None => Cell::EMPTY,
    }
}
