//! Numbers in English words: `twenty-five`, `two hundred and five`, `a dozen`, `three point five`.

use super::places::{of_word, place};
use crate::value::Decimal;

const SMALL: &[(&str, i64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

const SCALES: &[(&str, i64)] = &[
    ("dozen", 12),
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("grand", 1_000),
];

/// Words for two, with what they count behind them.
const COUPLES: [&str; 2] = ["a couple of", "a couple"];
/// What `one` is said with to ask for patience.
const MOMENTS: &[&str] = &[" moment", " second", " sec", " min ", " minute please"];

/// Words behind which `one` stands for a thing.
const POINTERS: &[&str] = &[
    "this", "that", "which", "the", "no", "any", "some", "each", "every", "another", "last",
    "next", "new", "other", "wrong", "right", "old",
];

fn look_up(table: &[(&str, i64)], word: &str) -> Option<i64> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The word at the start, and what follows.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()))
}

/// `million` behind digits: its length with the blank before it, and what it multiplies with.
pub(super) fn scale(text: &str) -> Option<(usize, i64)> {
    if word(text).0 == "k" {
        return Some((1, 1_000));
    }
    let blank = usize::from(text.starts_with(' '));
    let (name, _) = word(text.get(blank..)?);
    look_up(SCALES, name).map(|factor| (blank + name.len(), factor))
}

/// Whether `one` at `text[at..]` stands for a thing: `this one`, `one of them`, `one-way`.
pub(super) fn counts_nothing(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let (first, follows) = word(rest);
    let is_pointer = |word: &&str| {
        let before = before.trim_end().strip_suffix(*word);
        before.is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric()))
    };
    let last = before.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    // `the 2nd one`
    let is_place = place(last).is_some();
    let is_moment = MOMENTS.iter().any(|word| follows.starts_with(word));
    let compound = follows
        .strip_prefix('-')
        .is_some_and(|f| look_up(SCALES, word(f).0).is_none() && !word(f).0.is_empty());
    first == "one"
        && (is_place
            || POINTERS.iter().any(is_pointer)
            || compound
            || is_moment
            || follows.starts_with(" of "))
}

/// Whether the number in words `text[start..end]` is the beginning of a place or of a part:
/// `twenty-second`, `two hundred and first`, `one third`.
pub(super) fn is_place(text: &str, start: usize, end: usize) -> bool {
    let said = text.get(start..end).unwrap_or("");
    let Some(behind) = text.get(end..).and_then(|rest| rest.strip_prefix([' ', '-'])) else {
        return false;
    };
    let (next, _) = word(behind.strip_prefix("and ").unwrap_or(behind));
    let last = said.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let goes_on = look_up(SMALL, last).is_some_and(|value| value >= 20)
        || look_up(SCALES, last).is_some_and(|factor| factor != 12);
    // `one first class ticket`, `one second`
    let part = matches!(last, "one" | "a") && !matches!(next, "first" | "second");
    let large = matches!(next, "hundredth" | "thousandth" | "millionth");
    of_word(next).is_some() && !last.is_empty() && (goes_on || part || large)
}

#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    Article,
    Unit,
    Teen,
    Tens,
    Hundred,
    Scale,
    Done,
}

/// What has been read of a number.
struct Reading {
    total: i64,
    current: i64,
    last: Last,
    /// The scale before: the next is smaller.
    scale: i64,
    /// Its words are no one number: `five six seven`, `nineteen eighty-four`.
    broken: bool,
}

impl Reading {
    fn small(&mut self, value: i64) {
        use Last::{Done, Hundred, Nothing, Scale, Teen, Tens, Unit};
        let (fits, last) = match value {
            0 => (self.last == Nothing, Done),
            1..=9 => (matches!(self.last, Nothing | Tens | Hundred | Scale), Unit),
            10..=19 => (matches!(self.last, Nothing | Hundred | Scale), Teen),
            _ => (matches!(self.last, Nothing | Hundred | Scale), Tens),
        };
        self.broken |= !fits;
        self.current = self.current.saturating_add(value);
        self.last = last;
    }

    fn scale(&mut self, factor: i64) {
        let fits = match (factor, self.last) {
            (_, Last::Article) => true,
            (12, last) => last == Last::Unit && self.current < 10 && self.total == 0,
            (100, last) => matches!(last, Last::Unit | Last::Teen) && self.current < 100,
            (_, last) => last != Last::Done && self.current > 0 && factor < self.scale,
        };
        self.broken |= !fits;
        self.current = self.current.max(1).saturating_mul(factor);
        self.last = match factor {
            12 => Last::Done,
            100 => Last::Hundred,
            _ => {
                self.total = self.total.saturating_add(self.current);
                (self.current, self.scale) = (0, factor);
                Last::Scale
            }
        };
    }
}

/// The number at the start of `text`: its length in bytes, and its value where it has one.
pub(super) fn parse(text: &str) -> Option<(usize, Option<Decimal>)> {
    if let Some(rest) = text.strip_prefix("half a ") {
        let (name, _) = word(rest);
        let half = Decimal::from_int(look_up(SCALES, name)? / 2);
        return Some((text.len() - rest.len() + name.len(), half));
    }
    for words in COUPLES {
        let counted = text.strip_prefix(words).and_then(|rest| rest.strip_prefix(' '));
        if counted.is_some_and(|rest| rest.starts_with(char::is_alphabetic)) {
            return Some((words.len(), Decimal::from_int(2)));
        }
    }
    let mut reading =
        Reading { total: 0, current: 0, last: Last::Nothing, scale: i64::MAX, broken: false };
    let (mut at, mut length, mut joined) = (0, 0, false);
    loop {
        let rest = text.get(at..)?;
        let (name, follows) = word(rest);
        let article = (name == "a" || name == "an") && at == 0;
        if let Some(value) = look_up(SMALL, name) {
            reading.small(value);
            length = at + name.len();
        } else if let Some(factor) = look_up(SCALES, name).filter(|_| {
            // "A grand total" is no thousand.
            reading.last != Last::Nothing && !(reading.last == Last::Article && name == "grand")
        }) {
            reading.scale(factor);
            length = at + name.len();
        } else if article {
            reading.last = Last::Article;
        } else if name != "and" || !matches!(reading.last, Last::Hundred | Last::Scale) || joined {
            break;
        }
        joined = name == "and";
        at += name.len();
        match follows.chars().next().filter(|c| *c == ' ' || (*c == '-' && name != "and")) {
            Some(c) => at += c.len_utf8(),
            None => break,
        }
    }
    if length == 0 {
        return None;
    }
    // `three-quarters`, `two thirds`
    let parts = ["-quarter", " quarters", "-third", " thirds", "-fifth", " fifths"];
    let rest = text.get(length..)?;
    reading.broken |= parts.iter().any(|part| rest.starts_with(part));
    let whole = Decimal::from_int(reading.total.saturating_add(reading.current));
    let whole = whole.filter(|_| !reading.broken);
    Some(with_rest(text, length, whole))
}

/// `and a half` behind a whole number that ends at `length`, and a scale behind that: `two and a half
/// thousand`.
pub(super) fn with_half(
    text: &str,
    length: usize,
    whole: Decimal,
) -> Option<(usize, Option<Decimal>)> {
    const HALF: &str = " and a half";
    let rest = text.get(length..)?.strip_prefix(HALF)?;
    let value = whole.checked_add(Decimal(crate::value::DECIMAL_SCALE / 2));
    let Some((more, factor)) = scale(rest) else { return Some((length + HALF.len(), value)) };
    let value = value.zip(Decimal::from_int(factor)).and_then(|(v, f)| v.checked_mul(f));
    Some((length + HALF.len() + more, value))
}

/// `and a half`, `point five`.
fn with_rest(text: &str, length: usize, whole: Option<Decimal>) -> (usize, Option<Decimal>) {
    if let Some(found) = whole.and_then(|whole| with_half(text, length, whole)) {
        return found;
    }
    let rest = text.get(length..).unwrap_or("");
    let Some(mut after) = rest.strip_prefix(" point ") else { return (length, whole) };
    let mut digits = String::new();
    let mut end = length;
    while let (name, follows) = word(after)
        && let Some(value) = look_up(SMALL, name).filter(|value| *value < 10)
    {
        digits.push_str(&value.to_string());
        end = text.len() - follows.len();
        let Some(next) = follows.strip_prefix(' ') else { break };
        after = next;
    }
    if digits.is_empty() {
        return (length, whole);
    }
    let value = whole.and_then(|whole| Decimal::parse(&format!("{}.{digits}", whole.trunc())));
    (end, value)
}
