//! The `///` lines above tokens.

use crate::syntax::token::{Token, TokenKind};

/// The `///` lines directly above each token that has some, by the token's start.
pub(super) fn docs(text: &str, tokens: &[Token]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let (mut first, mut in_allow) = (true, false);
    for token in tokens {
        let piece = text.get(token.span.range()).unwrap_or("");
        // What an `allow` stands before keeps its documentation.
        in_allow |= !first && piece == "allow" && token.kind == TokenKind::Word;
        first &= token.kind.is_trivia();
        match token.kind {
            _ if in_allow => in_allow = token.kind != TokenKind::CloseParen,
            TokenKind::DocComment => {
                lines.push(piece.trim_start_matches('/').trim());
            }
            TokenKind::Whitespace if piece.matches('\n').count() < 2 => {}
            TokenKind::Whitespace | TokenKind::Comment => lines.clear(),
            _ if lines.is_empty() => {}
            _ => found.push((token.span.start, std::mem::take(&mut lines).join("\n"))),
        }
    }
    found
}
