//! What each word of a text is, for colouring it by its meaning.

use std::collections::BTreeMap;

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::syntax::token::{
    DECLARATION_KEYWORDS, DECLARATION_MEMBERS, LOOKUP_MEMBERS, MEMBER_KEYWORDS, METHODS,
    OTHER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS,
};
use flowright_compiler::syntax::{TokenKind, lex};

use super::navigate::is_standard;
use super::snapshot::Snapshot;
use super::symbols::{Kind, Role, Symbol, occurrences};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// A comment.
    Comment,
    /// A word of the language.
    Keyword,
    /// Text that is said, and its quotes.
    Text,
    /// `\n` and the like in a text.
    Escape,
    /// A regular expression.
    Regex,
    /// A number, date, duration, amount.
    Literal,
    /// A sign.
    Operator,
    /// A name.
    Name(Kind),
}

/// A piece of text on one line, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where.
    pub span: Span,
    /// What.
    pub colour: Colour,
    /// It is declared here.
    pub declares: bool,
    /// Its value is changed here.
    pub writes: bool,
    /// It is the standard library's.
    pub standard: bool,
}

/// The pieces of a file, in the order of the text. None goes over a line's end.
#[must_use]
pub fn pieces(snapshot: &Snapshot, file: FileId) -> Vec<Piece> {
    let (Some(source), Some(known)) = (snapshot.source(file), snapshot.model.file(file)) else {
        return Vec::new();
    };
    let mut names: BTreeMap<u32, (Span, Symbol, Role)> = BTreeMap::new();
    for decl in &known.parsed.decls {
        for found in occurrences(&snapshot.model, file, decl) {
            names.insert(found.at.span.start, (found.at.span, found.symbol, found.role));
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut covered = 0;
    for token in lex(&source.text) {
        if token.span.start < covered {
            continue;
        }
        if let Some((span, symbol, role)) = names.remove(&token.span.start) {
            // A type that is built in is a word of the language.
            let is_entity = symbol.kind == Kind::Entity;
            let colour = match is_entity && !snapshot.model.declares(Kind::Entity, &symbol.name) {
                true => Colour::Keyword,
                false => Colour::Name(symbol.kind),
            };
            let standard = is_standard(snapshot, &symbol);
            let (declares, writes) = (role == Role::Declares, role == Role::Writes);
            covered = span.end;
            pieces.push(Piece { span, colour, declares, writes, standard });
            continue;
        }
        let text = source.text.get(token.span.range()).unwrap_or_default();
        let colour = match token.kind {
            TokenKind::Comment | TokenKind::DocComment => Colour::Comment,
            TokenKind::Word if is_keyword(text) => Colour::Keyword,
            TokenKind::Quote | TokenKind::StringText => Colour::Text,
            TokenKind::Escape => Colour::Escape,
            TokenKind::Regex => Colour::Regex,
            TokenKind::Literal => Colour::Literal,
            TokenKind::Arrow | TokenKind::Operator | TokenKind::Equals => Colour::Operator,
            _ => continue,
        };
        for span in lines(token.span, text) {
            pieces.push(Piece { span, colour, declares: false, writes: false, standard: false });
        }
    }
    pieces
}

/// The parts of a token that lie on one line each, blanks at their ends left out.
fn lines(span: Span, text: &str) -> impl Iterator<Item = Span> {
    let mut start = span.start;
    text.split_inclusive('\n').filter_map(move |line| {
        let from = start;
        let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        start = from.saturating_add(length(line));
        let shown = line.trim_end_matches(['\n', '\r']);
        (!shown.is_empty()).then(|| Span::new(from, from + length(shown)))
    })
}

/// Whether a word is the language's, wherever it stands.
#[must_use]
pub fn is_keyword(word: &str) -> bool {
    let lists = [
        DECLARATION_KEYWORDS,
        MEMBER_KEYWORDS,
        STEP_KEYWORDS,
        TEST_KEYWORDS,
        LOOKUP_MEMBERS,
        METHODS,
        OTHER_KEYWORDS,
    ];
    lists.iter().any(|list| list.contains(&word))
        || DECLARATION_MEMBERS.iter().any(|(_, members)| members.contains(&word))
}
