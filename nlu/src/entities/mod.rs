//! Values in utterances: declared patterns and choices, and the built-in kinds.

mod amounts;
pub(crate) mod answers;
mod choices;
mod codes;
mod dates;
mod digits;
mod durations;
mod english;
mod gaps;
mod han;
mod idioms;
pub(crate) mod learned;
mod money;
mod negation;
mod numbers;
mod overlaps;
mod places;
mod ranges;
mod references;
mod spellings;
mod times;

pub(crate) use overlaps::without_overlaps;
pub use places::{place, places_in};
use regex::{Regex, RegexBuilder};

use crate::features;
use crate::fold::{Folded, as_written, stands_alone};
use crate::lang::Lang;
use crate::spec::{Builtin, EntityId, EntityKind, EntitySpec, Example, Piece};
use crate::understand::{Context, EntityMatch};
use crate::value::{Date, Value};

/// Compiled size of one pattern.
const REGEX_BYTES_MAX: usize = 1 << 20;
/// Matches of one entity in one utterance.
const MATCHES_MAX: usize = 64;

/// A value in a folded text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Value,
}

/// Compiles a declared pattern, case ignored.
pub(crate) fn build_regex(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|e| e.to_string())
}

/// Finds the entities of one project.
#[derive(Debug)]
pub(crate) struct Finder {
    kinds: Vec<FinderKind>,
    learned: Option<learned::LearnedFinder>,
}

#[derive(Debug)]
enum FinderKind {
    Builtin(Builtin),
    Pattern {
        base: Builtin,
        regexes: Vec<Regex>,
    },
    Choice(choices::ChoiceFinder),
    /// All of these are found at once.
    Learned,
}

impl Finder {
    /// Prepares to find the entities; fails with the message of a pattern that does not compile.
    pub(crate) fn new(entities: &[EntitySpec]) -> Result<Self, String> {
        let kind = |spec: &EntitySpec| {
            Ok(match &spec.kind {
                EntityKind::Builtin(builtin) => FinderKind::Builtin(*builtin),
                EntityKind::Pattern { base, regexes } => FinderKind::Pattern {
                    base: *base,
                    regexes: regexes
                        .iter()
                        .map(|r| build_regex(r))
                        .collect::<Result<_, String>>()?,
                },
                EntityKind::Choice(options) => {
                    FinderKind::Choice(choices::ChoiceFinder::new(options))
                }
                EntityKind::Learned => FinderKind::Learned,
            })
        };
        let kinds = entities.iter().map(kind).collect::<Result<_, String>>()?;
        Ok(Self { kinds, learned: None })
    }

    /// Also finds what was learned.
    pub(crate) fn with_learned(self, model: &learned::LearnedModel) -> Self {
        Self { learned: learned::LearnedFinder::new(model), ..self }
    }

    /// Every match of every entity but plain text, in order of entity and place.
    pub(crate) fn find_all(&self, text: &str, cx: &Context) -> Vec<EntityMatch> {
        self.find_all_in(text, &Folded::new(text), cx)
    }

    /// The same of a text that is folded already.
    pub(crate) fn find_all_in(
        &self,
        text: &str,
        folded: &Folded,
        cx: &Context,
    ) -> Vec<EntityMatch> {
        let mut all = Vec::new();
        for (number, kind) in (0..).zip(&self.kinds) {
            if !matches!(kind, FinderKind::Builtin(Builtin::Text)) {
                all.extend(self.matches(text, folded, EntityId(number), kind, cx));
            }
        }
        if let Some(learned) = &self.learned {
            all.extend(learned.find(text, &all, None));
            all.sort_by_key(|found| found.entity);
        }
        all
    }

    /// Every match of one entity.
    pub(crate) fn find(&self, text: &str, entity: EntityId, cx: &Context) -> Vec<EntityMatch> {
        let Some(kind) = self.kinds.get(usize::from(entity.0)) else { return Vec::new() };
        let folded = Folded::new(text);
        if let (FinderKind::Learned, Some(learned)) = (kind, &self.learned) {
            let mut others = Vec::new();
            for number in learned.whole() {
                if let Some(kind) = self.kinds.get(usize::from(*number)) {
                    others.extend(self.matches(text, &folded, EntityId(*number), kind, cx));
                }
            }
            let mut found = learned.find(text, &others, Some(entity));
            found.retain(|found| found.entity == entity);
            return found;
        }
        self.matches(text, &folded, entity, kind, cx)
    }

    fn matches(
        &self,
        text: &str,
        folded: &Folded,
        entity: EntityId,
        kind: &FinderKind,
        cx: &Context,
    ) -> Vec<EntityMatch> {
        let found = match kind {
            FinderKind::Builtin(Builtin::Reference) => self.references(&folded.text),
            FinderKind::Builtin(builtin) => find_builtin(&folded.text, *builtin, cx),
            FinderKind::Pattern { base, regexes } => {
                pattern_matches(text, folded, *base, regexes, cx)
            }
            FinderKind::Choice(finder) => finder.find(&folded.text),
            FinderKind::Learned => Vec::new(),
        };
        let mut found = without_overlaps(found);
        found.truncate(MATCHES_MAX);
        let negated = negation::of(&folded.text, &found);
        let ends = ranges::ends(&folded.text, &found, &negated, gaps::between);
        let place = |((found, negated), range_end): ((Found, bool), bool)| {
            let (start, end) = folded.original(found.start, found.end);
            // Plain text and addresses are kept as they were written, not as they were folded.
            let value = match (&found.value, kind) {
                (Value::Text(_), FinderKind::Builtin(builtin)) => {
                    let written = text.get(start..end).unwrap_or("").trim();
                    Value::Text(match builtin {
                        Builtin::Text => written.to_owned(),
                        _ => one_width(written),
                    })
                }
                _ => found.value,
            };
            EntityMatch { entity, start, end, value, negated, range_end }
        };
        found.into_iter().zip(negated).zip(ends).map(place).collect()
    }

    /// References, without what is the name of a choice here: `RTX4090`.
    fn references(&self, folded: &str) -> Vec<Found> {
        let mut found = references::find(folded);
        for kind in &self.kinds {
            if let (FinderKind::Choice(choices), false) = (kind, found.is_empty()) {
                let named = choices.find_exact(folded);
                let is_name =
                    |f: &Found| named.iter().any(|n| n.start <= f.start && f.end <= n.end);
                found.retain(|found| !is_name(found));
            }
        }
        found
    }

    /// An example with each annotated entity as one character, values in its plain parts masked as
    /// in an utterance.
    pub(crate) fn mask_example(&self, example: &Example, masked: &[u16]) -> String {
        let nobody = nobody();
        let mut out = String::new();
        for piece in &example.pieces {
            match piece {
                Piece::Slot { entity, .. } => out.push(features::entity_char(entity.0)),
                Piece::Text(text) => {
                    let found = self.find_all(text, &nobody);
                    out.push_str(&MaskedText::new(text, &found, masked).text);
                }
            }
        }
        out
    }
}

/// Where examples are read: on some day, nowhere.
fn nobody() -> Context {
    Context { today: Date(20_000), now_ms: 0, timezone: "UTC".to_owned(), lang: Lang::EN }
}

/// A folded text in which some values are one character each.
pub(crate) struct MaskedText {
    pub(crate) text: String,
    /// Numbers of the matches that were put in place, in order of place.
    pub(crate) used: Vec<usize>,
}

impl MaskedText {
    /// Masks the matches of the entities in `masked`: the longest first, then the first declared.
    pub(crate) fn new(text: &str, matches: &[EntityMatch], masked: &[u16]) -> Self {
        let used = Self::chosen(matches, masked);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in used.iter().filter_map(|i| matches.get(*i)) {
            out.push_str(&features::fold_text(text.get(at..found.start).unwrap_or("")));
            out.push(features::entity_char(found.entity.0));
            at = found.end;
        }
        out.push_str(&features::fold_text(text.get(at..).unwrap_or("")));
        Self { text: out, used }
    }

    /// Numbers of the matches that are put in place, in order of place.
    fn chosen(matches: &[EntityMatch], masked: &[u16]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..matches.len())
            .filter(|i| matches.get(*i).is_some_and(|m| masked.binary_search(&m.entity.0).is_ok()))
            .collect();
        order.sort_by_key(|i| matches.get(*i).map(|m| (usize::MAX - (m.end - m.start), m.entity)));
        let mut used: Vec<usize> = Vec::new();
        for i in order {
            let Some(candidate) = matches.get(i) else { continue };
            let overlaps = |other: &usize| {
                matches
                    .get(*other)
                    .is_some_and(|o| o.start < candidate.end && candidate.start < o.end)
            };
            if !used.iter().any(overlaps) {
                used.push(i);
            }
        }
        used.sort_by_key(|i| matches.get(*i).map(|m| m.start));
        used
    }

    /// A masked text without spaces and punctuation, to compare whole utterances.
    pub(crate) fn key(masked: &str) -> String {
        let keeps = |c: &char| c.is_alphanumeric() || ('\u{e000}'..='\u{f8ff}').contains(c);
        masked.chars().filter(keeps).collect()
    }
}

/// The word of a choice in the form in which it is looked for.
#[must_use]
pub fn folded_words(words: &str) -> String {
    features::fold_text(words.trim())
}

/// Every number in a text, in order, read as English and Chinese write them, and places (`第二个`);
/// without those that are named to say that they are not meant, and those that are one of two.
#[must_use]
pub fn numbers_in(text: &str) -> Vec<Value> {
    let folded = Folded::new(text).text;
    let found = numbers::find_with_places(&folded, Lang::EN);
    let negated = negation::of(&folded, &found);
    let ends = ranges::ends(&folded, &found, &negated, gaps::between);
    let meant = found.into_iter().zip(negated.into_iter().zip(ends));
    meant.filter(|(_, (negated, end))| !negated && !end).map(|(found, _)| found.value).collect()
}

/// For each of some labels, whether a text names it only to say that it is not meant.
#[must_use]
pub fn denied(text: &str, labels: &[String]) -> Vec<bool> {
    let folded = Folded::new(text).text;
    let mut found = Vec::new();
    for (number, label) in (0..).zip(labels) {
        let words = folded_words(label);
        for (start, _) in folded.match_indices(&words).filter(|_| !words.is_empty()) {
            let end = start + words.len();
            if stands_alone(&folded, start, end) {
                found.push(Found { start, end, value: Value::Choice(number) });
            }
        }
    }
    let mut found = without_overlaps(found);
    found.truncate(MATCHES_MAX);
    let negated = negation::of(&folded, &found);
    let all = |number: u16| {
        let own = found.iter().zip(&negated).filter(|(f, _)| f.value == Value::Choice(number));
        let mut own = own.map(|(_, negated)| *negated).peekable();
        own.peek().is_some() && own.all(|negated| negated)
    };
    (0..).zip(labels).map(|(number, _)| all(number)).collect()
}

/// Values of one built-in kind.
fn find_builtin(folded: &str, builtin: Builtin, cx: &Context) -> Vec<Found> {
    match builtin {
        Builtin::Text => {
            let trimmed = folded.trim();
            let start = folded.len() - folded.trim_start().len();
            let (end, value) = (start + trimmed.len(), Value::Text(trimmed.to_owned()));
            if trimmed.is_empty() { Vec::new() } else { vec![Found { start, end, value }] }
        }
        Builtin::Number => numbers::find(folded, cx.lang),
        Builtin::Percent => amounts::find_percent(folded, cx.lang),
        Builtin::Money => money::find(folded, cx.lang),
        Builtin::Duration => durations::find(folded, cx.lang),
        Builtin::Date => dates::find(folded, cx),
        Builtin::Time => times::find(folded),
        Builtin::DateTime => times::find_with_day(folded, cx),
        Builtin::Bool => answers::find_bool(folded),
        Builtin::Email => codes::find_email(folded),
        Builtin::Phone => codes::find_phone(folded),
        Builtin::Url => codes::find_url(folded),
        Builtin::Reference => references::find(folded),
    }
}

/// `ａｎｎ＠ａｃｍｅ．ｃｏｍ` as it is used: `ann@acme.com`.
fn one_width(written: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    written.nfkc().collect()
}

/// Matches of declared patterns. The value is capture group 1, or the whole match, as written. A
/// pattern may be written in traditional or in simplified characters.
fn pattern_matches(
    text: &str,
    folded: &Folded,
    base: Builtin,
    regexes: &[Regex],
    cx: &Context,
) -> Vec<Found> {
    let written = as_written(text);
    let mut texts = vec![folded.text.as_str()];
    if written != folded.text {
        texts.push(&written);
    }
    let mut found = Vec::new();
    for (regex, searched) in regexes.iter().flat_map(|r| texts.iter().map(move |t| (r, t))) {
        for captures in regex.captures_iter(searched) {
            let Some(whole) = captures.get(0).filter(|m| !m.is_empty()) else { continue };
            if !stands_alone(searched, whole.start(), whole.end()) {
                continue;
            }
            let inner = captures.get(1).unwrap_or(whole);
            let value = match base {
                Builtin::Text | Builtin::Email | Builtin::Phone | Builtin::Url => {
                    let (start, end) = folded.original(inner.start(), inner.end());
                    Some(Value::Text(one_width(text.get(start..end).unwrap_or(""))))
                }
                base => {
                    let inner = folded.text.get(inner.range()).unwrap_or("");
                    find_builtin(inner, base, cx).into_iter().next().map(|f| f.value)
                }
            };
            if let Some(value) = value {
                found.push(Found { start: whole.start(), end: whole.end(), value });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
