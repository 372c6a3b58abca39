//! The formatter checks itself: what it wrote must say what was there.

use super::write;
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic};
use crate::syntax::{Parsed, TokenKind, parse};

/// Where in the first text two texts differ, and in what.
type Difference = (Span, &'static str);

/// A finding, if two texts differ in more than blanks or the second one is not a fixed point.
/// `written` is what came of `text`.
pub(super) fn check(text: &str, written: &str) -> Option<Diagnostic> {
    let (at, what) = difference(text, written)?;
    let at = FileSpan { file: FileId(0), span: at };
    let message = format!("the formatter would have changed what the file says: {what}");
    let help = "nothing was changed; this is a fault of the formatter: please report it with the \
                file";
    Some(Diagnostic::new(Code::E0902, at, message).label("here").help(help))
}

fn difference(text: &str, written: &str) -> Option<Difference> {
    let old = Read { text, parsed: parse(text, FileId(0)) };
    let new = Read { text: written, parsed: parse(written, FileId(0)) };
    let in_comments = first_difference(&old, &new, |kind| kind.is_trivia());
    let in_code = || first_difference(&old, &new, |kind| !kind.is_trivia());
    in_comments
        .map(|at| (at, "a comment differs"))
        .or_else(|| in_code().map(|at| (at, "a word or sign differs")))
        .or_else(|| trees(&old.parsed, &new.parsed))
        .or_else(|| {
            let again = (Span::default(), "formatting the result again changes it");
            (write(written) != written).then_some(again)
        })
}

/// A text with what it says.
struct Read<'t> {
    text: &'t str,
    parsed: Parsed,
}

impl<'t> Read<'t> {
    /// Tokens of a kind; comments without trailing blanks.
    fn pieces(&self, wanted: fn(TokenKind) -> bool) -> impl Iterator<Item = (Span, &'t str)> {
        let tokens = self.parsed.tokens.iter().filter(move |token| {
            wanted(token.kind) && !matches!(token.kind, TokenKind::Whitespace | TokenKind::Unclosed)
        });
        let text = self.text;
        tokens.map(move |token| {
            let piece = text.get(token.span.range()).unwrap_or("");
            (token.span, if token.kind.is_trivia() { piece.trim_end() } else { piece })
        })
    }
}

/// The first token of a kind that is not the same in both texts.
fn first_difference(old: &Read<'_>, new: &Read<'_>, wanted: fn(TokenKind) -> bool) -> Option<Span> {
    let mut written = new.pieces(wanted).map(|(_, piece)| piece);
    for (at, piece) in old.pieces(wanted) {
        if written.next() != Some(piece) {
            return Some(at);
        }
    }
    let end = u32::try_from(old.text.len()).unwrap_or(u32::MAX);
    written.next().map(|_| Span::new(end, end))
}

fn trees(old: &Parsed, new: &Parsed) -> Option<Difference> {
    for (i, decl) in old.decls.iter().enumerate() {
        let tree = |decl| without_places(&format!("{decl:?}"));
        let other = new.decls.get(i).map(|other| tree(&other.node));
        if other != Some(tree(&decl.node)) {
            let at = decl.node.span.shifted(decl.origin);
            return Some((at, "a declaration would be read in another way"));
        }
    }
    let more = new.decls.len() > old.decls.len();
    more.then_some((Span::default(), "one declaration would be read as two"))
}

/// A tree without its places.
fn without_places(tree: &str) -> String {
    let mut kept = String::with_capacity(tree.len());
    let mut parts = tree.split("Span { start: ");
    kept.push_str(parts.next().unwrap_or(""));
    for part in parts {
        kept.push_str("Span");
        kept.push_str(part.split_once('}').map_or("", |(_, behind)| behind));
    }
    kept
}
