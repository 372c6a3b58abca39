//! What rules are written in.

use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::token::{MEMBER_KEYWORDS, STEP_KEYWORDS};

use super::rules::Rule;

/// What a name at a place stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Something that is declared here.
    New,
    /// A state of the flow.
    State,
    /// A slot that is asked for or emptied.
    Slot,
    /// A slot that is set.
    SetSlot,
    /// A flow.
    Flow,
    /// A flow that is called.
    Callee,
    Action,
    Channel,
    Language,
    /// A language that the bot is said to know.
    NewLanguage,
    /// An intent that starts or is handled.
    Intent,
    /// An intent of a routing rule.
    RoutedIntent,
    Skill,
    Role,
    Type,
    /// An entity of an annotation.
    Entity,
    /// A slot of an annotation.
    Annotated,
    /// A named text.
    Text,
    /// The first name of a path or a function.
    Expr,
    /// Behind `has`.
    Has,
    /// A list that is chosen from.
    ListPath,
    /// Behind `is`.
    Choice,
    /// An error of the action that is called.
    ActionError,
    /// What an action answers in a test, instead of a value.
    GivenError,
    /// A parameter's name before its value.
    Param,
    /// A field of a record that is written out.
    Field,
    /// A field of a request's body.
    BodyField,
    /// A field of the customer, in a test.
    ProfileField,
    Module,
    Outcome,
    Urgency,
    Level,
    ChannelKind,
    Setting,
    Code,
    Weekday,
    PluralForm,
    /// A state of any flow, in a test.
    ExpectedState,
    /// A name of a version before.
    Old,
    /// A state with its flow, in `migrate`.
    FlowState,
    /// A slot with its flow, in `migrate`.
    FlowSlot,
    /// A state of the flow that `migrate` speaks of.
    MigratedState,
    Currency,
    /// A further part of a dotted name.
    Part,
}

/// Words that are operators and values where an expression may stand.
const IN_EXPRESSIONS: &[&str] =
    &["and", "or", "not", "is", "in", "contains", "matches", "has", "true", "false"];

impl Place {
    /// Whether a word can be such a name.
    pub(super) fn fits(self, word: &str) -> bool {
        match self {
            Self::Text | Self::Outcome => !STEP_KEYWORDS.contains(&word) && word != "on",
            Self::Language => !STEP_KEYWORDS.contains(&word) && !MEMBER_KEYWORDS.contains(&word),
            Self::State => !STEP_KEYWORDS.contains(&word),
            Self::Expr | Self::Param => !IN_EXPRESSIONS.contains(&word),
            Self::Type => !matches!(word, "one_of" | "list"),
            Self::Currency => word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()),
            _ => true,
        }
    }
}

/// A token that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    /// A keyword.
    Word(&'static str),
    /// A name.
    Name(Place),
    /// A token of a kind.
    Sign(TokenKind),
    /// A minus.
    Minus,
}

/// A piece of a rule.
#[derive(Debug, Clone)]
pub(super) enum Node {
    One(Wanted),
    Rule(Rule),
    Seq(Vec<Node>),
    Any(Vec<Node>),
    Many(Box<Node>),
}

/// A keyword.
pub(super) const fn w(word: &'static str) -> Node {
    Node::One(Wanted::Word(word))
}

/// A name.
pub(super) const fn name(place: Place) -> Node {
    Node::One(Wanted::Name(place))
}

/// A token of a kind.
pub(super) const fn sign(kind: TokenKind) -> Node {
    Node::One(Wanted::Sign(kind))
}

/// A rule.
pub(super) const fn r(rule: Rule) -> Node {
    Node::Rule(rule)
}

/// One after the other.
pub(super) fn seq(nodes: impl Into<Vec<Node>>) -> Node {
    Node::Seq(nodes.into())
}

/// One of them.
pub(super) fn any(nodes: impl Into<Vec<Node>>) -> Node {
    Node::Any(nodes.into())
}

/// As often as one likes.
pub(super) fn many(node: Node) -> Node {
    Node::Many(Box::new(node))
}

/// It may be left out.
pub(super) fn opt(node: Node) -> Node {
    any([node, seq([])])
}

/// With commas between.
pub(super) fn list(node: Node) -> Node {
    seq([node.clone(), many(seq([COMMA, node]))])
}

/// In braces.
pub(super) fn braces(node: Node) -> Node {
    seq([OPEN, node, CLOSE])
}

/// In parentheses; there may be nothing in them.
pub(super) fn parens(node: Node) -> Node {
    seq([LEFT, opt(node), RIGHT])
}

pub(super) const OPEN: Node = sign(TokenKind::OpenBrace);
pub(super) const CLOSE: Node = sign(TokenKind::CloseBrace);
pub(super) const LEFT: Node = sign(TokenKind::OpenParen);
pub(super) const RIGHT: Node = sign(TokenKind::CloseParen);
pub(super) const COMMA: Node = sign(TokenKind::Comma);
pub(super) const COLON: Node = sign(TokenKind::Colon);
pub(super) const EQUALS: Node = sign(TokenKind::Equals);
pub(super) const ARROW: Node = sign(TokenKind::Arrow);
pub(super) const LITERAL: Node = sign(TokenKind::Literal);
pub(super) const REGEX: Node = sign(TokenKind::Regex);
