//! What the formatter has to know of a text's form beyond its tokens: where members and steps begin,
//! where lines may be broken, and which characters belong together. Read off the grammar's own
//! tree, so that there is one definition of the language.

use std::collections::{BTreeMap, BTreeSet};

use super::delim::{self, BracketFault};
use super::pest_bridge::{self, Node, Rule};
use super::token::{DECLARATION_KEYWORDS, Token, TokenKind};
use super::{chunk, lexer};
use crate::base::Span;

/// What begins an item: something that has a line of its own when its braces have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A declaration, by its keyword.
    Decl(&'static str),
    /// A declaration with a syntax error.
    Broken,
    /// `timezone "UTC"`, `accept above 70%`: a word, and what it is set to.
    Keyword,
    /// A field of the customer.
    CustomerField,
    /// A field of a record type or a parameter.
    Field,
    /// A choice of `one_of`.
    Choice,
    /// `en "…"`: one language of a text or of a choice's words.
    Variant,
    /// A part of an action.
    ActionPart,
    /// `error NAME when …`
    ActionError,
    /// `urgency LEVEL when …`
    Urgency,
    /// A routing rule with an arrow.
    Rule,
    /// `on …`
    On,
    /// A slot of a flow.
    Slot,
    /// `state NAME { … }`
    State,
    /// `when …` and `otherwise …`
    When,
    /// What has an arrow in the braces of `do`, `choose` and `confirm`.
    Arm,
    /// An argument, an element of a list, a choice of `say`.
    Element,
    /// What stands in parentheses that only group.
    Grouped,
    /// `bot "…"` in a test.
    Bot,
    /// Anything else.
    Plain,
}

/// What may happen before a token that begins no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// The line may be broken here: `and`, `or`, `because`.
    Wrap,
    /// `choices`, `link` and the like behind a `say`.
    Extra,
    /// The text behind `else`.
    Else,
    /// The first of several texts or names with commas.
    ListFirst,
    /// Another one of them.
    ListNext,
    /// `personal`, `visible to …`: the first label of a field.
    Label,
    /// The sign of a number.
    Sign,
}

/// See the module. Offsets count from the start of the text.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Tokens that tile the text.
    pub(crate) tokens: Vec<Token>,
    /// Where items begin.
    pub(crate) items: BTreeMap<u32, Class>,
    /// Where something else may happen.
    pub(crate) notes: BTreeMap<u32, Note>,
    /// Strings, from quote to quote.
    pub(crate) strings: BTreeMap<u32, u32>,
    /// Where names, words and literals begin: no blank may stand before any other letter.
    pub(crate) begins: BTreeSet<u32>,
    /// Declarations that have not their form, first to last token.
    pub(crate) broken: Vec<Span>,
}

/// The layout of a text.
pub(crate) fn layout(text: &str) -> Layout {
    let tokens = lexer::lex(text);
    let mut layout = Layout::default();
    for piece in chunk::cut(text, &tokens) {
        let own = tokens.get(piece.tokens.clone()).unwrap_or(&[]);
        layout.chunk(text, own);
    }
    layout.tokens = tokens;
    layout
}

impl Layout {
    fn chunk(&mut self, text: &str, tokens: &[Token]) {
        let code: Vec<Token> = tokens.iter().filter(|t| !t.kind.is_trivia()).copied().collect();
        let (Some(first), Some(last)) = (code.first(), code.last()) else { return };
        let span = first.span.cover(last.span);
        let Some(decl) = whole(text, &code, span) else {
            self.items.insert(span.start, Class::Broken);
            self.broken.push(span);
            return;
        };
        let word = text.get(first.span.range()).unwrap_or("");
        let keyword = DECLARATION_KEYWORDS.iter().find(|known| **known == word);
        self.items.insert(span.start, Class::Decl(keyword.copied().unwrap_or("")));
        self.walk(&decl, Rule::one_decl);
    }

    fn walk(&mut self, node: &Node, parent: Rule) {
        let start = node.span.start;
        self.begins.insert(start);
        if let Some(class) = class(node, parent) {
            self.items.entry(start).or_insert(class);
        }
        if let Some(note) = note(node) {
            self.notes.entry(start).or_insert(note);
        }
        if node.rule == Rule::template {
            self.strings.insert(start, node.span.end);
            return;
        }
        self.notes_of_children(node);
        for child in &node.children {
            self.walk(child, node.rule);
        }
    }

    fn notes_of_children(&mut self, node: &Node) {
        let listed: fn(Rule) -> bool = match node.rule {
            Rule::lang_strings => |rule| matches!(rule, Rule::template | Rule::allow),
            Rule::source => |rule| rule == Rule::template,
            Rule::pattern => |rule| rule == Rule::regex,
            Rule::closed => |rule| rule == Rule::date,
            Rule::languages | Rule::fill | Rule::clear => {
                |rule| matches!(rule, Rule::ident | Rule::dotted)
            }
            _ => |_| false,
        };
        let members = node.children.iter().filter(|child| listed(child.rule));
        for (i, member) in members.enumerate() {
            let note = if i == 0 { Note::ListFirst } else { Note::ListNext };
            self.notes.insert(member.span.start, note);
        }
        let labels = node.children.iter().find(|child| child.rule == Rule::label);
        if let (Some(label), Rule::field) = (labels, node.rule) {
            self.notes.insert(label.span.start, Note::Label);
        }
        let text = node.children.iter().find(|child| child.rule == Rule::text_ref);
        if let (Some(text), Rule::check) = (text, node.rule) {
            self.notes.insert(text.span.start, Note::Else);
        }
    }
}

/// A chunk's tree, when all of it has its form.
fn whole(text: &str, code: &[Token], span: Span) -> Option<Node> {
    let brackets = matches!(delim::check(code), None | Some(BracketFault::UnclosedText(_)));
    let lost = |t: &Token| matches!(t.kind, TokenKind::Unknown | TokenKind::Unclosed);
    if !brackets || code.iter().any(lost) {
        return None;
    }
    let node = pest_bridge::run(Rule::one_decl, text.get(span.range())?, span.start).ok()?;
    node.child(Rule::decl).cloned()
}

/// The class of the item that a node is, if it is one.
fn class(node: &Node, parent: Rule) -> Option<Class> {
    let has = |rule| node.child(rule).is_some();
    let class = match node.rule {
        Rule::allow if matches!(parent, Rule::decl | Rule::lang_strings) => return None,
        // Of one in a node of its own, that is the item: it begins where this one does.
        Rule::allow => Class::Plain,
        Rule::bot_member
        | Rule::slot_member
        | Rule::skill_member
        | Rule::fallback_member
        | Rule::knowledge_member
        | Rule::experiment_member
        | Rule::action_member
        | Rule::lookup_member
        | Rule::route_rule
            if has(Rule::allow) =>
        {
            Class::Plain
        }
        Rule::bot_member
        | Rule::setting
        | Rule::slot_member
        | Rule::skill_member
        | Rule::fallback_member
        | Rule::knowledge_member
        | Rule::experiment_member
        | Rule::card_member => Class::Keyword,
        Rule::field if parent == Rule::customer => Class::CustomerField,
        Rule::field => Class::Field,
        Rule::option => Class::Choice,
        Rule::text_variant => Class::Variant,
        Rule::lang_strings if parent == Rule::option => Class::Variant,
        Rule::intent_member => Class::Plain,
        Rule::pattern if parent == Rule::entity => Class::Plain,
        Rule::action_member if has(Rule::action_error) => Class::ActionError,
        Rule::action_member | Rule::lookup_member | Rule::header | Rule::body_fields => {
            Class::ActionPart
        }
        Rule::customer_from | Rule::customer_find | Rule::customer_confirm => Class::Plain,
        Rule::route_rule if has(Rule::urgency_rule) => Class::Urgency,
        Rule::route_rule => Class::Rule,
        Rule::flow_member | Rule::state_part if has(Rule::on) => Class::On,
        Rule::flow_member if has(Rule::slot) => Class::Slot,
        Rule::flow_member if has(Rule::state) => Class::State,
        Rule::flow_member => Class::Plain,
        Rule::state_part => node.child(Rule::step).map_or(Class::Plain, step_class),
        Rule::step if parent == Rule::block => step_class(node),
        Rule::migrate_line => Class::Plain,
        Rule::do_handler | Rule::choose_arm | Rule::yes_arm | Rule::no_arm => Class::Arm,
        Rule::text_ref if parent == Rule::say_choices => Class::Element,
        Rule::expr if parent == Rule::list => Class::Element,
        Rule::arg => Class::Element,
        Rule::paren => Class::Grouped,
        Rule::test_line if has(Rule::test_bot) => Class::Bot,
        Rule::test_line => Class::Plain,
        _ => return None,
    };
    Some(class)
}

fn step_class(step: &Node) -> Class {
    let branches = step.child(Rule::when).or_else(|| step.child(Rule::otherwise));
    if branches.is_some() { Class::When } else { Class::Plain }
}

fn note(node: &Node) -> Option<Note> {
    Some(match node.rule {
        Rule::or | Rule::and | Rule::handoff_because | Rule::expect_because | Rule::kw_because => {
            Note::Wrap
        }
        Rule::say_extra => Note::Extra,
        Rule::neg => Note::Sign,
        _ => return None,
    })
}
