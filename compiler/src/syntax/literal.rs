//! Expressions that stand by themselves: values written in quotes by mistake, and what is asked about a
//! session.

use super::ast::{Expr, ExprKind, UnaryOp};
use super::lower::Lower;
use super::pest_bridge::{Rule, run};

/// No value that is written out is longer than this.
const BYTES_MAX: usize = 48;

/// Nor is what is asked.
const ASKED_BYTES_MAX: usize = 4_096;

/// What a text would be if its quotes were not there, where that is one value and nothing else:
/// a number, an amount, a day, a time, a length of time, `true` or `false`.
pub(crate) fn literal(text: &str) -> Option<Expr> {
    if text.len() > BYTES_MAX {
        return None;
    }
    expression(text).filter(is_value)
}

/// An expression and nothing else.
pub(crate) fn expression(text: &str) -> Option<Expr> {
    if text.len() > ASKED_BYTES_MAX || text != text.trim() {
        return None;
    }
    let node = run(Rule::expr, text, 0).ok()?;
    let mut lower = Lower::new(text, &[]);
    let expr = lower.expr(&node);
    let whole = node.span.start == 0 && node.span.end as usize == text.len();
    (whole && lower.faults.is_empty()).then_some(expr)
}

fn is_value(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(_)
        | ExprKind::Duration(_)
        | ExprKind::Date(_)
        | ExprKind::Time(_) => true,
        ExprKind::Unary(UnaryOp::Neg, inner) => is_value(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_by_its_form_alone() {
        for text in ["404", "-5", "12_000.5", "70%", "CNY 100", "2026-06-01", "09:30", "4h", "true"]
        {
            assert!(literal(text).is_some(), "{text}");
        }
        for text in ["", "three", "404 or so", "2026-02-30", "25:00", "1 + 2", "yes", " 4", "\"4\""]
        {
            assert!(literal(text).is_none(), "{text}");
        }
    }
}
