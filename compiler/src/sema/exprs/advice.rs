//! Kinds that do not go together: how they are brought together, with the change where it is
//! mechanical.

use crate::base::Span;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::ir::Type;
use crate::sema::cx::Checker;
use crate::syntax::ast::{self, ExprKind, TemplatePart, UnaryOp};
use crate::syntax::literal::literal;

/// What to do, in words, and what to change.
pub(in crate::sema) struct Advice {
    pub(in crate::sema) help: String,
    pub(in crate::sema) change: Option<Change>,
}

/// A change of the source.
pub(in crate::sema) enum Change {
    /// Something is written otherwise.
    To(Span, String),
    /// Something stands around it: before, behind.
    Around(Span, &'static str, &'static str),
}

impl Advice {
    pub(in crate::sema) fn new(help: impl Into<String>) -> Self {
        Self { help: help.into(), change: None }
    }

    pub(in crate::sema) fn to(self, at: Span, text: impl Into<String>) -> Self {
        Self { change: Some(Change::To(at, text.into())), ..self }
    }

    pub(in crate::sema) fn around(
        self,
        at: Span,
        before: &'static str,
        behind: &'static str,
    ) -> Self {
        Self { change: Some(Change::Around(at, before, behind)), ..self }
    }
}

impl Checker<'_> {
    /// Reports a finding with a piece of advice.
    pub(in crate::sema) fn report_with(&mut self, finding: Diagnostic, advice: Advice) {
        let mut finding = finding.help(advice.help);
        match advice.change {
            Some(Change::To(at, text)) => {
                finding = finding.fix(format!("write `{text}`"), self.at(at), text);
            }
            Some(Change::Around(at, before, behind)) => {
                let place = |at| self.at(Span::new(at, at));
                let edits = vec![
                    Edit { at: place(at.start), text: before.to_owned() },
                    Edit { at: place(at.end), text: behind.to_owned() },
                ];
                let title = format!("put `{before}` before it and `{behind}` behind it");
                finding.fixes.push(Fix { title, edits });
            }
            None => {}
        }
        self.report(finding);
    }
}

/// How what is written is written as a value of another type; nothing where it is not known to be
/// meant so.
pub(in crate::sema) fn written_as(wanted: &Type, given: &ast::Expr, got: &Type) -> Option<Advice> {
    if let Some(text) = text_of(given) {
        return without_quotes(wanted, text, given.span);
    }
    let number = match &given.kind {
        ExprKind::Number(number) => Some(*number),
        _ => None,
    };
    Some(match (wanted, got) {
        (Type::Text, Type::Bool) => return None,
        (Type::Text, _) if is_literal(given) => {
            Advice::new("a text stands in quotes").around(given.span, "\"", "\"")
        }
        (Type::Time, Type::Duration | Type::Number) => {
            let advice =
                |time: &str| format!("a time of day is written with its minutes: `{time}`");
            match time_of(given) {
                Some(time) => Advice::new(advice(&time)).to(given.span, time),
                None => Advice::new(advice("09:30")),
            }
        }
        (Type::Duration, Type::Number) => of_what(number.map(|number| number.to_string())),
        (Type::Number, Type::Duration) if is_literal(given) => {
            Advice::new("a number stands without a unit")
        }
        (Type::Money, Type::Number) => {
            let amount = number.map_or("100".to_owned(), |number| number.to_string());
            Advice::new(format!("say in which currency: `CNY {amount}`"))
        }
        (Type::Date | Type::DateTime, Type::Number) if number.is_some() => {
            Advice::new("a day is written `2026-06-15`, or counted from another: `today + 14d`")
        }
        (Type::Date, Type::DateTime) => Advice::new("`date_of(…)` is the day of an instant"),
        (Type::Date, Type::Duration) => Advice::new("count from a day, as `today + 14d`"),
        (Type::DateTime, Type::Duration) => Advice::new("count from an instant, as `now + 2h`"),
        (Type::Bool, Type::Number) => {
            let word = match number.map(|number| number.to_string()).as_deref() {
                Some("1") => "true",
                Some("0") => "false",
                _ => return None,
            };
            Advice::new("a bool is `true` or `false`").to(given.span, word)
        }
        _ => return None,
    })
}

/// A value in quotes, where a text is not wanted.
fn without_quotes(wanted: &Type, text: &str, span: Span) -> Option<Advice> {
    let (what, example) = match wanted {
        Type::Number => ("a number", "12"),
        Type::Money => ("an amount", "CNY 100"),
        Type::Date => ("a day", "2026-06-15"),
        Type::Time => ("a time of day", "09:30"),
        Type::Duration => ("a length of time", "2h"),
        Type::Bool => ("a bool", "true"),
        _ => return None,
    };
    let words = match wanted {
        Type::Bool => "a bool is `true` or `false`, without quotes".to_owned(),
        _ => format!("{what} is written without quotes"),
    };
    let written = literal(text).filter(|value| type_of(value).as_ref() == Some(wanted));
    Some(match written {
        Some(_) if *wanted == Type::Bool => Advice::new(words).to(span, text),
        Some(_) => Advice::new(format!("{words}: `{text}`")).to(span, text),
        None if *wanted == Type::Bool => Advice::new(words),
        None => Advice::new(format!("{words}, as `{example}`")),
    })
}

/// A number that is to be a length of time.
pub(super) fn of_what(number: Option<String>) -> Advice {
    Advice::new(match number {
        Some(n) => format!("say of what: `{n}d` are days, `{n}h` hours, `{n}m` minutes"),
        None => "say of what: `3d` is three days, `2h` two hours".to_owned(),
    })
}

/// The time of day that `9h` or `9` may mean.
fn time_of(expr: &ast::Expr) -> Option<String> {
    const DAY_MIN: i64 = 24 * 60;
    let minutes = match &expr.kind {
        ExprKind::Duration(ms) if ms % 60_000 == 0 => ms / 60_000,
        ExprKind::Number(hours) if hours.is_integer() => hours.trunc().checked_mul(60)?,
        _ => return None,
    };
    let within = (0..DAY_MIN).contains(&minutes);
    within.then(|| format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

/// The text of a string without placeholders.
pub(super) fn text_of(expr: &ast::Expr) -> Option<&str> {
    let ExprKind::Str(template) = &expr.kind else { return None };
    match template.parts.as_slice() {
        [] => Some(""),
        [TemplatePart::Literal { text, .. }] => Some(text),
        _ => None,
    }
}

/// Whether a value is written out, other than as a text.
fn is_literal(expr: &ast::Expr) -> bool {
    type_of(expr).is_some()
}

/// The type of a value that is written out.
pub(super) fn type_of(expr: &ast::Expr) -> Option<Type> {
    Some(match &expr.kind {
        ExprKind::Bool(_) => Type::Bool,
        ExprKind::Number(_) | ExprKind::Percent(_) => Type::Number,
        ExprKind::Money(_) => Type::Money,
        ExprKind::Duration(_) => Type::Duration,
        ExprKind::Date(_) => Type::Date,
        ExprKind::Time(_) => Type::Time,
        ExprKind::Unary(UnaryOp::Neg, inner) => type_of(inner)?,
        _ => return None,
    })
}

/// A number that is written out, as advice shows it.
pub(super) fn number_of(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
