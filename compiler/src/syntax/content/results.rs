//! What an action gives, field by field, and who sees all of it: most flows name some fields of a
//! result, and depend on no other.

mod items;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Part, seen, word};
use crate::base::Span;
use crate::syntax::ast::{Action, Field, TypeExpr};
use crate::syntax::token::{Token, TokenKind};

/// How it is known that something may look at all that an action gives.
pub(crate) fn all_of(action: &str) -> String {
    format!("all of {}", action.replace('.', " "))
}

/// How it is known that something may look at all of the items of a list in what an action gives.
pub(crate) fn items_of(action: &str) -> String {
    format!("items of {}", action.replace('.', " "))
}

/// The fields of what an action gives, where it is a record.
fn fields(action: &Action) -> &[Field] {
    match &action.result {
        Some(TypeExpr::Record { fields, .. }) => fields,
        _ => &[],
    }
}

/// The fields of the items of a field, where it is a list of records.
fn item_fields(field: &Field) -> &[Field] {
    match &field.ty {
        TypeExpr::List { item, .. } => match &**item {
            TypeExpr::Record { fields, .. } => fields,
            _ => &[],
        },
        _ => &[],
    }
}

fn field_span(field: &Field) -> Span {
    let labels = field.labels.personal.iter().chain(&field.optional).copied();
    let labels = labels.chain(field.labels.visible_to.iter().map(|role| role.span));
    labels.fold(field.name.span.cover(field.ty.span()), Span::cover)
}

/// Where they stand: which there are is nothing to those who name others.
pub(super) fn span(action: &Action) -> Option<Span> {
    span_of(fields(action))
}

fn span_of(fields: &[Field]) -> Option<Span> {
    Some(field_span(fields.first()?).cover(field_span(fields.last()?)))
}

/// Each field, for those who name it, and all of them; each field of the items of a list, and all of
/// those.
pub(super) fn parts(piece: &str, tokens: &[Token], action: &Action) -> Arc<[Part]> {
    let part = |name: String, span: Span, hidden: Option<Span>| {
        let at = |place: u32| tokens.partition_point(|token| token.span.start < place);
        let own = tokens.get(at(span.start)..at(span.end)).unwrap_or(&[]);
        let (head, words) = seen(piece, own, hidden.into_iter().collect());
        Part { name, head, words }
    };
    let of = &action.name.text;
    // The action's last word comes last: keys find what is named by it, and few others have it.
    let field = |field: &Field| {
        let items = span_of(item_fields(field));
        part(format!("{}.{of}", field.name.text), field_span(field), items)
    };
    let item_field = |(list, field): (&Field, &Field)| {
        let name = format!("{}.{}.{of}", field.name.text, list.name.text);
        part(name, field_span(field), None)
    };
    let of_items = fields(action)
        .iter()
        .flat_map(|list| item_fields(list).iter().map(move |field| (list, field)));
    let of_items: Vec<Part> = of_items.map(item_field).collect();
    let items = (!of_items.is_empty()).then(|| all_items(items_of(of), &of_items));
    let all = span(action).map(|span| part(all_of(of), span, None));
    fields(action).iter().map(field).chain(of_items).chain(items).chain(all).collect()
}

/// All fields of items as one part.
fn all_items(name: String, of_items: &[Part]) -> Part {
    let mut hasher = blake3::Hasher::new();
    of_items.iter().for_each(|part| {
        hasher.update(part.name.as_bytes()).update(part.head.as_bytes());
    });
    let mut words: Vec<u64> = of_items.iter().flat_map(|part| part.words.iter()).copied().collect();
    words.sort_unstable();
    words.dedup();
    Part { name, head: hasher.finalize(), words: words.into() }
}

/// The actions of which some tokens of a flow may look at all that they give, as words: those whose
/// result is named without a field, and those that give results of one name. Likewise at all of the
/// items of lists.
pub(super) fn seen_whole(piece: &str, tokens: &[Token]) -> Vec<u64> {
    let results = results(piece, tokens);
    if results.is_empty() {
        return Vec::new();
    }
    let named_alone = named_alone(piece, tokens, &results);
    let is_whole = |(name, action): &&(&str, String)| {
        let is_other = |(own, other): &(&str, String)| own == name && other != action;
        named_alone.contains(name) || results.iter().any(is_other)
    };
    let whole = results.iter().filter(is_whole).map(|(_, action)| word(&all_of(action)));
    whole.chain(items::seen_whole(piece, tokens, &results)).collect()
}

/// What `do NAME = ACTION(…)` gives a name to, with the action.
fn results<'p>(piece: &'p str, tokens: &[Token]) -> Vec<(&'p str, String)> {
    let mut found = Vec::new();
    let mut all = code(piece, tokens);
    while let Some(token) = all.next() {
        let mut next = all.clone();
        if token == (TokenKind::Word, "do")
            && let Some((_, name)) = next.next()
            && next.next().is_some_and(|(kind, _)| kind == TokenKind::Equals)
        {
            let is_part = |(kind, _): &_| matches!(kind, TokenKind::Word | TokenKind::Dot);
            found.push((name, next.take_while(is_part).map(|(_, text)| text).collect()));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Those that stand somewhere without a field, but for where they get their names.
fn named_alone<'p>(
    piece: &'p str,
    tokens: &[Token],
    results: &[(&str, String)],
) -> BTreeSet<&'p str> {
    let mut found = BTreeSet::new();
    let mut before = (TokenKind::Whitespace, "");
    let mut all = code(piece, tokens).peekable();
    while let Some((kind, text)) = all.next().filter(|_| !results.is_empty()) {
        let next = all.peek().map(|(kind, _)| *kind);
        let is_given = before.1 == "do" && next == Some(TokenKind::Equals);
        let is_alone = before.0 != TokenKind::Dot && next != Some(TokenKind::Dot) && !is_given;
        if kind == TokenKind::Word && is_alone && results.iter().any(|(name, _)| *name == text) {
            found.insert(text);
        }
        before = (kind, text);
    }
    found
}

/// Tokens that are more than blanks and comments, with their texts.
fn code<'p>(
    piece: &'p str,
    tokens: &[Token],
) -> impl Iterator<Item = (TokenKind, &'p str)> + Clone {
    let tokens = tokens.iter().filter(|token| !token.kind.is_trivia());
    tokens.map(|token| (token.kind, piece.get(token.span.range()).unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Content;
    use super::{all_of, word};
    use crate::base::FileId;
    use crate::syntax::parse;

    fn content(text: &str) -> Arc<Content> {
        parse(text, FileId(0)).decls[0].content.clone()
    }

    fn gives(result: &str) -> Arc<Content> {
        content(&format!("action a.b(c: text) -> {{ {result} }} {{ get \"x\" }}"))
    }

    #[test]
    fn an_actions_head_is_what_its_callers_see() {
        let action = |param: &str, request: &str, error: &str| {
            let body = format!("{request} error gone when {error}");
            content(&format!("action a.b(c: {param}) -> {{ d: text }} {{ {body} }}")).head
        };
        let (first, get) = (action("text", "get \"x\"", "status == 404"), "get \"x\"");
        assert_eq!(first, action("text", "get \"y\" header \"E\" \"{c}\"", "status > 3"));
        assert_ne!(first, action("date", get, "status == 404"));
        assert_eq!(gives("d: text").head, gives("e: level personal, d: date").head);
        assert_eq!(gives("d: text").head_words, gives("e: level, d: date").head_words);
        let others = ["d: text", "list of { d: text }", "text", "list of text"];
        let heads =
            others.map(|other| content(&format!("action a.b() -> {other} {{ {get} }}")).head);
        assert!(heads.iter().enumerate().all(|(n, head)| !heads[..n].contains(head)));
    }

    #[test]
    fn a_field_of_a_result_is_seen_apart_from_the_others() {
        let first = gives("d: text, e: level optional").parts.clone();
        let names: Vec<&str> = first.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["d.a.b", "e.a.b", "all of a b"]);
        // The same, whatever stands beside it.
        for same in ["d: text // why\n, f: date, e:  level optional,", "e: level optional, d: text"]
        {
            let parts = gives(same).parts.clone();
            first[..2].iter().for_each(|part| assert!(parts.contains(part), "{same}"));
            assert!(!parts.contains(&first[2]), "{same}");
        }
        let others = ["d: date", "d: text personal", "d: text visible to x", "d: text optional"];
        for other in others.into_iter().chain(["d: { text: text }", "d: list of text"]) {
            assert_ne!(gives(other).parts[0], first[0], "{other}");
        }
        let names_level = |part: usize| first[part].words.contains(&word("level"));
        assert_eq!([0, 1, 2].map(names_level), [false, true, true]);
    }

    #[test]
    fn who_names_a_result_without_a_field_sees_all_of_it() {
        let wholes = |steps: &str| {
            let words = content(&format!("flow f {{ state s {{ {steps} }} }}")).words.clone();
            let seen = |action: &&str| words.contains(&word(&all_of(action)));
            ["a.b", "c"].into_iter().filter(seen).collect::<Vec<_>>()
        };
        let cases: [(&str, &[&str]); 12] = [
            ("do x = a.b()  say \"{x.d}\"  clear x.e  when has x.d -> s", &[]),
            ("do x = a.b()  say \"x\"  say y", &[]),
            ("do x = a.b()  do y = c()  -> x.y", &[]),
            ("do x = a.b()  do x = a . b (y)  set x.d = 1", &[]),
            ("do c()  clear x", &[]),
            ("do x = a.b()  clear y, // and\n x  do y = c(z)", &["a.b", "c"]),
            ("do x = a.b()  clear x.d, x", &["a.b"]),
            ("when has x -> s  do x = c()", &["c"]),
            ("do x = c()  say \"{x}\"", &["c"]),
            ("do x = c()  do x = a.b()", &["a.b", "c"]),
            ("do x = c()  choose x in y.z { \"w\" -> s }", &["c"]),
            ("do x // the\n = c()  set x = 2", &["c"]),
        ];
        cases.iter().for_each(|(steps, whole)| assert_eq!(wholes(steps), *whole, "{steps}"));
    }
}
