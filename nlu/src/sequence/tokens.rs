//! A text as what the sequence model labels: words, Chinese characters, marks, and values of other
//! entities as one each.

use crate::features::entity_char;
use crate::fold::{Folded, is_cjk};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// First byte in the text as it was written.
    pub(crate) start: usize,
    /// One past the last.
    pub(crate) end: usize,
    /// Folded.
    pub(crate) text: String,
    /// How it is written: letters, digits, marks.
    pub(crate) shape: u64,
    /// Whether it begins with a capital letter.
    pub(crate) capital: bool,
}

/// Cuts `text`, which begins at byte `offset` of the whole, and adds the parts to `tokens`.
pub(crate) fn cut(text: &str, offset: usize, tokens: &mut Vec<Token>) {
    let class = |c: char| match c {
        c if is_cjk(c) => 2,
        c if c.is_alphanumeric() => 1,
        c if c.is_whitespace() => 0,
        _ => 3,
    };
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let kind = class(first);
        if kind == 0 {
            continue;
        }
        let mut end = start + first.len_utf8();
        // Before letters an apostrophe begins a word: "Joe's" is the name and what belongs to it.
        let apostrophe = matches!(first, '\'' | '’');
        if kind == 1 || apostrophe {
            while let Some((at, c)) = chars.next_if(|(_, c)| class(*c) == 1) {
                end = at + c.len_utf8();
            }
        }
        let written = text.get(start..end).unwrap_or("");
        let folded = Folded::new(written).text;
        tokens.push(Token {
            start: offset + start,
            end: offset + end,
            text: folded.replace('’', "'"),
            shape: shape(written),
            capital: first.is_uppercase(),
        });
    }
}

/// A value of another entity in place of its words.
pub(crate) fn value(entity: u16, start: usize, end: usize) -> Token {
    Token { start, end, text: entity_char(entity).to_string(), shape: 0, capital: false }
}

/// The kinds of the characters of a word, runs of one kind as one; up to sixteen of them.
fn shape(written: &str) -> u64 {
    let kind = |c: char| match c {
        c if is_cjk(c) => 5,
        c if c.is_alphabetic() => 1,
        c if c.is_numeric() => 3,
        _ => 4,
    };
    let (mut shape, mut last, mut runs) = (0_u64, 0, 0);
    for c in written.chars() {
        let kind = kind(c);
        if kind != last && runs < 16 {
            (shape, last, runs) = (shape << 3 | kind, kind, runs + 1);
        }
    }
    // How many digits a number has says what it may be.
    let digits = written.chars().filter(|c| c.is_numeric()).take(7).count() as u64;
    shape << 3 | digits
}
