//! The language's own words: keywords, types, names that every expression knows.

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::diag::Code;
use flowright_compiler::sema::signatures;
use flowright_compiler::syntax::{Token, TokenKind};

use super::md::{Md, plain};
use crate::ide::expect::{Place, Rule, Wanted, read};
use crate::ide::snapshot::Snapshot;
use crate::ide::words::{About, about, about_few, about_function, about_name, about_type};

/// Tokens of a declaration that are read before a word.
const READ_MAX: usize = 100_000;
/// Where the manual is.
const MANUAL: &str = "https://github.com/flowright/flowright/blob/main/docs/language.md";
/// Where the pages of the codes are.
const CODES: &str = flowright_compiler::diag::sarif::PAGES;

/// What is known of the word at an offset, and where it is.
pub(super) fn word(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<(Span, String)> {
    let text: &str = &snapshot.source(file)?.text;
    let parsed = &snapshot.model.file(file)?.parsed;
    let touches = |token: &Token| token.span.start <= offset && offset <= token.span.end;
    let is_it = |token: &Token| token.kind == TokenKind::Word && touches(token);
    // Tokens tile the text: the one that holds the offset, or the one that ends there.
    let holds = parsed.tokens.partition_point(|token| token.span.end <= offset);
    let mut near = [Some(holds), holds.checked_sub(1)].into_iter().flatten();
    let number = near.find(|at| parsed.tokens.get(*at).is_some_and(is_it))?;
    let token = parsed.tokens.get(number)?;
    let word = text.get(token.span.range())?;
    let begins = parsed.decls.iter().rfind(|decl| decl.origin <= token.span.start);
    let origin = begins.map_or(0, |decl| decl.origin);
    let first = parsed.tokens.partition_point(|token| token.span.start < origin);
    if number.saturating_sub(first) > READ_MAX {
        return None;
    }
    let before: Vec<Token> = parsed
        .tokens
        .get(first..number)?
        .iter()
        .filter(|token| !token.kind.is_trivia())
        .copied()
        .collect();
    let is_called = parsed.tokens.get(number + 1).is_some_and(|t| t.kind == TokenKind::OpenParen);
    let expected = read(text, &before);
    let mut by_name = None;
    for (wanted, frames) in expected.next() {
        let rule = frames.first().map(|frame| frame.rule);
        match wanted {
            Wanted::Word(own) if own == word => {
                return keyword(rule, word).map(|page| (token.span, page));
            }
            Wanted::Name(place) => by_name = by_name.or_else(|| name(place, word, is_called)),
            _ => {}
        }
    }
    by_name.map(|page| (token.span, page))
}

fn keyword(rule: Option<Rule>, word: &str) -> Option<String> {
    Some(told(word, "", about(rule, word)?))
}

fn name(place: Place, word: &str, is_called: bool) -> Option<String> {
    match place {
        Place::Type | Place::Entity => Some(told(word, "", about_type(word)?)),
        Place::Expr if is_called => {
            let function = signatures().into_iter().find(|function| function.name == word)?;
            let code = format!("{word}({}) -> {}", function.takes.join(", "), function.gives);
            Some(told(&code, "", about_function(word)?))
        }
        Place::Expr | Place::Has => {
            let (about, kind) = about_name(word)?;
            Some(told(word, kind, about))
        }
        Place::Code => code(word),
        Place::ChannelKind
        | Place::Setting
        | Place::Outcome
        | Place::Urgency
        | Place::Level
        | Place::ActionError
        | Place::GivenError => Some(told(word, "", about_few(word)?)),
        _ => None,
    }
}

/// A code that is allowed: what it says, and its page.
fn code(word: &str) -> Option<String> {
    let code = Code::parse(word)?;
    let title = code.page().lines().next().unwrap_or_default().trim_start_matches('#').trim();
    let says = code.page().lines().skip(1).find(|line| !line.trim().is_empty());
    let mut page = Md::default();
    page.par(format!("**{}**", plain(title))).par(says.unwrap_or_default());
    page.par(format!("[Its page]({CODES}/{}.md)", code.as_str()));
    Some(page.finish())
}

fn told(code: &str, kind: &str, about: About) -> String {
    let code = if kind.is_empty() { code.to_owned() } else { format!("{code}: {kind}") };
    let anchor: String = about
        .section
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let mut page = Md::default();
    page.code(&code).par(about.says);
    page.par(format!("[{}]({MANUAL}#{anchor})", about.section));
    page.finish()
}
