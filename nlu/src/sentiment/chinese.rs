//! What Chinese words say: the longest word of the list at each place, and what the words before and
//! behind it make of it. Written without a word list or rules of others.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lexicon::{Entry, Kind, words};
use super::steps::step;
use crate::fold::is_cjk;

pub(super) const WORDS: &str = include_str!("chinese.txt");

/// What makes a word stronger or weaker stands no farther in front of it, in characters; what turns
/// it round, no farther than that.
const REACH: usize = 6;
const NEGATE_REACH: usize = 4;
/// Words of the list that are looked at in front of another.
const BEFORE_MAX: usize = 4;
/// What is not bad is not as good as the bad is bad.
const NOT_BAD: f64 = 0.5;
/// What comes before and after `但是`.
const BEFORE_TURN: f64 = 0.5;
const AFTER_TURN: f64 = 1.2;

struct Lexicon {
    /// Nothing if it could not be built, which a test rules out.
    find: Option<AhoCorasick>,
    entries: Vec<Entry>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let (found, entries): (Vec<_>, Vec<_>) = words(WORDS).unzip();
    let find = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(found).ok();
    Lexicon { find, entries }
});

pub(super) fn prepare() {
    LazyLock::force(&LEXICON);
}

/// A word of the list in a text.
struct Hit {
    entry: Entry,
    /// Its first character, one past its last.
    start: usize,
    end: usize,
    clause: usize,
    sentence: usize,
}

/// What the words of a sentence say of it as a whole.
#[derive(Default, Clone, Copy)]
struct Sentence {
    asks: bool,
    blames: bool,
    /// The number of the hit behind which words weigh more.
    turn: Option<usize>,
}

/// The strengths of all words together.
pub(super) fn sum(text: &str) -> f64 {
    if !text.chars().any(is_cjk) {
        return 0.0;
    }
    let (hits, sentences) = read(&plain(text));
    let mut sum = 0.0;
    for (number, hit) in hits.iter().enumerate() {
        let sentence = sentences.get(hit.sentence).copied().unwrap_or_default();
        let only_asks = sentence.asks && !sentence.blames;
        let strength = match hit.entry.kind {
            Kind::Feeling => hit.entry.strength,
            Kind::Fact if !only_asks => hit.entry.strength,
            _ => continue,
        };
        let weight = match sentence.turn {
            Some(turn) if number < turn => BEFORE_TURN,
            Some(_) => AFTER_TURN,
            None => 1.0,
        };
        sum += weight * in_context(&hits, number, hit, strength);
    }
    sum
}

/// Full-width signs and capitals as plain ones.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(|c| narrow(c).to_ascii_lowercase()).collect()
}

/// The words of the list in a text, and its sentences.
fn read(text: &str) -> (Vec<Hit>, Vec<Sentence>) {
    let (mut hits, mut sentences) = (Vec::new(), vec![Sentence::default()]);
    let (mut clause, mut at_byte, mut at_char) = (0, 0, 0);
    let mut between = |upto: usize, sentences: &mut Vec<Sentence>, clause: &mut usize| {
        for c in text.get(at_byte..upto).unwrap_or("").chars() {
            step();
            match c {
                ',' | ';' | '、' | ':' | '…' => *clause += 1,
                '。' | '!' | '?' | '\n' => {
                    if c == '?'
                        && let Some(last) = sentences.last_mut()
                    {
                        last.asks = true;
                    }
                    *clause += 1;
                    sentences.push(Sentence::default());
                }
                _ => {}
            }
            at_char += 1;
        }
        at_byte = upto;
        at_char
    };
    for found in LEXICON.find.iter().flat_map(|find| find.find_iter(text)) {
        let Some(entry) = LEXICON.entries.get(found.pattern().as_usize()) else { continue };
        let start = between(found.start(), &mut sentences, &mut clause);
        let number = hits.len();
        let first = hits.last().is_none_or(|last: &Hit| last.sentence + 1 < sentences.len());
        if let Some(sentence) = sentences.last_mut() {
            match entry.kind {
                Kind::Ask => sentence.asks = true,
                Kind::Blame => sentence.blames = true,
                Kind::Turn if !first => _ = sentence.turn.get_or_insert(number),
                _ => {}
            }
        }
        let (own, sentence) = (clause, sentences.len() - 1);
        let end = between(found.end(), &mut sentences, &mut clause);
        hits.push(Hit { entry: *entry, start, end, clause: own, sentence });
    }
    between(text.len(), &mut sentences, &mut clause);
    (hits, sentences)
}

/// What a word's neighbours make of its strength.
fn in_context(hits: &[Hit], number: usize, hit: &Hit, strength: f64) -> f64 {
    let mut felt = strength;
    let before = hits.get(..number).unwrap_or(&[]).iter().rev().take(BEFORE_MAX);
    for other in before {
        step();
        let Entry { kind, strength: by } = other.entry;
        let turns = matches!(kind, Kind::Negate | Kind::Forbid);
        let reach = if turns { NEGATE_REACH } else { REACH };
        let is_near = other.clause == hit.clause && hit.start - other.end <= reach;
        match kind {
            _ if !is_near => break,
            // What turned that one round does not turn this one.
            Kind::Feeling | Kind::Fact => break,
            Kind::More | Kind::Less => felt *= by,
            Kind::Negate | Kind::Forbid if felt > 0.0 => felt *= -by,
            Kind::Forbid => felt *= by,
            // "It is not broken" is no praise.
            Kind::Negate if hit.entry.kind == Kind::Fact => felt = 0.0,
            Kind::Negate => felt *= -by * NOT_BAD,
            _ => {}
        }
    }
    let behind = hits.get(number + 1).filter(|next| next.clause == hit.clause);
    match behind.map(|next| (next.entry, next.start - hit.end)) {
        Some((Entry { kind: Kind::After, strength: by }, 0 | 1)) => felt * by,
        _ => felt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_counts() {
        assert!(LEXICON.find.is_some());
        let strength = |word| words(WORDS).find(|(w, _)| *w == word).unwrap().1.strength;
        assert_eq!(sum("太好了"), strength("太好了"));
        assert_eq!(sum("差不多"), 0.0);
        assert_eq!(sum("垃圾"), strength("垃圾"));
        assert_eq!(sum("烦死了"), strength("烦") * 1.4);
        assert_eq!(sum("没有不满意"), strength("不满意") * -0.74 * NOT_BAD);
        assert_eq!(sum("不太满意"), strength("满意") * -0.45);
    }

    #[test]
    fn clauses_and_sentences_end_where_they_should() {
        assert!(sum("不,很好") > 0.0);
        assert_eq!(sum("坏了吗?"), 0.0);
        assert!(sum("能退吗?坏了。") < 0.0);
        assert!(sum("很好,但是太慢") < 0.0);
        assert!(sum("但是很好") > 0.0);
    }
}
