//! Guards against the lexer and the grammar drifting apart: two definitions of one language.
#![expect(clippy::string_slice, reason = "tests cut sources at token boundaries")]

use std::collections::BTreeSet;

use super::ast::DeclKind;
use super::lower::Lower;
use super::pest_bridge::{self, Node, Rule};
use super::{lex, parse, token};
use crate::base::FileId;
use crate::diag::Code;

macro_rules! sources {
    ($($path:literal,)*) => { &[$(($path, include_str!($path)),)*] };
}

/// The standard library, the examples, the fixtures.
const SOURCES: &[(&str, &str)] = sources![
    "../../../stdlib/contact.flow",
    "../../../stdlib/core.flow",
    "../../../stdlib/dates.flow",
    "../../../stdlib/repair.flow",
    "../../../stdlib/smalltalk.flow",
    "../../../flows/order_change/bot.flow",
    "../../../flows/order_change/change_delivery_date.flow",
    "../../../flows/order_change/orders.flow",
    "../../../flows/order_change/other_requests.flow",
    "../../../flows/order_change/routing.flow",
    "../../../flows/order_change/tests.flow",
    "../../../flows/invoice_query/bot.flow",
    "../../../flows/invoice_query/crm.flow",
    "../../../flows/invoice_query/query_invoices.flow",
    "../../../flows/invoice_query/tests.flow",
    "../../../flows/outage_report/actions.flow",
    "../../../flows/outage_report/bot.flow",
    "../../../flows/outage_report/report_outage.flow",
    "../../../flows/outage_report/tests.flow",
    "../../../compiler/tests/fixtures/design.flow",
    "../../../compiler/tests/fixtures/migrate.flow",
    "../../../compiler/tests/corpus/allow_in_parts.flow",
    "../../../compiler/tests/corpus/allow_unused.flow",
    "../../../tests/conformance/clarify.flow",
    "../../../tests/conformance/digressions.flow",
    "../../../tests/conformance/misses.flow",
    "../../../tests/conformance/plurals.flow",
    "../../../tests/conformance/questions.flow",
    "../../../tests/conformance/repair.flow",
    "../../../tests/conformance/slots.flow",
    "../../../tests/conformance/values.flow",
];

/// A tree without its places and documentation, which a chunk counts from its own start.
fn without_places(kind: &DeclKind) -> String {
    let text = format!("{kind:?}");
    let places = regex::Regex::new(r"Span \{ start: \d+, end: \d+ \}").unwrap();
    let docs = regex::Regex::new(r#"doc: (None|Some\("([^"\\]|\\.)*"\))"#).unwrap();
    docs.replace_all(&places.replace_all(&text, ""), "").into_owned()
}

#[test]
fn chunks_and_the_whole_file_give_one_tree() {
    for (label, text) in SOURCES {
        let parsed = parse(text, FileId(0));
        let errors: Vec<_> = parsed.diagnostics.iter().map(|d| &d.message).collect();
        assert!(errors.is_empty(), "{label}: {errors:?}");
        let whole = pest_bridge::run(Rule::file, text, 0);
        let whole = whole.unwrap_or_else(|failure| panic!("{label}: {failure:?}"));
        let mut lower = Lower::new(text, &[]);
        let kinds: Vec<String> =
            whole.all(Rule::decl).map(|decl| without_places(&lower.decl(decl))).collect();
        let chunked: Vec<String> =
            parsed.decls.iter().map(|decl| without_places(&decl.node.kind)).collect();
        assert_eq!(kinds, chunked, "{label}");
    }
}

fn each_leaf(node: &Node, visit: &mut dyn FnMut(&Node)) {
    if node.children.is_empty() {
        visit(node);
    }
    node.children.iter().for_each(|child| each_leaf(child, visit));
}

#[test]
fn the_grammar_begins_and_ends_where_tokens_do() {
    for (label, text) in SOURCES {
        let tokens = lex(text);
        let bounds: BTreeSet<u32> =
            tokens.iter().flat_map(|token| [token.span.start, token.span.end]).collect();
        let whole = pest_bridge::run(Rule::file, text, 0).unwrap();
        each_leaf(&whole, &mut |leaf| {
            let piece = &text[leaf.span.range()];
            for place in [leaf.span.start, leaf.span.end] {
                assert!(bounds.contains(&place), "{label}: {:?} `{piece}`", leaf.rule);
            }
        });
    }
}

#[test]
fn keywords_of_the_grammar_are_keywords_of_the_tables() {
    let grammar = include_str!("grammar.pest");
    let rule =
        regex::Regex::new(r#"(?m)^(?:kw_\w+|method)\s*= @\{ (.*) ~ !ident_char \}$"#).unwrap();
    let word = regex::Regex::new(r#""(\w+)""#).unwrap();
    let of_grammar: BTreeSet<&str> = rule
        .captures_iter(grammar)
        .flat_map(|rule| word.captures_iter(rule.get(1).unwrap().as_str()))
        .map(|word| word.get(1).unwrap().as_str())
        .collect();
    assert!(of_grammar.len() > 100, "{}", of_grammar.len());
    let tables = [
        token::DECLARATION_KEYWORDS,
        token::MEMBER_KEYWORDS,
        token::STEP_KEYWORDS,
        token::TEST_KEYWORDS,
        token::OTHER_KEYWORDS,
    ];
    let of_tables: BTreeSet<&str> = tables.into_iter().flatten().copied().collect();
    assert_eq!(of_grammar, of_tables);
}

/// Plurals, in short and long texts, in each other, over lines.
const PLURALS: &str = r#"
text a(n: number, m: number) {
  en "You have {n, plural, =0 {none \} \#} one {# order} other {# orders by {m}}}."
  ru """
     {n, plural,
       one   {# {m, plural, one {a} other {{m} b}}}
       other {"quoted"
              words}}
     """
}
flow b {
  state s {
    say "{max(n, m), plural, other {#}}{n}"
    end resolved
  }
}
"#;

/// What the grammar takes is what the chunks take: no fault of a piece goes unseen, none is made up.
#[test]
fn a_text_without_one_token_is_wrong_for_both_or_for_neither() {
    assert!(faults_agree(include_str!("../../tests/fixtures/design.flow")) > 300);
    assert!(faults_agree(include_str!("../../tests/fixtures/migrate.flow")) > 40);
    assert!(faults_agree(PLURALS) > 40);
}

/// Takes out one token after the other; gives how often both found that wrong.
fn faults_agree(text: &str) -> usize {
    assert!(pest_bridge::run(Rule::file, text, 0).is_ok());
    let mut both = 0;
    for token in lex(text).iter().filter(|token| !token.kind.is_trivia()) {
        let span = token.span.range();
        let without = format!("{} {}", &text[..span.start], &text[span.end..]);
        let whole = pest_bridge::run(Rule::file, &without, 0).is_ok();
        let parsed = parse(&without, FileId(0));
        // Bad literals, braces left in texts and members that are there twice are faults of a tree
        // that has its form.
        let of_form = |code| matches!(code, Code::E0108 | Code::E0202 | Code::E0502);
        let form = parsed.diagnostics.iter().all(|d| of_form(d.code));
        both += usize::from(!whole && !form);
        assert_eq!(whole, form, "without `{}` at {}", &text[span], token.span.start);
    }
    both
}
