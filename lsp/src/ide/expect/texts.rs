//! The form of texts.

use flowright_compiler::syntax::TokenKind;

use super::node::{
    CLOSE, COLON, COMMA, EQUALS, LITERAL, Node, OPEN, Place, any, braces, many, name, opt, parens,
    r, seq, sign, w,
};
use super::rules::Rule;

pub(super) fn form(rule: Rule) -> Option<Node> {
    Some(match rule {
        Rule::TextInline => any([r(Rule::TextBlock), r(Rule::Template)]),
        Rule::TextRef => any([r(Rule::TextBlock), r(Rule::Template), r(Rule::TextNamed)]),
        Rule::TextNamed => seq([name(Place::Text), opt(parens(r(Rule::TextArgs)))]),
        Rule::TextBlock => braces(r(Rule::TextVariants)),
        Rule::TextVariants => many(seq([
            name(Place::Language),
            opt(seq([w("on"), name(Place::Channel)])),
            r(Rule::Template),
        ])),
        Rule::Template => quoted(r(Rule::Hole)),
        Rule::Hole => seq([OPEN, r(Rule::Expr), opt(any([r(Rule::Plural), misplaced()])), CLOSE]),
        Rule::Plural => seq([COMMA, w("plural"), COMMA, r(Rule::Branches)]),
        Rule::Branches => many(seq([
            any([seq([EQUALS, LITERAL]), name(Place::PluralForm)]),
            OPEN,
            pieces(r(Rule::Hole)),
            CLOSE,
        ])),
        Rule::ExampleTemplate => quoted(r(Rule::ExampleHole)),
        Rule::ExampleHole => seq([
            OPEN,
            name(Place::Annotated),
            COLON,
            name(Place::Entity),
            opt(seq([EQUALS, r(Rule::Template)])),
            CLOSE,
        ]),
        _ => return None,
    })
}

/// An annotation where none belongs: read over, and nothing is offered for it.
fn misplaced() -> Node {
    seq([COLON, name(Place::Old), opt(seq([EQUALS, r(Rule::Template)]))])
}

fn quoted(hole: Node) -> Node {
    let end = any([sign(TokenKind::Quote), sign(TokenKind::Unclosed)]);
    seq([sign(TokenKind::Quote), pieces(hole), end])
}

fn pieces(hole: Node) -> Node {
    many(any([sign(TokenKind::StringText), sign(TokenKind::Escape), hole]))
}
