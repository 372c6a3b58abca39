//! Numbers in a text: in digits, in Chinese, in English words, with their sign.
//!
//! Every number of a text is found once, as a span. A span may have no value: what is written there
//! could mean two things, or is no number. Nothing inside of it is taken for one.

use super::{Found, digits, english, han, ranges};
use crate::fold::{is_cjk, stands_alone};
use crate::lang::Lang;
use crate::value::{Decimal, Value};

/// A number at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: Option<Decimal>,
    /// Digits behind a decimal sign, where it is written in digits alone.
    pub(super) decimals: usize,
}

/// The numbers of one folded text, in order.
pub(super) struct Numbers(Vec<Span>);

const MINUS: &[&str] = &["minus ", "negative ", "-", "−", "负", "零下"];

impl Numbers {
    /// Finds them.
    pub(super) fn of(folded: &str, lang: Lang) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        let mut skip_to = 0;
        for (start, c) in folded.char_indices() {
            if start < skip_to {
                continue;
            }
            let Some(span) = span_at(folded, start, lang) else {
                // A word is read as a whole.
                if c.is_ascii_alphabetic() {
                    let rest = folded.get(start..).unwrap_or("");
                    let word = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                    skip_to = start + word;
                }
                continue;
            };
            skip_to = span.end;
            spans.push(span);
        }
        ranges::blur(folded, &mut spans);
        Self(spans)
    }

    /// The number that begins at `start`.
    pub(super) fn at(&self, start: usize) -> Option<(Span, Decimal)> {
        let i = self.0.binary_search_by_key(&start, |span| span.start).ok()?;
        let span = *self.0.get(i)?;
        Some((span, span.value?))
    }

    /// Whether `at` lies behind the start of a number and before its end.
    pub(super) fn is_inside(&self, at: usize) -> bool {
        let next = self.0.partition_point(|span| span.start < at);
        next.checked_sub(1).and_then(|i| self.0.get(i)).is_some_and(|span| at < span.end)
    }
}

/// Every number in a folded text that says how many or how much: none that says which one.
pub(super) fn find(folded: &str, lang: Lang) -> Vec<Found> {
    let mut found = find_with_places(folded, lang);
    found.retain(|found| {
        !han::is_place(folded, found.start) && !english::is_place(folded, found.start, found.end)
    });
    found
}

/// Every number in a folded text, and the numbers of places: `第二`.
pub(super) fn find_with_places(folded: &str, lang: Lang) -> Vec<Found> {
    let spans = Numbers::of(folded, lang).0;
    let alone = spans.into_iter().filter(|s| {
        stands_alone(folded, s.start, s.end) && !english::counts_nothing(folded, s.start)
    });
    let found = |span: Span| {
        Some(Found { start: span.start, end: span.end, value: Value::Number(span.value?) })
    };
    alone.filter_map(found).collect()
}

/// A whole number that is all of `text`: in digits, Chinese or English words.
pub(super) fn whole(text: &str) -> Option<i64> {
    let span = span_at(text, 0, Lang::EN).filter(|span| span.end == text.len())?;
    span.value.filter(|value| value.is_integer()).map(Decimal::trunc)
}

fn span_at(folded: &str, start: usize, lang: Lang) -> Option<Span> {
    let rest = folded.get(start..)?;
    let before = folded.get(..start)?.chars().next_back();
    // The middle of a word.
    if rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && before.is_some_and(|c| c.is_ascii_alphanumeric())
    {
        return None;
    }
    let minus = MINUS.iter().find(|sign| rest.starts_with(*sign)).map_or(0, |sign| sign.len());
    if minus > 0 {
        let span = magnitude(folded, start + minus, lang)?;
        // `A-12` and `--3` are no -12 and -3.
        let is_sign = !before.is_some_and(|c| c == '-' || (c.is_alphanumeric() && !is_cjk(c)));
        let value = span.value.filter(|_| is_sign).map(|value| Decimal(-value.0));
        return Some(Span { start, value, ..span });
    }
    magnitude(folded, start, lang)
}

/// A number without its sign.
fn magnitude(folded: &str, start: usize, lang: Lang) -> Option<Span> {
    let rest = folded.get(start..)?;
    let span = |(length, value): (usize, Option<Decimal>)| Span {
        start,
        end: start + length,
        value,
        decimals: 0,
    };
    if let Some(run) = digits::run(rest, lang) {
        let after = rest.get(run.length..)?;
        if han::begins_with_unit(after) {
            return han::parse(rest, lang).map(span);
        }
        let scale = english::scale(after);
        let value = match scale {
            Some((_, factor)) => {
                run.value.zip(Decimal::from_int(factor)).and_then(|(v, f)| v.checked_mul(f))
            }
            None => run.value.filter(|_| !han::is_vague(after)),
        };
        let length = run.length + scale.map_or(0, |(length, _)| length);
        // `2 and a half`, `2个半`
        let more = run.value.filter(|_| scale.is_none() && run.decimals == 0).and_then(|whole| {
            english::with_half(rest, length, whole).or_else(|| {
                let (more, value) = han::and_a_half(after, whole)?;
                Some((length + more, value))
            })
        });
        if let Some(found) = more {
            return Some(span(found));
        }
        let decimals = if scale.is_some() { 0 } else { run.decimals };
        return Some(Span { decimals, ..span((length, value)) });
    }
    if rest.starts_with(is_cjk) {
        let found = han::parse(rest, lang).map(span)?;
        return (!han::counts_nothing(folded, start)).then_some(found);
    }
    english::parse(rest).map(span)
}
