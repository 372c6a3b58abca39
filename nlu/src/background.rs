//! Utterances that no bot is for: what the classifier takes as examples of nothing.
//!
//! A bot with one intent has no other intent to tell it from; without these every text would be
//! that intent. They also show which words are only the mortar of a language ("I want to", "请问").

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::features;
use crate::lang::Lang;

const EN: &str = include_str!("background/en.txt");
const ZH: &str = include_str!("background/zh.txt");
/// Everyday English words of four letters and more in their first forms, irregular ones also in their
/// others, written for Flowright. Sorted, several to a line.
const WORDS: &str = include_str!("background/words.txt");

/// Utterances in which a word stands from which on it is mortar.
const MORTAR_FROM: usize = 3;

/// An utterance is like a bot's own when more than one in so many of its words is known there.
const LIKE_FROM: usize = 3;

/// Utterances for a bot of these languages; all there are when none of its languages is among them.
pub(crate) fn utterances(languages: &[Lang]) -> Vec<&'static str> {
    let sets = [(Lang::EN, EN), (Lang::ZH, ZH)];
    let known = sets.iter().any(|(lang, _)| languages.contains(lang));
    let chosen = sets.iter().filter(|(lang, _)| !known || languages.contains(lang));
    chosen.flat_map(|(_, text)| text.lines()).filter(|line| !line.is_empty()).collect()
}

/// Those of `utterances`, folded, that the texts of a bot say little like: a bot that tells the
/// weather is for "will it rain".
pub(crate) fn unlike<'t>(
    utterances: impl Iterator<Item = String>,
    texts: impl Iterator<Item = &'t str>,
) -> Vec<String> {
    let known: HashSet<u64> = texts.flat_map(features::words).collect();
    let unlike = |utterance: &String| {
        let said: Vec<u64> =
            features::words(utterance).into_iter().filter(|w| !is_mortar(*w)).collect();
        let alike = said.iter().filter(|word| known.contains(word)).count();
        alike * LIKE_FROM <= said.len()
    };
    utterances.filter(unlike).collect()
}

/// Hashes of the words that say little by themselves, sorted.
static MORTAR: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for line in utterances(&[]) {
        let mut words = features::extract(&features::fold_text(line)).words;
        words.sort_unstable();
        words.dedup();
        words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
    }
    let often = counts.into_iter().filter(|(_, count)| *count >= MORTAR_FROM);
    let mut words: Vec<u64> = often.map(|(word, _)| word).collect();
    words.sort_unstable();
    words
});

/// English words that everybody uses, folded.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let utterances = EN.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    utterances.chain(WORDS.split_whitespace()).collect()
});

/// Whether a folded word is one that everybody uses, in any of its regular forms.
pub(crate) fn is_common(word: &str) -> bool {
    COMMON.contains(word) || is_plural(word) || is_inflected(word)
}

/// Whether a word is the regular plural of a common one, or its third person.
fn is_plural(word: &str) -> bool {
    let Some(stem) = word.strip_suffix('s') else { return false };
    let hisses =
        |stem: &str| ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| stem.ends_with(end));
    if let Some(stem) = stem.strip_suffix("ie") {
        return COMMON.contains(format!("{stem}y").as_str());
    }
    COMMON.contains(stem) && !hisses(stem)
        || stem.strip_suffix('e').is_some_and(|stem| COMMON.contains(stem) && hisses(stem))
}

/// Whether a word is a regular form of a common one in "-ed" or "-ing".
fn is_inflected(word: &str) -> bool {
    let doubled = |stem: &str| {
        let mut letters = stem.chars().rev();
        let last = letters.next();
        let once = stem.get(..stem.len() - last.map_or(0, char::len_utf8));
        once.filter(|_| last == letters.next()).is_some_and(|once| COMMON.contains(once))
    };
    let of_verb = |stem: &str| {
        COMMON.contains(stem) && !stem.ends_with('e')
            || COMMON.contains(format!("{stem}e").as_str())
            || doubled(stem)
    };
    word.strip_suffix("ed").or(word.strip_suffix("ing")).is_some_and(of_verb)
        || word.strip_suffix("ied").is_some_and(|s| COMMON.contains(format!("{s}y").as_str()))
}

/// Whether a word says little by itself.
pub(crate) fn is_mortar(word: u64) -> bool {
    MORTAR.binary_search(&word).is_ok()
}
