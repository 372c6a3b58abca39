//! The form of expressions and types.

use flowright_compiler::syntax::TokenKind;

use super::decls::args;
use super::node::{
    COLON, COMMA, LEFT, LITERAL, Node, Place, REGEX, RIGHT, Wanted, any, braces, list, many, name,
    opt, parens, r, seq, sign, w,
};
use super::rules::Rule;

pub(super) fn form(rule: Rule) -> Node {
    match rule {
        Rule::Expr => seq([operand(), many(seq([infix(), operand()]))]),
        Rule::Primary => any([
            LITERAL,
            REGEX,
            r(Rule::Template),
            w("true"),
            w("false"),
            seq([w("has"), name(Place::Has)]),
            seq([w("reachable"), w("on"), name(Place::Channel)]),
            seq([w("reveal"), LEFT, r(Rule::Expr), RIGHT, w("because"), r(Rule::Template)]),
            seq([name(Place::Currency), LITERAL]),
            seq([name(Place::Expr), opt(parens(r(Rule::CallArgs)))]),
            r(Rule::List),
            r(Rule::Record),
            seq([LEFT, r(Rule::Expr), RIGHT]),
        ]),
        Rule::IsTail => seq([w("is"), opt(w("not")), name(Place::Choice)]),
        Rule::CallArgs => seq([list(r(Rule::Expr)), opt(COMMA)]),
        Rule::List => seq([
            sign(TokenKind::OpenBracket),
            opt(seq([list(r(Rule::Expr)), opt(COMMA)])),
            sign(TokenKind::CloseBracket),
        ]),
        Rule::Record => braces(opt(r(Rule::RecordArgs))),
        Rule::RecordArgs => args(Place::Field),
        Rule::TextArgs | Rule::ActionArgs | Rule::FlowArgs => args(Place::Param),
        Rule::Type => any([r(Rule::SlotType), braces(r(Rule::Fields))]),
        Rule::SlotType => {
            any([r(Rule::OneOf), seq([w("list"), w("of"), r(Rule::Type)]), name(Place::Type)])
        }
        Rule::OneOf => seq([w("one_of"), braces(r(Rule::Options))]),
        Rule::Options => many(seq([name(Place::New), opt(braces(r(Rule::Words))), opt(COMMA)])),
        Rule::Words => many(seq([
            opt(name(Place::Language)),
            r(Rule::Template),
            many(seq([COMMA, many(r(Rule::Allow)), r(Rule::Template)])),
        ])),
        Rule::Field => seq([
            name(Place::New),
            COLON,
            r(Rule::Type),
            many(any([w("optional"), r(Rule::Label)])),
        ]),
        Rule::Label => any([w("personal"), seq([w("visible"), w("to"), name(Place::Role)])]),
        // `Fields`: every other rule has its form elsewhere.
        _ => many(seq([r(Rule::Field), opt(COMMA)])),
    }
}

fn operand() -> Node {
    let minus = Node::One(Wanted::Minus);
    seq([many(any([w("not"), minus])), r(Rule::Primary), opt(r(Rule::IsTail))])
}

fn infix() -> Node {
    any([w("or"), w("and"), w("in"), w("contains"), w("matches"), sign(TokenKind::Operator)])
}
