//! Arithmetic and comparison on cells, for every case: the interpreter always comes here, machine
//! code whenever its fast path does not apply. See [`super::Inst::Arith`] and
//! [`super::Inst::Compare`] for what holds.

use std::cmp::Ordering;

use flowright_nlu::value::{DAY_MS, Decimal};

use super::{ArithOp, Cell, CellKind, CompareOp, Note, RunContext};

/// `left op right`.
pub fn arith(op: ArithOp, left: Cell, right: Cell, cx: &mut RunContext) -> Cell {
    use ArithOp::{Add, Div, Mul, Sub};
    use CellKind::{Date, DateTime, Duration, Money, Number};
    let (l, r) = (left.bits, right.bits);
    let (kinds, scaled) = ((left.kind(), right.kind()), (Decimal(l), Decimal(r)));
    let plain =
        |kind: CellKind, bits: Option<i64>| bits.map_or(Cell::EMPTY, |bits| Cell::new(kind, bits));
    let money = |bits: Option<i64>| bits.map_or(Cell::EMPTY, |bits| Cell { meta: left.meta, bits });
    let decimal = |op: ArithOp| match op {
        Add => scaled.0.checked_add(scaled.1),
        Sub => scaled.0.checked_sub(scaled.1),
        Mul => scaled.0.checked_mul(scaled.1),
        Div => scaled.0.checked_div(scaled.1),
    };
    match (op, kinds) {
        (_, (Number, Number)) => plain(Number, decimal(op).map(|d| d.0)),
        (Add | Sub | Div, (Money, Money)) => {
            if left.meta != right.meta {
                cx.note(Note::CurrencyMismatch);
                return Cell::EMPTY;
            }
            let result = decimal(op).map(|d| d.0);
            if op == Div { plain(Number, result) } else { money(result) }
        }
        (Mul | Div, (Money, Number)) => money(decimal(op).map(|d| d.0)),
        (Add, (Date, Duration)) => plain(Date, in_days(l.checked_add(r / DAY_MS))),
        (Sub, (Date, Duration)) => plain(Date, in_days(l.checked_sub(r / DAY_MS))),
        (Sub, (Date, Date)) => {
            plain(Duration, l.checked_sub(r).and_then(|d| d.checked_mul(DAY_MS)))
        }
        (Add, (DateTime, Duration)) => plain(DateTime, l.checked_add(r)),
        (Sub, (DateTime, Duration)) => plain(DateTime, l.checked_sub(r)),
        (Sub, (DateTime, DateTime)) => plain(Duration, l.checked_sub(r)),
        (Add, (Duration, Duration)) => plain(Duration, l.checked_add(r)),
        (Sub, (Duration, Duration)) => plain(Duration, l.checked_sub(r)),
        // A count of milliseconds times a decimal is a count of milliseconds.
        (Mul, (Duration, Number)) => plain(Duration, decimal(Mul).map(|d| d.0)),
        (Div, (Duration, Number)) => plain(Duration, decimal(Div).map(|d| d.0)),
        (Div, (Duration, Duration)) => plain(Number, decimal(Div).map(|d| d.0)),
        _ => Cell::EMPTY,
    }
}

/// Days that a date can hold.
fn in_days(days: Option<i64>) -> Option<i64> {
    days.filter(|days| i32::try_from(*days).is_ok())
}

/// Minus.
#[must_use]
pub fn neg(src: Cell) -> Cell {
    match (src.kind(), src.bits.checked_neg()) {
        (CellKind::Number | CellKind::Money | CellKind::Duration, Some(bits)) => {
            Cell { meta: src.meta, bits }
        }
        _ => Cell::EMPTY,
    }
}

/// `left op right` as a bool.
pub fn compare(
    op: CompareOp,
    kind: CellKind,
    left: Cell,
    right: Cell,
    cx: &mut RunContext,
) -> Cell {
    Cell::bool(holds(op, kind, left, right, cx))
}

fn holds(op: CompareOp, kind: CellKind, left: Cell, right: Cell, cx: &mut RunContext) -> bool {
    if left.kind() != kind || right.kind() != kind || kind == CellKind::Empty {
        return false;
    }
    let order = match kind {
        CellKind::Text => match (text(left, cx), text(right, cx)) {
            (Some(l), Some(r)) => l.cmp(r),
            _ => return false,
        },
        CellKind::List | CellKind::Record => return false,
        CellKind::Money if left.meta != right.meta => {
            cx.note(Note::CurrencyMismatch);
            return false;
        }
        _ => left.bits.cmp(&right.bits),
    };
    match op {
        CompareOp::Eq => order == Ordering::Equal,
        CompareOp::Ne => order != Ordering::Equal,
        CompareOp::Lt => order == Ordering::Less,
        CompareOp::Le => order != Ordering::Greater,
        CompareOp::Gt => order == Ordering::Greater,
        CompareOp::Ge => order != Ordering::Less,
    }
}

/// The text of a text cell.
pub(super) fn text(cell: Cell, cx: &RunContext) -> Option<&str> {
    match (cell.kind(), cx.heap.get(cell.bits, &cx.program.strings)) {
        (CellKind::Text, Some(flowright_nlu::value::Value::Text(text))) => Some(text),
        _ => None,
    }
}
