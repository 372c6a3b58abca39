//! A declaration that is broken where it is being written, made whole as far as it was written: its
//! tree tells what is known there.

use std::sync::Arc;

use flowright_compiler::base::FileId;
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::DeclKind;
use flowright_compiler::syntax::{Token, TokenKind, lex, parse};

use crate::ide::expect::{Frame, Rule};
use crate::ide::model::Model;

/// Words that begin a member of a flow, and no step.
const MEMBERS: [&str; 4] = ["state", "slot", "ensure", "fallback"];

/// The declaration with all parts before the one that is being written, and, of a flow, the members
/// behind it. `piece` is the text before the place with its tokens, `rest` what stands behind.
pub(super) fn mended(piece: &str, tokens: &[Token], frames: &[Frame], rest: &str) -> Option<Model> {
    let list = frames.iter().position(|frame| frame.rule.is_list())?;
    // The part of the list that is being written, else the list's next one.
    let part = list.checked_sub(1).and_then(|part| frames.get(part));
    let part = part.map_or(tokens.len(), |part| part.start);
    let last = tokens.get(part.checked_sub(1)?)?;
    let written = piece.get(..last.span.end as usize)?;
    // A text has at least one variant, and each of them its string.
    let filler = match (frames.get(list)?.rule, last.kind) {
        (Rule::TextVariants, TokenKind::OpenBrace) => " en \"\"",
        (Rule::TextVariants, TokenKind::Word) => " \"\"",
        _ => "",
    };
    let written = format!("{written}{filler}");
    let open = open_brackets(tokens.get(..part)?);
    let close = |open: &[char]| open.iter().rev().collect::<String>();
    let behind = members_behind(rest).filter(|_| is_flow(piece, tokens));
    let with_rest = behind.and_then(|behind| {
        let (outer, inner) = open.split_first()?;
        let end = if closes_more(behind) { String::new() } else { outer.to_string() };
        flow_or_none(&format!("{written} {}\n{behind}\n{end}", close(inner)))
    });
    with_rest.or_else(|| Some(model(&format!("{written} {}", close(&open)))))
}

fn model(text: &str) -> Model {
    let (id, is_std) = (FileId(0), false);
    Model::new(vec![File { id, parsed: Arc::new(parse(text, id)), is_std }])
}

fn flow_or_none(text: &str) -> Option<Model> {
    let model = model(text);
    let is_flow = model.decls().any(|(_, decl)| matches!(decl.node.kind, DeclKind::Flow(_)));
    is_flow.then_some(model)
}

fn is_flow(piece: &str, tokens: &[Token]) -> bool {
    let first = tokens.first().and_then(|token| piece.get(token.span.range()));
    first == Some("flow")
}

/// What closes the brackets that are open behind these tokens, outermost first.
fn open_brackets(tokens: &[Token]) -> Vec<char> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::OpenBrace => open.push('}'),
            TokenKind::OpenParen => open.push(')'),
            TokenKind::OpenBracket => open.push(']'),
            TokenKind::CloseBrace => close(&mut open, '}'),
            TokenKind::CloseParen => close(&mut open, ')'),
            TokenKind::CloseBracket => close(&mut open, ']'),
            _ => {}
        }
    }
    open
}

/// What is open inside a bracket that closes was forgotten.
fn close(open: &mut Vec<char>, closing: char) {
    if let Some(at) = open.iter().rposition(|own| *own == closing) {
        open.truncate(at);
    }
}

/// The text from the next line on that begins a member of a flow.
fn members_behind(rest: &str) -> Option<&str> {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        let word = line.split_whitespace().next().unwrap_or_default();
        if at > 0 && MEMBERS.contains(&word) {
            return rest.get(at..);
        }
        at += line.len();
    }
    None
}

/// Whether a text closes a bracket that it does not open.
fn closes_more(text: &str) -> bool {
    let mut open = 0_usize;
    for token in lex(text) {
        match token.kind {
            TokenKind::OpenBrace => open += 1,
            TokenKind::CloseBrace => match open.checked_sub(1) {
                Some(less) => open = less,
                None => return true,
            },
            _ => {}
        }
    }
    false
}
