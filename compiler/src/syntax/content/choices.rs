//! What is seen of choices. Most who name a slot only ask whether it is some choice, or set it to one:
//! what customers call the choices, and which others there are, is nothing to them.

use std::sync::Arc;

use super::{Part, seen, word};
use crate::base::Span;
use crate::syntax::ast::{Entity, Slot, TypeExpr};
use crate::syntax::token::{MEMBER_KEYWORDS, STEP_KEYWORDS, Token, TokenKind};

/// How it is known that a name is only compared with a choice, set to one, emptied, or asked for
/// whether it holds anything.
pub(crate) fn compared(name: &str) -> String {
    format!("compared {name}")
}

/// How it is known that something is asked to be this choice, or not to be.
pub(crate) fn tested(option: &str) -> String {
    format!("is {option}")
}

/// A choice's options, by the words that name them, in order, and as they are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Arc<[(u64, u64)]>);

impl Options {
    pub(super) fn of(ty: &TypeExpr) -> Self {
        let TypeExpr::OneOf { options, .. } = ty else { return Self::default() };
        let names = options.iter().map(|option| option.name.text.as_str());
        Self(names.map(|name| (word(name), word(&tested(name)))).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with how it is asked for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }
}

/// What a choice's braces hold.
pub(super) fn inside(ty: &TypeExpr) -> Option<Span> {
    let TypeExpr::OneOf { options, span } = ty else { return None };
    Some(Span::new(options.first()?.name.span.start, span.end))
}

/// All of a slot's type, for those who do more than compare.
pub(super) fn of_slot(piece: &str, tokens: &[Token], slot: &Slot) -> Part {
    part(piece, tokens, &slot.name.text, slot.ty.span())
}

/// All of a choice, likewise.
pub(super) fn of_entity(piece: &str, tokens: &[Token], entity: &Entity) -> Option<Part> {
    inside(&entity.base)?;
    Some(part(piece, tokens, &entity.name.text, entity.base.span()))
}

fn part(piece: &str, tokens: &[Token], name: &str, ty: Span) -> Part {
    let at = |place: u32| tokens.partition_point(|token| token.span.start < place);
    let own = tokens.get(at(ty.start)..at(ty.end)).unwrap_or(&[]);
    let (head, words) = seen(piece, own, Vec::new());
    Part { name: name.to_owned(), head, words }
}

/// The same words, with some names only compared.
pub(super) fn only_compared<'n>(words: &[u64], names: impl Iterator<Item = &'n str>) -> Arc<[u64]> {
    let names: Vec<(u64, u64)> = names.map(|name| (word(name), word(&compared(name)))).collect();
    let instead = |known: &u64| names.iter().find(|(name, _)| name == known);
    let now = words.iter().map(|known| instead(known).map_or(*known, |(_, compared)| *compared));
    let mut now: Vec<u64> = now.collect();
    now.sort_unstable();
    now.dedup();
    now.into()
}

/// A token that is more than blanks and comments, with its text.
type Code<'p> = (TokenKind, &'p str);

/// What `is` goes on with: the choice that is asked for, if it is just one.
pub(super) fn asked_for<'p>(mut behind_is: impl Iterator<Item = Code<'p>>) -> Option<&'p str> {
    let mut option = behind_is.next()?;
    if option == (TokenKind::Word, "not") {
        option = behind_is.next()?;
    }
    let goes_on = |(kind, _): &Code<'_>| matches!(kind, TokenKind::Dot | TokenKind::OpenParen);
    let is_whole = !behind_is.next().as_ref().is_some_and(goes_on);
    (option.0 == TokenKind::Word && is_whole).then_some(option.1)
}

/// Whether what comes after `set` is a name that is set to one word: to a choice, if it is one.
pub(super) fn sets_one_word<'p>(mut behind_set: impl Iterator<Item = Code<'p>>) -> bool {
    let expected = [TokenKind::Word, TokenKind::Equals, TokenKind::Word];
    let is_as_expected = |kind| behind_set.next().is_some_and(|(found, _)| found == kind);
    expected.into_iter().all(is_as_expected)
        && match behind_set.next() {
            None | Some((TokenKind::CloseBrace | TokenKind::Arrow, _)) => true,
            // No expression goes on with one of these.
            Some((TokenKind::Word, text)) => {
                STEP_KEYWORDS.contains(&text) || MEMBER_KEYWORDS.contains(&text)
            }
            Some(_) => false,
        }
}

/// Whether the next is a name without a field.
pub(super) fn is_whole_name<'p>(mut behind: impl Iterator<Item = Code<'p>>) -> bool {
    behind.next().is_some_and(|(kind, _)| kind == TokenKind::Word)
        && behind.next().is_none_or(|(kind, _)| kind != TokenKind::Dot)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Content;
    use super::{compared, tested, word};
    use crate::base::FileId;
    use crate::syntax::parse;

    fn content(text: &str) -> Arc<Content> {
        parse(text, FileId(0)).decls[0].content.clone()
    }

    /// Whether `a` is named as one that is only compared, and as any other.
    fn names_a(steps: &str) -> (bool, bool) {
        let words = content(&format!("flow f {{ state s {{ {steps} }} }}")).words.clone();
        (words.contains(&word(&compared("a"))), words.contains(&word("a")))
    }

    #[test]
    fn who_only_compares() {
        let only = [
            "when a is b -> s",
            "when a is not b { say \"x\" }",
            "when not (a is b) and c > 2 -> s",
            "say \"{c}\" when a is // why\n b",
            "set a = b  -> s",
            "set a = b",
            "set a = b  say \"x\"",
            "clear a",
            "clear c, a, d.e",
            "when has a -> s",
            "when has a and a is b -> s",
        ];
        only.iter().for_each(|steps| assert_eq!(names_a(steps), (true, false), "{steps}"));
        let more = [
            "fill a",
            "fill c, a",
            "say \"{a}\"",
            "when a == b -> s",
            "when a.b is c -> s",
            "when c is a -> s",
            "when c is not a -> s",
            "set c = a",
            "set c = a  say \"x\"",
            "when a in c -> s",
            "do x(a)",
            "clear c, a.b",
            "when has a.b -> s",
            "when f(has c, a) -> s",
        ];
        more.iter().for_each(|steps| assert_eq!(names_a(steps), (false, true), "{steps}"));
        let both = ["when a is b { say \"{a}\" }", "set a = b  fill a", "clear a  set c = a + 1"];
        both.iter().for_each(|steps| assert_eq!(names_a(steps), (true, true), "{steps}"));
        // What it is compared with may be more than a choice.
        for steps in ["when a is b.c -> s", "when a is f(b) -> s", "set a = b + c", "set a = b.c"] {
            assert_eq!(names_a(steps), (false, true), "{steps}");
        }
        let asks = |steps: &str| {
            let text = format!("flow f {{ state s {{ {steps} }} }}");
            content(&text).words.contains(&word(&tested("b")))
        };
        assert!(asks("when a is b -> s") && asks("when a is not b -> s"));
        assert!(!asks("set a = b  clear a"));
    }

    #[test]
    fn what_choices_are_called_is_seen_by_those_who_show_them() {
        let lists = ["b { en \"x\" }, c", "c, b", "b { en \"y\" zh \"z\" }"];
        for declared in ["entity a: one_of { L }", "slot a: one_of { L } { ask \"{d}?\" }"] {
            let of = |list: &str| content(&declared.replace('L', list));
            let first = of("b, c");
            for other in lists {
                let other = of(other);
                assert_eq!((other.head, &other.head_words), (first.head, &first.head_words));
                assert_ne!(other.shown, first.shown, "{declared}");
            }
            assert_eq!(of("b { en \"x\" } c { zh \"y\" }").options, first.options);
            assert_ne!(of("c, b").options, first.options);
            assert!(first.head_words.contains(&word(&compared("a"))));
            assert!(!first.head_words.contains(&word("a")));
        }
        // A type that is named is compared as its slot is, unless some choice is in it from the start.
        let words = |text: &str| content(text).head_words.clone();
        assert!(words("slot a: level").contains(&word(&compared("level"))));
        assert!(words("slot a: level { default b }").contains(&word("level")));
    }
}
