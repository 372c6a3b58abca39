//! Colours by meaning: all of a document, what changed since, a part of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use flowright_compiler::base::Span;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_document;
use crate::ide::highlight::{Colour, Piece, pieces};
use crate::ide::symbols::Kind;
use crate::server::places::At;
use crate::server::state::State;

/// Types by number.
const TYPES: [SemanticTokenType; 17] = [
    SemanticTokenType::COMMENT,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::REGEXP,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::TYPE,
    SemanticTokenType::CLASS,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::EVENT,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::METHOD,
    SemanticTokenType::MACRO,
];
/// Modifiers by bit.
const MODIFIERS: [SemanticTokenModifier; 3] = [
    SemanticTokenModifier::DECLARATION,
    SemanticTokenModifier::MODIFICATION,
    SemanticTokenModifier::DEFAULT_LIBRARY,
];
/// Documents whose colours are remembered for what changed since.
const REMEMBERED_MAX: usize = 256;

/// What was sent last of each document.
#[derive(Debug, Default)]
pub struct Sent(Mutex<(u64, HashMap<String, SemanticTokens>)>);

impl Sent {
    /// The document is closed.
    pub fn forget(&self, uri: &Uri) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.remove(uri.as_str());
    }

    /// Remembers what is sent, under a new name, and gives what was sent before.
    fn put(&self, uri: &Uri, data: Vec<SemanticToken>) -> (SemanticTokens, Option<SemanticTokens>) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.0 += 1;
        let tokens = SemanticTokens { result_id: Some(sent.0.to_string()), data };
        if sent.1.len() >= REMEMBERED_MAX {
            sent.1.clear();
        }
        let before = sent.1.insert(uri.as_str().to_owned(), tokens.clone());
        (tokens, before)
    }
}

/// What is offered.
pub fn options() -> SemanticTokensOptions {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: TYPES.to_vec(),
            token_modifiers: MODIFIERS.to_vec(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    }
}

/// All of a document.
pub async fn full(
    state: &State,
    sent: &Sent,
    params: SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>> {
    let uri = params.text_document.uri;
    let data = on_document(state, "textDocument/semanticTokens/full", &uri, |at| {
        Ok(Some(tokens(at, None)))
    });
    Ok(data.await?.map(|data| sent.put(&uri, data).0.into()))
}

/// What changed since it was sent last.
pub async fn delta(
    state: &State,
    sent: &Sent,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let uri = params.text_document.uri;
    let data = on_document(state, "textDocument/semanticTokens/full/delta", &uri, |at| {
        Ok(Some(tokens(at, None)))
    });
    let Some(data) = data.await? else { return Ok(None) };
    let (now, before) = sent.put(&uri, data);
    let known = before.filter(|b| b.result_id.as_ref() == Some(&params.previous_result_id));
    Ok(Some(match known {
        Some(before) => SemanticTokensDelta {
            result_id: now.result_id,
            edits: changed(&before.data, &now.data).into_iter().collect(),
        }
        .into(),
        None => now.into(),
    }))
}

/// A part of a document.
pub async fn range(
    state: &State,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>> {
    let range = params.range;
    let data =
        on_document(state, "textDocument/semanticTokens/range", &params.text_document.uri, {
            move |at| Ok(Some(tokens(at, Some(at.span(range)?))))
        });
    Ok(data.await?.map(|data| SemanticTokens { result_id: None, data }.into()))
}

/// One edit that makes the new tokens of the old ones; none where they are the same.
fn changed(before: &[SemanticToken], now: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let same = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (old, new) = (before.get(same..)?, now.get(same..)?);
    if old.is_empty() && new.is_empty() {
        return None;
    }
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let count = |n: usize| u32::try_from(n * 5).unwrap_or(u32::MAX);
    Some(SemanticTokensEdit {
        start: count(same),
        delete_count: count(old.len() - tail),
        data: Some(new.get(..new.len() - tail)?.to_vec()),
    })
}

fn tokens(at: &At, within: Option<Span>) -> Vec<SemanticToken> {
    let (mut line, mut column) = (0, 0);
    let mut tokens = Vec::new();
    for piece in pieces(&at.places.snapshot, at.file) {
        if within.is_some_and(|span| piece.span.end < span.start || piece.span.start > span.end) {
            continue;
        }
        let range = at.range(piece.span);
        let start = range.start;
        tokens.push(SemanticToken {
            delta_line: start.line - line,
            delta_start: if start.line == line {
                start.character - column
            } else {
                start.character
            },
            length: range.end.character.saturating_sub(start.character),
            token_type: kind(piece.colour),
            token_modifiers_bitset: modifiers(&piece),
        });
        (line, column) = (start.line, start.character);
    }
    tokens
}

fn modifiers(piece: &Piece) -> u32 {
    u32::from(piece.declares) | u32::from(piece.writes) << 1 | u32::from(piece.standard) << 2
}

/// The number of a colour in [`TYPES`].
const fn kind(colour: Colour) -> u32 {
    match colour {
        Colour::Comment => 0,
        Colour::Keyword => 1,
        Colour::Text => 2,
        Colour::Literal => 3,
        Colour::Escape | Colour::Regex => 4,
        Colour::Operator => 5,
        Colour::Name(kind) => match kind {
            Kind::Bot
            | Kind::Module
            | Kind::Role
            | Kind::Channel
            | Kind::Skill
            | Kind::Knowledge
            | Kind::Experiment => 6,
            Kind::Entity => 7,
            Kind::Flow => 8,
            Kind::Choice | Kind::Variant | Kind::Language | Kind::ActionError => 9,
            Kind::Param | Kind::TextParam => 10,
            Kind::SessionSlot | Kind::Slot | Kind::Bind => 11,
            Kind::CustomerField | Kind::ResultField => 12,
            Kind::Intent => 13,
            Kind::Action => 14,
            Kind::State => 15,
            Kind::Text => 16,
        },
    }
}
