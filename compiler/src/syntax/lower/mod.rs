//! Matched rules to the syntax tree. Total: a node that is not of the form expected becomes an
//! `Error` node, never a panic.

mod allows;
mod bodies;
mod decls;
mod depth;
mod exprs;
mod flows;
mod members;
mod migrate;
mod plurals;
mod routes;
mod tests;
mod texts;

use flowright_nlu::value::Decimal;

pub(super) use self::allows::Allows;
pub(super) use self::depth::Depth;
use super::ast::{Name, Spanned};
use super::pest_bridge::{Node, Rule};
use crate::base::Span;
use crate::diag::Code;

/// What is wrong with something that has its form: a literal without a value, a tree too deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) at: Span,
    pub(super) message: String,
    pub(super) label: &'static str,
    /// Where the first of two is.
    pub(super) first: Option<Span>,
    pub(super) help: &'static str,
}

/// What lowering works with: the chunk's text, the documentation in it, and the faults it finds.
pub(super) struct Lower<'t> {
    /// The chunk; spans index into it.
    pub(super) text: &'t str,
    /// Start of a token and the `///` lines directly above it, ordered by start.
    pub(super) docs: &'t [(u32, String)],
    /// What is wrong with what has its form.
    pub(super) faults: Vec<Fault>,
    /// Every `allow` inside the declaration.
    pub(super) allows: Allows,
    /// How deep things are at the place.
    pub(super) depth: Depth,
}

impl<'t> Lower<'t> {
    /// At the start of a chunk.
    pub(super) fn new(text: &'t str, docs: &'t [(u32, String)]) -> Self {
        let (allows, depth) = (Allows::default(), Depth::default());
        Self { text, docs, faults: Vec::new(), allows, depth }
    }

    fn str(&self, node: &Node) -> &str {
        self.slice(node.span)
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    fn doc(&self, span: Span) -> Option<String> {
        let found = self.docs.binary_search_by_key(&span.start, |(start, _)| *start).ok()?;
        self.docs.get(found).map(|(_, doc)| doc.clone())
    }

    fn name(&self, node: &Node) -> Name {
        Name { text: self.str(node).to_owned(), span: node.span }
    }

    /// The first name among the children.
    fn first_name(&self, node: &Node) -> Option<Name> {
        let mut names =
            node.children.iter().filter(|c| matches!(c.rule, Rule::ident | Rule::dotted));
        names.next().map(|name| self.name(name))
    }

    /// Like [`Lower::first_name`], for rules that always have one.
    fn own_name(&self, node: &Node) -> Name {
        self.first_name(node).unwrap_or(Name { text: String::new(), span: node.span })
    }

    /// Every name among the children.
    fn names(&self, node: &Node) -> Vec<Name> {
        let is_name = |c: &&Node| matches!(c.rule, Rule::ident | Rule::dotted);
        node.children.iter().filter(is_name).map(|name| self.name(name)).collect()
    }

    fn fault(&mut self, at: Span, message: impl Into<String>, help: &'static str) {
        let (code, message) = (Code::E0108, message.into());
        self.faults.push(Fault { code, at, message, label: "", first: None, help });
    }

    fn number(&mut self, node: &Node) -> Spanned<Decimal> {
        let value = Decimal::parse(self.str(node)).unwrap_or_else(|| {
            let message = format!("`{}` is not a number that fits", self.str(node));
            self.fault(node.span, message, "numbers go up to 9 223 372 036 854 with six decimals");
            Decimal::ZERO
        });
        Spanned { value, span: node.span }
    }

    /// A percentage as a share of one.
    fn percent(&mut self, node: &Node) -> Spanned<Decimal> {
        let digits = self.str(node).trim_end_matches('%').to_owned();
        let share = Decimal::parse(&digits)
            .and_then(|percent| percent.checked_div(Decimal::from_int(100)?))
            .unwrap_or_else(|| {
                let message = format!("`{digits}%` is not a percentage that fits");
                self.fault(
                    node.span,
                    message,
                    "write a number with at most four decimals, as `12.5%`",
                );
                Decimal::ZERO
            });
        Spanned { value: share, span: node.span }
    }

    /// A duration in milliseconds.
    fn duration(&mut self, node: &Node) -> Spanned<i64> {
        let text = self.str(node);
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let unit_ms = match text.trim_start_matches(|c: char| c.is_ascii_digit()) {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 604_800_000,
        };
        let total = digits.parse::<i64>().ok().and_then(|count| count.checked_mul(unit_ms));
        let value = total.unwrap_or_else(|| {
            let message = format!("`{}` is too long", self.str(node));
            self.fault(node.span, message, "write a shorter time span");
            0
        });
        Spanned { value, span: node.span }
    }

    /// A time of day in seconds since midnight.
    fn time(&mut self, node: &Node) -> Spanned<u32> {
        let (hours, minutes) = self.str(node).split_once(':').unwrap_or_default();
        let parts = hours.parse::<u32>().ok().zip(minutes.parse::<u32>().ok());
        let valid = parts.filter(|(h, m)| (*h < 24 && *m < 60) || (*h == 24 && *m == 0));
        let value = valid.map_or_else(
            || {
                let message = format!("there is no time `{}`", self.str(node));
                self.fault(node.span, message, "hours go from 00 to 23, minutes from 00 to 59");
                0
            },
            |(h, m)| h * 3600 + m * 60,
        );
        Spanned { value, span: node.span }
    }

    /// A calendar day.
    fn date(&mut self, node: &Node) -> Spanned<flowright_nlu::value::Date> {
        let mut parts = self.str(node).split('-').map(str::parse::<i16>);
        let ymd = (parts.next(), parts.next(), parts.next());
        let date = match ymd {
            (Some(Ok(y)), Some(Ok(m)), Some(Ok(d))) => i8::try_from(m)
                .ok()
                .zip(i8::try_from(d).ok())
                .and_then(|(m, d)| flowright_nlu::value::Date::from_ymd(y, m, d)),
            _ => None,
        };
        let value = date.unwrap_or_else(|| {
            let message = format!("there is no day `{}`", self.str(node));
            self.fault(node.span, message, "write year-month-day, as `2026-06-15`");
            flowright_nlu::value::Date(0)
        });
        Spanned { value, span: node.span }
    }
}
