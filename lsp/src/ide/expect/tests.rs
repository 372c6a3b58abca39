//! The automaton beside the compiler's grammar, and in broken texts.
#![cfg(test)]

use std::path::Path;

use flowright_compiler::base::FileId;
use flowright_compiler::project::MODULES;
use flowright_compiler::syntax::{Token, TokenKind, lex, parse};

use super::machine::effort;
use super::{Expected, Wanted, read};

/// The tokens of a text up to its end.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = lex(text);
    // The end of the text, in a string, is where the reader stands: nothing ends there.
    if tokens.last().is_some_and(|token| token.kind == TokenKind::Unclosed) {
        tokens.pop();
    }
    tokens.retain(|token| !token.kind.is_trivia());
    tokens
}

fn expected(text: &str) -> Expected {
    read(text, &tokens(text))
}

fn words(text: &str) -> Vec<&'static str> {
    let expected = expected(text);
    let words = expected.next().filter_map(|(wanted, _)| match wanted {
        Wanted::Word(word) => Some(word),
        _ => None,
    });
    words.collect()
}

/// Every text in the repository that the compiler's grammar accepts.
fn right_texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts: Vec<(String, String)> =
        MODULES.iter().map(|m| (m.name.to_owned(), m.text.to_owned())).collect();
    let mut open = vec![root.join("flows"), root.join("docs"), root.join("tests/conformance")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let label = path.display().to_string();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if label.ends_with(".flow") {
            texts.push((label, text));
        } else if label.ends_with(".md") {
            let blocks = text.split("```flow\n").skip(1);
            let blocks = blocks.filter_map(|rest| rest.split_once("\n```").map(|(code, _)| code));
            texts.extend(blocks.map(|code| (label.clone(), code.to_owned())));
        }
    }
    texts.retain(|(_, text)| parse(text, FileId(0)).diagnostics.is_empty());
    texts
}

#[test]
fn it_reads_what_the_compiler_accepts() {
    let texts = right_texts();
    assert!(texts.len() > 300, "only {} texts", texts.len());
    let mut wrong = Vec::new();
    for (label, text) in texts {
        let (stumbles, ways) = effort(&text, &tokens(&text));
        let is_over = words(&text).contains(&"flow");
        if stumbles > 0 || ways >= 64 || !is_over {
            wrong.push(format!("{label}: {stumbles} stumbles, {ways} ways\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn it_goes_on_behind_what_is_broken() {
    // The text before the place, and a keyword that may come there.
    for (text, word) in [
        ("flow a { state b { fill } state c { ", "say"),
        ("flow a { state b { say \"x\n ", "fill"),
        ("flow a { state b { do x = y(z -> c } state d { ", "when"),
        ("flow a { state b { ) say \"x\" ", "choices"),
        ("flow a { stat b { say \"x\" } ", "state"),
        ("flow a { state b { say { en \"x\" fill y -> b } ", "state"),
        ("bot b { languags zh, en ", "timezone"),
        ("flow a { state b { set x = = 5 ", "clear"),
        ("slot a: one_of { x y } { ask \"?\" chec k } slot b: text ", "personal"),
        ("flow a { slot b { ask \"x\" } state c { ", "handoff"),
    ] {
        assert!(words(text).contains(&word), "{text:?}: {:?}", words(text));
    }
}
