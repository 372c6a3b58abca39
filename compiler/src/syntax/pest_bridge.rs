//! The only door to the parser generator: runs a rule on a piece of text and gives back an owned
//! tree, or where it failed and what would have been right there.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::token::{
    DECLARATION_KEYWORDS, DECLARATION_MEMBERS, LOOKUP_MEMBERS, MEMBER_KEYWORDS, METHODS,
    STEP_KEYWORDS, TEST_KEYWORDS,
};
use crate::base::Span;

#[derive(pest_derive::Parser)]
#[grammar = "syntax/grammar.pest"]
struct FlowParser;

/// One matched rule. Spans count from the start of the chunk.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) rule: Rule,
    pub(super) span: Span,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The first child of a rule.
    pub(super) fn child(&self, rule: Rule) -> Option<&Self> {
        self.children.iter().find(|child| child.rule == rule)
    }

    /// All children of a rule.
    pub(super) fn all(&self, rule: Rule) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.rule == rule)
    }
}

/// Where a rule failed.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// Byte offset, counted like [`Node::span`].
    pub(super) at: u32,
    /// Rules that could have gone on there, without repetition.
    pub(super) expected: Vec<Rule>,
}

/// Runs `rule` on `text`, whose first byte has offset `base` in the chunk.
///
/// # Errors
/// Where and what was expected.
pub(super) fn run(rule: Rule, text: &str, base: u32) -> Result<Node, Failure> {
    match FlowParser::parse(rule, text) {
        Ok(mut pairs) => pairs
            .next()
            .map(|pair| own(pair, base))
            .ok_or(Failure { at: base, expected: Vec::new() }),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let mut expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            expected.sort_unstable();
            expected.dedup();
            Err(Failure { at: base + u32::try_from(at).unwrap_or(u32::MAX), expected })
        }
    }
}

fn own(pair: Pair<'_, Rule>, base: u32) -> Node {
    let (rule, span) = (pair.as_rule(), pair.as_span());
    let bound = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let length = match rule {
        // Blanks of a text are what it says.
        Rule::short_text | Rule::long_text | Rule::branch_chars | Rule::long_branch_chars => {
            span.as_str().len()
        }
        // Blanks and comments that were taken end where something else begins, or the text does.
        _ if span.end() < span.get_input().len()
            && !span.as_str().ends_with(char::is_whitespace) =>
        {
            span.as_str().len()
        }
        _ => without_trailing_blanks(span.as_str()).len(),
    };
    let end = span.start() + length;
    let span = Span::new(bound(span.start()), bound(end)).shifted(base);
    let inner = pair.into_inner().filter(|inner| punctuation(inner.as_rule()).is_none());
    let children = inner.map(|inner| own(inner, base)).collect();
    Node { rule, span, children }
}

/// A rule that ends with something optional has taken the blanks and comments before it.
fn without_trailing_blanks(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some((before, last)) = text.rsplit_once('\n') {
        if !last.trim_start().starts_with("//") || last.ends_with('"') {
            break;
        }
        text = before.trim_end();
    }
    text
}

/// The sign that a rule stands for; such rules are not in the tree.
const fn punctuation(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::p_open => "`{`",
        Rule::p_close => "`}`",
        Rule::p_lparen => "`(`",
        Rule::p_rparen => "`)`",
        Rule::p_colon => "`:`",
        Rule::p_comma => "`,`",
        Rule::p_equals => "`=`",
        Rule::p_arrow => "`->`",
        _ => return None,
    })
}

/// How a rule is called in messages; nothing for rules that say nothing to a designer.
pub(super) fn words(rule: Rule) -> Option<&'static str> {
    if let Some(sign) = punctuation(rule) {
        return Some(sign);
    }
    Some(match rule {
        Rule::ident | Rule::dotted | Rule::text_name => "a name",
        Rule::number => "a number",
        Rule::branch | Rule::long_branch => "a plural form such as `other {# orders}`",
        Rule::branch_text | Rule::long_branch_text => "what it says, in braces",
        Rule::exact => "a number such as `=0`",
        Rule::percent => "a percentage such as `70%`",
        Rule::duration => "a time span such as `30s`, `5m` or `2h`",
        Rule::date => "a date such as `2026-06-15`",
        Rule::time => "a time such as `09:30`",
        Rule::template | Rule::text_bare | Rule::text_inline => "a text in quotes",
        Rule::text_ref | Rule::text_block | Rule::choose_prompt => "a text",
        Rule::regex => "a pattern such as `r\"\\d+\"`",
        Rule::expr | Rule::paren | Rule::path | Rule::call | Rule::money => "a value",
        Rule::type_expr | Rule::slot_type => "a type",
        Rule::option => "a choice",
        Rule::lang_strings => "a text in quotes",
        Rule::text_variant => "a language and its text",
        Rule::label => "`personal` or `visible to ROLE`",
        Rule::goto => "`-> state`",
        Rule::block | Rule::body => "steps in braces",
        Rule::target => "a state's name or steps",
        Rule::decl => "a declaration",
        Rule::flow_member => "a trigger, slot, state or handler",
        Rule::step | Rule::state_part => "a step",
        Rule::test_line => "a line of a test",
        Rule::route_rule => "a routing rule",
        Rule::migrate_line => "a line of `migrate`",
        Rule::migrate_is => "`is` and the new name",
        Rule::migrate_to => "`->` and where to",
        Rule::infix
        | Rule::or
        | Rule::and
        | Rule::eq
        | Rule::ne
        | Rule::lt
        | Rule::le
        | Rule::gt
        | Rule::ge
        | Rule::add
        | Rule::sub
        | Rule::mul
        | Rule::div
        | Rule::in_
        | Rule::contains
        | Rule::matches
        | Rule::is_not => "an operator",
        Rule::arg | Rule::args => "an argument",
        Rule::field => "a field such as `name: text`",
        Rule::EOI => "nothing more",
        _ => return None,
    })
}

/// The keywords that one of a group of rules begins with: the parts of a declaration.
pub(super) fn members(rule: Rule) -> &'static [&'static str] {
    let owner = match rule {
        Rule::decl => return DECLARATION_KEYWORDS,
        Rule::flow_member => return MEMBER_KEYWORDS,
        Rule::step | Rule::state_part | Rule::body_or_step | Rule::target => return STEP_KEYWORDS,
        Rule::test_line => return TEST_KEYWORDS,
        Rule::method => return METHODS,
        Rule::lookup_member => return LOOKUP_MEMBERS,
        Rule::bot_member => "bot",
        Rule::setting => "channel",
        Rule::intent_member => "intent",
        Rule::slot_member => "slot",
        Rule::action_member => "action",
        Rule::skill_member => "skill",
        Rule::fallback_member => "fallback",
        Rule::knowledge_member => "knowledge",
        Rule::experiment_member => "experiment",
        Rule::route_rule => "route",
        Rule::migrate_line => "migrate",
        _ => return &[],
    };
    DECLARATION_MEMBERS.iter().find(|(word, _)| *word == owner).map_or(&[], |(_, words)| words)
}

/// The keyword that a rule begins with, for rules that begin with one: `kw_state` is `state`.
pub(super) fn keyword(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    name.strip_prefix("kw_").map(str::to_owned)
}
