//! Which of a few languages an utterance is in.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::fold::is_cjk;
use crate::lang::Lang;

/// Letters below which Latin words inside Chinese say nothing: names of things, messages of errors.
const LATIN_PER_HAN: usize = 8;
/// Characters that are looked at.
const LOOKED_AT_CHARS_MAX: usize = crate::understand::UTTERANCE_CHARS_MAX;
/// Latin words that are written among those of any other alphabet: `report`, `iPhone case`.
const BORROWED_WORDS: usize = 2;
/// Words that make a sentence English, whatever names are in it.
const ENGLISH: &[&str] = &[
    "the", "a", "an", "is", "are", "was", "were", "do", "does", "did", "i", "i'm", "my", "me",
    "we", "you", "your", "it", "to", "of", "in", "on", "for", "with", "and", "or", "not", "what",
    "where", "when", "how", "why", "who", "can", "could", "please", "this", "that", "have", "has",
    "from", "by", "at",
];
/// Characters that do the same for Chinese. Names of people and places have none of them.
const CHINESE: &str = "的了是我你您吗不要有这那就也都怎什么们请把被给没还可帮下吧呢个";

/// What letters belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Han,
    Kana,
    Hangul,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Thai,
    Devanagari,
}

/// All but those of Chinese and Japanese.
const OTHERS: [Script; 8] = [
    Script::Latin,
    Script::Hangul,
    Script::Cyrillic,
    Script::Greek,
    Script::Arabic,
    Script::Hebrew,
    Script::Thai,
    Script::Devanagari,
];

/// The language of `text` among those given, by its script. `None` when it does not tell: digits,
/// emoji, codes, addresses, or a script that none or several of the languages are written in.
#[must_use]
pub fn detect(text: &str, among: &[Lang]) -> Option<Lang> {
    let text = match text.is_ascii() {
        true => Cow::Borrowed(text.get(..LOOKED_AT_CHARS_MAX).unwrap_or(text)),
        false => text.nfkc().take(LOOKED_AT_CHARS_MAX).collect(),
    };
    let words = words(&text);
    let letters = |of: Script| {
        words.iter().filter(|word| word.script == of).map(|word| word.letters).sum::<usize>()
    };
    // Japanese is written in the characters of Chinese too.
    let (han, latin) = (letters(Script::Han), letters(Script::Latin));
    if letters(Script::Kana) > 0 {
        return the_one(among, Script::Kana);
    }
    if han > 0 && (latin == 0 || is_chinese(&words, han, latin)) {
        return the_one(among, Script::Han);
    }
    let most = OTHERS.into_iter().max_by_key(|script| letters(*script))?;
    let count = words.iter().filter(|word| word.script == most).count();
    let borrowed = most == Script::Latin
        && count <= BORROWED_WORDS
        && among
            .iter()
            .any(|lang| OTHERS.contains(&script_of(*lang)) && script_of(*lang) != Script::Latin);
    (letters(most) > 1 && !borrowed).then(|| the_one(among, most)).flatten()
}

/// Whether Chinese with Latin words in it is Chinese: by the words that hold a sentence together,
/// and by how much there is of each where those do not tell.
fn is_chinese(words: &[Word<'_>], han: usize, latin: usize) -> bool {
    let is_english = |word: &Word<'_>| {
        let word = word.text.replace('’', "'").to_lowercase();
        ENGLISH.contains(&word.as_str())
    };
    let is_chinese =
        |word: &Word<'_>| word.script == Script::Han && word.text.contains(|c| CHINESE.contains(c));
    match (words.iter().any(is_chinese), words.iter().any(is_english)) {
        (true, false) => true,
        (false, true) => false,
        _ => han * LATIN_PER_HAN >= latin,
    }
}

/// The only one of the languages that is written in a script.
fn the_one(among: &[Lang], script: Script) -> Option<Lang> {
    let mut own = among.iter().filter(|lang| script_of(**lang) == script);
    let first = own.next()?;
    own.next().is_none().then_some(*first)
}

/// What a language is written in; Latin letters, where nothing else is known of it.
fn script_of(lang: Lang) -> Script {
    match lang.to_string().as_str() {
        "zh" => Script::Han,
        "ja" => Script::Kana,
        "ko" => Script::Hangul,
        "ru" | "uk" | "be" | "bg" | "mk" | "sr" | "kk" | "ky" | "mn" | "tg" => Script::Cyrillic,
        "el" => Script::Greek,
        "ar" | "fa" | "ur" | "ps" | "ug" => Script::Arabic,
        "he" | "yi" => Script::Hebrew,
        "th" => Script::Thai,
        "hi" | "mr" | "ne" => Script::Devanagari,
        _ => Script::Latin,
    }
}

fn script(c: char) -> Option<Script> {
    Some(match c {
        'a'..='z' | 'A'..='Z' => Script::Latin,
        // Most of what is looked at.
        '\0'..='\u{7f}' => return None,
        '\u{3040}'..='\u{30ff}' => Script::Kana,
        c if is_cjk(c) => Script::Han,
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}' => {
            Script::Hangul
        }
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Arabic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        c if c.is_alphabetic() && u32::from(c) < 0x250 => Script::Latin,
        '\u{1e00}'..='\u{1eff}' => Script::Latin,
        _ => return None,
    })
}

/// A word, by what its first letter belongs to.
struct Word<'t> {
    script: Script,
    letters: usize,
    text: &'t str,
}

/// The words of a text. Addresses and codes such as `PO-12` are of no language.
fn words(text: &str) -> Vec<Word<'_>> {
    let han = |c: char| script(c) == Some(Script::Han);
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        // Where Chinese begins and ends, words do.
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| han(c) != han(first)).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = after;
            let is_address = run.contains("://") || run.contains('@') || run.starts_with("www.");
            if is_address || run.contains(|c: char| c.is_ascii_digit()) {
                continue;
            }
            for text in run.split(|c| script(c).is_none() && c != '\'' && c != '’') {
                let Some(script) = text.chars().find_map(script) else { continue };
                words.push(Word { script, letters: text.chars().count(), text });
            }
        }
    }
    words
}
