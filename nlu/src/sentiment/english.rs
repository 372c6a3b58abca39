//! What English words say, by the published rules of VADER (C.J. Hutto, E.E. Gilbert: VADER, a
//! parsimonious rule-based model for sentiment analysis of social media text, ICWSM 2014) and with
//! its words (`vader.txt`, MIT, `vader.LICENSE`).
//!
//! Of the crates that have it, `vader_sentiment` 0.1 and `vader-sentimental` 0.1 differ from VADER
//! in the rule for "at least" and add up in the order of a hash map, which changes from run to run;
//! `vader-parity` 0.1 is VADER to the last bit. None lets the words be changed, and VADER's are those of
//! public talk: "can you help me please" (0.61) is gladder than "it is good" (0.44) there, "my credit
//! card" is praise, and "how do I file a complaint?" is one. `english.txt` says what such words mean
//! to a company, and adds what is said to one.
//!
//! Other than in VADER, a comma ends what "not" turns round ("no, great"), words reach four words
//! back, not three ("I don't think it is good"), and a question says nothing by the state of affairs
//! that it asks about. What there is of `never so` and `but` is as it is there, a sentence at a time.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::{Entry, Kind, words};
use super::steps::step;
use crate::fold::is_cjk;

pub(super) const VADER: &str = include_str!("vader.txt");
pub(super) const WORDS: &str = include_str!("english.txt");

/// How far back a word looks, and how much what stands there counts.
const REACH: [f64; 4] = [1.0, 0.95, 0.9, 0.85];
/// What capitals add where not all is written in them.
const CAPITALS: f64 = 0.733;
/// "Never so happy".
const NEVER_SO: f64 = 1.25;
const BEFORE_BUT: f64 = 0.5;
const AFTER_BUT: f64 = 1.5;

struct Lexicon {
    entries: HashMap<String, Entry>,
    /// Words that longer ones begin with, and of how many words the longest of those is.
    begins: HashMap<&'static str, usize>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let (mut entries, mut begins) = (HashMap::new(), HashMap::new());
    for (word, entry) in words(VADER).chain(words(WORDS)) {
        if let Some((first, _)) = word.split_once('_') {
            let longest: &mut usize = begins.entry(first).or_default();
            *longest = word.split('_').count().max(*longest);
        }
        // A question word says so at the beginning only: elsewhere it is what else it is.
        if entry.kind != Kind::Ask {
            entries.insert(word.replace('_', " "), entry);
        }
    }
    Lexicon { entries, begins }
});

/// Words that a sentence begins with which asks.
static ASKS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let asks = words(WORDS).filter(|(_, entry)| entry.kind == Kind::Ask);
    asks.map(|(word, _)| word).collect()
});

pub(super) fn prepare() {
    LazyLock::force(&LEXICON);
    LazyLock::force(&ASKS);
}

/// A word as it stands in the text.
struct Token {
    /// Where it is in the text in lower case.
    start: usize,
    end: usize,
    capitals: bool,
    clause: usize,
    sentence: usize,
}

/// A word, or several that mean one thing.
struct Item {
    entry: Option<Entry>,
    is_never: bool,
    is_so: bool,
    capitals: bool,
    clause: usize,
    sentence: usize,
}

/// A text, cut into words.
#[derive(Default)]
struct Text {
    lower: String,
    tokens: Vec<Token>,
    /// Whether each sentence asks.
    asks: Vec<bool>,
}

/// The strengths of all words together.
pub(super) fn sum(text: &str) -> f64 {
    let text = Text::new(text);
    let capitals = text.tokens.iter().filter(|token| token.capitals).count();
    let is_mixed = capitals > 0 && capitals < text.tokens.len();
    let items = text.items();
    let buts = buts(&items, text.asks.len());
    let mut sum = 0.0;
    for (number, item) in items.iter().enumerate() {
        let asks = text.asks.get(item.sentence).copied().unwrap_or(false);
        let strength = match item.entry {
            Some(Entry { kind: Kind::Feeling, strength }) => strength,
            Some(Entry { kind: Kind::Fact, strength }) if !asks => strength,
            _ => continue,
        };
        let weight = match buts.get(item.sentence).copied().flatten() {
            Some(but) if number < but => BEFORE_BUT,
            Some(_) => AFTER_BUT,
            None => 1.0,
        };
        sum += weight * in_context(&items, number, item, strength, is_mixed);
    }
    sum
}

/// What a word's neighbours make of its strength.
fn in_context(items: &[Item], number: usize, item: &Item, strength: f64, is_mixed: bool) -> f64 {
    let louder = |of: &Item| if is_mixed && of.capitals { CAPITALS } else { 0.0 };
    let mut felt = strength + louder(item).copysign(strength);
    let before = items.get(..number).unwrap_or(&[]).iter().rev();
    let mut so = false;
    for (other, share) in before.zip(REACH).take_while(|(other, _)| other.clause == item.clause) {
        step();
        so |= other.is_so;
        let Some(Entry { kind, strength: by }) = other.entry else { continue };
        match kind {
            Kind::More => felt += ((by + louder(other)) * share).copysign(felt),
            Kind::Less => felt -= (by * share).copysign(felt),
            Kind::Negate if other.is_never && so => felt *= NEVER_SO,
            // "It is not broken" is no praise.
            Kind::Negate if is_bad_fact(item) && felt < 0.0 => felt = 0.0,
            Kind::Negate => felt *= -by,
            _ => {}
        }
    }
    felt
}

fn is_bad_fact(item: &Item) -> bool {
    item.entry.is_some_and(|entry| entry.kind == Kind::Fact && entry.strength < 0.0)
}

/// The first "but" of each sentence that something stands before.
fn buts(items: &[Item], sentences: usize) -> Vec<Option<usize>> {
    let mut buts = vec![None; sentences];
    for (number, pair) in items.windows(2).enumerate() {
        let [before, item] = pair else { continue };
        let is_but = item.entry.is_some_and(|entry| entry.kind == Kind::Turn);
        if is_but
            && before.sentence == item.sentence
            && let Some(but @ None) = buts.get_mut(item.sentence)
        {
            *but = Some(number + 1);
        }
    }
    buts
}

impl Text {
    fn new(text: &str) -> Self {
        let mut read = Self { asks: vec![false], ..Self::default() };
        let (mut clause, mut letters, mut lower_case) = (0, 0, false);
        let mut start = None;
        let mut chars = text.chars().chain([' ']).peekable();
        while let Some(c) = chars.next() {
            step();
            let joins = matches!(c, '\'' | '\u{2019}' | '-') && start.is_some();
            let goes_on = joins && chars.peek().is_some_and(|next| is_word(*next));
            if is_word(c) || goes_on {
                start.get_or_insert(read.lower.len());
                letters += usize::from(c.is_alphabetic());
                lower_case |= c.is_alphabetic() && !c.is_uppercase();
                match c {
                    '\u{2019}' => read.lower.push('\''),
                    c => read.lower.extend(c.to_lowercase()),
                }
                continue;
            }
            if let Some(start) = start.take() {
                let sentence = read.asks.len() - 1;
                let capitals = letters > 1 && !lower_case;
                let end = read.lower.len();
                read.tokens.push(Token { start, end, capitals, clause, sentence });
                read.lower.push(' ');
                (letters, lower_case) = (0, false);
            }
            let ends = matches!(c, '!' | '?' | '\n' | '\u{ff01}' | '\u{ff1f}' | '。')
                || (c == '.' && chars.peek().is_none_or(|next| next.is_whitespace()));
            if ends {
                read.end_sentence(matches!(c, '?' | '\u{ff1f}'));
            }
            if ends || is_cjk(c) || matches!(c, ',' | ';' | ':' | '(' | ')' | '\u{ff0c}' | '、') {
                clause += 1;
            }
        }
        read.end_sentence(false);
        read
    }

    /// Notes whether the last sentence asks, and begins the next.
    fn end_sentence(&mut self, question_mark: bool) {
        let sentence = self.asks.len() - 1;
        let own = self.tokens.iter().rev().take_while(|token| token.sentence == sentence);
        let first =
            own.inspect(|_| step()).last().and_then(|token| self.lower.get(token.start..token.end));
        let why = first == Some("why");
        let asks = question_mark || first.is_some_and(|first| ASKS.contains(&first));
        if let Some(last) = self.asks.last_mut() {
            *last = asks && !why;
        }
        if first.is_some() {
            self.asks.push(false);
        }
    }

    /// The words, the longest of the list at each place.
    fn items(&self) -> Vec<Item> {
        let mut items = Vec::with_capacity(self.tokens.len());
        let mut rest = self.tokens.as_slice();
        while let Some(first) = rest.first() {
            let word = self.lower.get(first.start..first.end).unwrap_or("");
            let longest = LEXICON.begins.get(word).copied().unwrap_or(1).min(rest.len());
            let found = (1..=longest).rev().find_map(|count| {
                step();
                let words = rest.get(..count)?;
                // "No, thank you" is one thing in spite of its comma.
                let last = words.last().filter(|last| last.sentence == first.sentence)?;
                let text = self.lower.get(first.start..last.end)?;
                Some((count, text, *LEXICON.entries.get(text)?))
            });
            let (count, text, entry) = match found {
                Some((count, text, entry)) => (count, text, Some(entry)),
                None => (1, word, negated(word)),
            };
            items.push(Item {
                entry,
                is_never: text == "never",
                is_so: matches!(text, "so" | "this" | "such"),
                capitals: first.capitals,
                clause: first.clause,
                sentence: first.sentence,
            });
            rest = rest.get(count..).unwrap_or(&[]);
        }
        items
    }
}

/// "Ain't", and whatever else ends so.
fn negated(word: &str) -> Option<Entry> {
    word.ends_with("n't").then_some(Entry { kind: Kind::Negate, strength: 0.74 })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() && !is_cjk(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_vader() {
        // Strengths and rules of the reference, worked out by hand.
        let near = |text: &str, wanted: f64| {
            let found = sum(text);
            assert!((found - wanted).abs() < 1e-9, "{text}: {found}, not {wanted}");
        };
        near("it is good", 1.9);
        near("it is very good", 1.9 + 0.293);
        near("it is really very good", 1.9 + 0.293 + 0.293 * 0.95);
        near("it is slightly good", 1.9 - 0.293);
        near("it is not good", 1.9 * -0.74);
        near("it isn’t very good", (1.9 + 0.293) * -0.74);
        near("it is GOOD", 1.9 + 0.733);
        near("IT IS GOOD", 1.9);
        near("never so good", (1.9 + 0.293) * 1.25);
        near("good but bad", 1.9 * 0.5 - 2.5 * 1.5);
    }

    #[test]
    fn a_comma_ends_what_not_turns_round_and_a_question_only_asks() {
        assert!(sum("no, good") > 0.0);
        assert!(sum("no good") < 0.0);
        assert_eq!(sum("what if it is broken"), 0.0);
        assert!(sum("why is it broken?") < 0.0);
        assert!(sum("It is broken. What now?") < 0.0);
        assert!(sum("v1.2 is broken") < 0.0);
    }
}
