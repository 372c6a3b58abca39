//! Changes texts and bytes: a little at random places, or pieces of one put into another.

use flowright_compiler::syntax::lex;
use flowright_engine::explore::Random;

/// Bytes of a changed text at most: what goes wrong goes wrong in small texts too, and sooner.
const TEXT_MAX: usize = 6_000;
/// Changes made at once.
const CHANGES_MAX: usize = 6;

/// Pieces that mean something to the language, or break what does.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "->",
    ",",
    ":",
    ".",
    "=",
    "==",
    "!=",
    "<=",
    "..",
    "{{",
    "}}",
    "\\",
    "\\u{1F600}",
    "//",
    "///",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u{FEFF}",
    "\0",
    "é",
    "中文",
    "订单",
    "👍🏽",
    "\u{202E}",
    "0",
    "-1",
    "99999999999999999999",
    "1.5",
    "2026-02-30",
    "2026-06-15",
    "25:61",
    "CNY 100",
    "10m",
    "50%",
    "r\"",
    "and",
    "or",
    "not",
    "has",
    "reachable",
    "is",
    "in",
    "when",
    "otherwise",
    "flow",
    "state",
    "slot",
    "intent",
    "entity",
    "action",
    "effect",
    "route",
    "ensure",
    "before",
    "test",
    "user",
    "bot",
    "say",
    "fill",
    "do",
    "set",
    "clear",
    "choose",
    "confirm",
    "call",
    "handoff",
    "end",
    "resolved",
    "wait",
    "goto",
    "on",
    "silence",
    "migrate",
    "allow",
    "use",
    "std.repair",
    "customer",
    "reveal",
    "because",
    "personal",
    "visible to",
    "number",
    "date",
    "money",
    "text",
    "one_of",
    "list of",
    "optional",
    "plural",
    "{n, plural,",
];

/// A text made of one of `seeds`.
pub fn text(random: &mut Random, seeds: &[String]) -> String {
    let mut text = random.pick(seeds).cloned().unwrap_or_default();
    window(random, &mut text);
    for _ in 0..=random.below(CHANGES_MAX) {
        change(random, &mut text, seeds);
        if text.len() > TEXT_MAX {
            text.truncate(text.floor_char_boundary(TEXT_MAX));
        }
    }
    text
}

/// Long texts are cut to a part of them.
fn window(random: &mut Random, text: &mut String) {
    if text.len() > TEXT_MAX / 2 {
        let from = random.below(text.len() - TEXT_MAX / 4);
        let to = from + TEXT_MAX / 4 + random.below(TEXT_MAX / 2);
        let (from, to) = (text.floor_char_boundary(from), text.floor_char_boundary(to));
        *text = text.get(from..to).unwrap_or("").to_owned();
    }
}

fn place(random: &mut Random, text: &str) -> usize {
    text.floor_char_boundary(random.below(text.len() + 1))
}

fn change(random: &mut Random, text: &mut String, seeds: &[String]) {
    match random.below(9) {
        0 | 1 => {
            let at = place(random, text);
            text.insert_str(at, random.pick(PIECES).copied().unwrap_or(""));
        }
        2 | 3 => token(random, text),
        4 => {
            let (one, other) = (place(random, text), place(random, text));
            let (from, to) = (one.min(other), one.max(other).min(one.min(other) + 200));
            text.replace_range(from..text.floor_char_boundary(to).max(from), "");
        }
        5 => {
            // A piece said again.
            let (one, other) = (place(random, text), place(random, text));
            let piece = text.get(one.min(other)..one.max(other)).unwrap_or("").to_owned();
            let at = place(random, text);
            text.insert_str(at, piece.get(..piece.floor_char_boundary(300)).unwrap_or(""));
        }
        6 => {
            // A piece of another text.
            let other = random.pick(seeds).map_or("", String::as_str);
            let (one, two) = (place(random, other), place(random, other));
            let piece = other.get(one.min(two)..one.max(two)).unwrap_or("");
            let piece = piece.get(..piece.floor_char_boundary(800)).unwrap_or("").to_owned();
            let at = place(random, text);
            text.insert_str(at, &piece);
        }
        7 => {
            // One thing many times over.
            let piece = random.pick(PIECES).copied().unwrap_or("").repeat(1 + random.below(400));
            let at = place(random, text);
            text.insert_str(at, &piece);
        }
        _ => text.truncate(place(random, text)),
    }
}

/// Drops, doubles or swaps a token.
fn token(random: &mut Random, text: &mut String) {
    let tokens = lex(text);
    let Some(token) = random.pick(&tokens) else { return };
    let range = token.span.range();
    let own = text.get(range.clone()).unwrap_or("").to_owned();
    match random.below(3) {
        0 => text.replace_range(range, ""),
        1 => text.insert_str(range.end, &own),
        _ => {
            let other = random.pick(&tokens).map_or(range.clone(), |other| other.span.range());
            let other = text.get(other).unwrap_or("").to_owned();
            text.replace_range(range, &other);
        }
    }
}

/// Changed bytes.
pub fn bytes(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(CHANGES_MAX) {
        let at = random.below(bytes.len().max(1));
        let by = random.bits().to_le_bytes();
        match random.below(5) {
            0 | 1 => {
                if let (Some(byte), Some(new)) = (bytes.get_mut(at), by.first()) {
                    *byte = *new;
                }
            }
            2 => {
                if let (Some(byte), Some(new)) = (bytes.get_mut(at), by.first()) {
                    *byte ^= 1 << (new % 8);
                }
            }
            3 => {
                let end = (at + 1 + random.below(8)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            _ => {
                let some = by.iter().take(1 + random.below(8)).copied();
                bytes.splice(at.min(bytes.len())..at.min(bytes.len()), some);
            }
        }
    }
    if random.below(12) == 0 {
        bytes.truncate(random.below(bytes.len() + 1));
    }
    bytes
}
