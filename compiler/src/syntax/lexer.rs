//! Text to tokens. Two modes: code, and the inside of a string, where `{` goes back to code.

use logos::Logos;

use super::forgotten::{LongText, forgotten};
use super::token::{Token, TokenKind};
use crate::base::Span;

/// An open string, or an open branch of a plural in one.
#[derive(Debug, Clone, Copy)]
struct OpenString {
    /// `"""`: may hold line ends.
    long: bool,
    /// A branch: ends with `}`.
    is_branch: bool,
    /// Braces open in the placeholder being lexed; 0 in the string itself.
    braces: u32,
    /// Parentheses open there.
    parens: u32,
    /// How far the placeholder is on the way to the branches of a plural.
    plural: Plural,
}

/// What was read of `, plural,` in a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plural {
    No,
    Comma,
    Word,
    /// What stands in braces from here on is a branch.
    Branches,
}

impl OpenString {
    const fn new(long: bool, is_branch: bool) -> Self {
        Self { long, is_branch, braces: 0, parens: 0, plural: Plural::No }
    }
}

/// Lexes a whole text. The tokens tile it; what no token can be is [`TokenKind::Unknown`].
#[must_use]
pub fn lex(text: &str) -> Vec<Token> {
    let (tokens, strings, long) = (Vec::new(), Vec::new(), Vec::new());
    let mut lexer = Lexer { text, at: 0, end: text.len(), tokens, strings, long };
    let mut tried = 0;
    loop {
        lexer.run();
        let whole = lexer.end == text.len();
        let cut = lexer.forgotten().filter(|_| whole && tried < CUTS_MAX);
        if let Some((token, end)) = cut {
            tried += 1;
            lexer.again_from(token, end);
            continue;
        }
        if !lexer.strings.is_empty() {
            lexer.unclosed();
        }
        if whole {
            // They are kept as long as the text is.
            lexer.tokens.shrink_to_fit();
            return lexer.tokens;
        }
        lexer.strings.clear();
        lexer.end = text.len();
    }
}

/// Texts of several lines that are cut short in one file.
const CUTS_MAX: u32 = 16;

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// How far the text is looked at.
    end: usize,
    tokens: Vec<Token>,
    strings: Vec<OpenString>,
    /// Those that were begun since something was cut short.
    long: Vec<LongText>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn run(&mut self) {
        while self.at < self.end {
            match self.strings.last() {
                Some(open) if open.braces == 0 => self.string_piece(*open),
                _ => self.code_token(),
            }
        }
    }

    fn forgotten(&self) -> Option<(usize, usize)> {
        self.strings.first()?;
        forgotten(self.text, &self.tokens, &self.long)
    }

    /// Goes back to a token, and lexes from there up to `end` as if the text ended there.
    fn again_from(&mut self, token: usize, end: usize) {
        if let Some(from) = self.tokens.get(token) {
            self.at = from.span.start as usize;
        }
        self.tokens.truncate(token);
        self.strings.clear();
        self.long.clear();
        self.end = end;
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let end = (self.at + length).min(self.text.len());
        let bound = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        self.tokens.push(Token { kind, span: Span::new(bound(self.at), bound(end)) });
        self.at = end;
    }

    /// Marks the end of a string that was not closed, once where several end.
    fn unclosed(&mut self) {
        if self.tokens.last().is_none_or(|token| token.kind != TokenKind::Unclosed) {
            self.push(TokenKind::Unclosed, 0);
        }
    }

    /// One token of code; inside a placeholder, braces are counted so that its end is known.
    fn code_token(&mut self) {
        let mut inner = TokenKind::lexer(self.rest());
        let kind = match inner.next() {
            Some(Ok(kind)) => kind,
            _ => TokenKind::Unknown,
        };
        let mut length = inner.span().end;
        if kind == TokenKind::Unknown {
            length = self.rest().chars().next().map_or(1, char::len_utf8);
        }
        // A placeholder of a short string ends with the line at the latest, unless it is a plural
        // with its branches on lines of their own; those do not begin in the first column, where
        // declarations do.
        let after = self.rest().get(length..).and_then(|rest| rest.chars().next());
        let begins_line = self.rest().get(..length).is_some_and(|blank| blank.ends_with('\n'))
            && after.is_some_and(char::is_alphabetic);
        let ends =
            |open: &OpenString| !open.long && (open.plural != Plural::Branches || begins_line);
        let in_short = self.strings.last().is_some_and(ends);
        if kind == TokenKind::Whitespace
            && in_short
            && let Some(newline) = self.rest().get(..length).and_then(|blank| blank.find('\n'))
        {
            self.strings.pop();
            if newline > 0 {
                self.push(TokenKind::Whitespace, newline);
            }
            self.unclosed();
            return;
        }
        let long = kind == TokenKind::Quote && length == 3;
        self.push(kind, length);
        match kind {
            TokenKind::Quote => {
                if long && self.strings.is_empty() {
                    let token = self.tokens.len() - 1;
                    self.long.push(LongText { token, end: None });
                }
                self.strings.push(OpenString::new(long, false));
            }
            TokenKind::OpenBrace => self.open_brace(),
            TokenKind::CloseBrace => self.count_brace(-1),
            _ => self.watch_plural(kind),
        }
    }

    /// A brace in code: behind `, plural,` it opens a branch.
    fn open_brace(&mut self) {
        match self.strings.last() {
            Some(open) if open.braces == 1 && open.plural == Plural::Branches => {
                let branch = OpenString::new(open.long, true);
                self.strings.push(branch);
            }
            _ => self.count_brace(1),
        }
    }

    /// Follows a placeholder to where the branches of a plural begin.
    fn watch_plural(&mut self, kind: TokenKind) {
        let Some(open) = self.strings.last_mut() else { return };
        match kind {
            TokenKind::OpenParen => open.parens += 1,
            TokenKind::CloseParen => open.parens = open.parens.saturating_sub(1),
            _ if kind.is_trivia() || open.braces != 1 || open.parens > 0 => {}
            _ => {
                open.plural = match (open.plural, kind) {
                    (Plural::Branches, _) | (Plural::Word, TokenKind::Comma) => Plural::Branches,
                    (Plural::No, TokenKind::Comma) => Plural::Comma,
                    // Any word: what is not `plural` is for the grammar to say.
                    (Plural::Comma, TokenKind::Word) => Plural::Word,
                    _ => Plural::No,
                };
            }
        }
    }

    fn count_brace(&mut self, by: i32) {
        if let Some(open) = self.strings.last_mut() {
            open.braces = open.braces.saturating_add_signed(by);
            if open.braces == 0 {
                (open.parens, open.plural) = (0, Plural::No);
            }
        }
    }

    /// Leaves a string, and the branches open in it.
    fn close_string(&mut self) {
        while self.strings.pop().is_some_and(|open| open.is_branch) {}
        if let Some(long) = self.long.last_mut().filter(|_| self.strings.is_empty()) {
            long.end.get_or_insert(self.at);
        }
    }

    /// One piece of a string: its end, an escape, the start of a placeholder, or text.
    fn string_piece(&mut self, open: OpenString) {
        let OpenString { long, is_branch, .. } = open;
        let rest = self.rest();
        let quote = if long { "\"\"\"" } else { "\"" };
        if rest.starts_with(quote) {
            self.push(TokenKind::Quote, quote.len());
            self.close_string();
        } else if is_branch && rest.starts_with('}') {
            self.push(TokenKind::CloseBrace, 1);
            self.strings.pop();
        } else if rest.starts_with("{{") || rest.starts_with("}}") {
            self.push(TokenKind::Escape, 2);
        } else if rest.starts_with('{') {
            self.push(TokenKind::OpenBrace, 1);
            self.count_brace(1);
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            let length = escaped.chars().next().map_or(0, char::len_utf8);
            self.push(TokenKind::Escape, 1 + length);
        } else if rest.starts_with('\n') && !long {
            self.unclosed();
            self.close_string();
        } else {
            let length = text_length(rest, long, is_branch);
            self.push(TokenKind::StringText, length);
        }
    }
}

/// Bytes of plain text at the start of a string's inside; at least one character.
fn text_length(rest: &str, long: bool, is_branch: bool) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let stop = chars.find(|(i, c)| match c {
        '"' => !long || rest.get(*i..).is_some_and(|r| r.starts_with("\"\"\"")),
        '\\' | '{' => true,
        '}' => is_branch || rest.get(*i..).is_some_and(|r| r.starts_with("}}")),
        '\n' => !long,
        _ => false,
    });
    stop.map_or(rest.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_tiles(text: &str) {
        let mut at = 0;
        for token in lex(text) {
            assert_eq!(token.span.start, at, "{text:?}");
            at = token.span.end;
        }
        assert_eq!(at as usize, text.len(), "{text:?}");
    }

    #[test]
    fn strings_hold_placeholders_and_end_with_their_line() {
        use TokenKind::{CloseBrace, OpenBrace, Quote, StringText, Unclosed, Whitespace, Word};
        let kinds = |text| lex(text).iter().map(|t| t.kind).collect::<Vec<_>>();
        assert_eq!(
            kinds("\"a{b}c\""),
            [Quote, StringText, OpenBrace, Word, CloseBrace, StringText, Quote]
        );
        assert_eq!(kinds("\"a\nb"), [Quote, StringText, Unclosed, Whitespace, Word]);
        assert_eq!(
            kinds("\"a{b\nc"),
            [Quote, StringText, OpenBrace, Word, Unclosed, Whitespace, Word]
        );
        assert_eq!(kinds("\"a{\"b\nc")[4..], [StringText, Unclosed, Whitespace, Word]);
        assert_eq!(kinds("\"\"\"a\nb"), [Quote, StringText, Unclosed]);
        assert_eq!(kinds("\"\"\"a\n\"b\"\"\""), [Quote, StringText, Quote]);
    }

    #[test]
    fn branches_of_a_plural_are_strings_in_a_string() {
        use TokenKind::{
            CloseBrace, Comma, Equals, Escape, Literal, OpenBrace, OpenParen, Quote, StringText,
            Unclosed, Whitespace, Word,
        };
        let kinds = |text| {
            let all = lex(text).into_iter().map(|token| token.kind);
            all.filter(|kind| *kind != Whitespace).collect::<Vec<_>>()
        };
        let head = [Quote, OpenBrace, Word, Comma, Word, Comma];
        let with = |rest: &[TokenKind]| [&head[..], rest].concat();
        assert_eq!(
            kinds("\"{n, plural, =0 {no, none} other {# of {m}}} x\""),
            with(&[
                Equals, Literal, OpenBrace, StringText, CloseBrace, Word, OpenBrace, StringText,
                OpenBrace, Word, CloseBrace, CloseBrace, CloseBrace, StringText, Quote
            ])
        );
        assert_eq!(
            kinds("\"{n, plural, other {\\}{{}}\""),
            with(&[Word, OpenBrace, Escape, Escape, CloseBrace, CloseBrace, Quote])
        );
        assert_eq!(
            kinds("\"{n, plural, other {x\"\na"),
            with(&[Word, OpenBrace, StringText, Quote, Word])
        );
        assert_eq!(
            kinds("\"{n, plural, other {x\na"),
            with(&[Word, OpenBrace, StringText, Unclosed, Word])
        );
        assert_eq!(
            kinds("\"{n, plural,\n one {a}\n other {b}}\""),
            with(&[
                Word, OpenBrace, StringText, CloseBrace, Word, OpenBrace, StringText, CloseBrace,
                CloseBrace, Quote
            ])
        );
        assert_eq!(
            kinds("\"{f(a, b, {c})}\""),
            [
                Quote,
                OpenBrace,
                Word,
                OpenParen,
                Word,
                Comma,
                Word,
                Comma,
                OpenBrace,
                Word,
                CloseBrace,
                TokenKind::CloseParen,
                CloseBrace,
                Quote
            ]
        );
    }

    #[test]
    fn a_long_text_that_is_not_closed_ends_before_the_next_declaration() {
        use TokenKind::{CloseBrace, OpenBrace, Quote, StringText, Unclosed, Word};
        let kinds = |text: &str| {
            let all = lex(text).into_iter().map(|token| token.kind);
            all.filter(|kind| *kind != TokenKind::Whitespace).collect::<Vec<_>>()
        };
        let forgotten = [Word, OpenBrace, Quote, StringText, Unclosed];
        let closed = [Word, OpenBrace, Quote, StringText, Quote, CloseBrace];
        let (open, whole) = ("a { \"\"\"\n x\n}\n", "b { \"\"\"\n text y\n\"\"\" }\n");
        assert_eq!(kinds(&format!("text {open}text {whole}"))[1..6], forgotten);
        assert_eq!(kinds(&format!("text {open}text {whole}"))[7..], closed);
        assert_eq!(kinds(&format!("{whole}text {open}"))[..6], closed);
        assert_eq!(kinds(&format!("{whole}text {open}"))[7..], forgotten);
        // A text that is closed may say anything.
        assert_eq!(kinds("b { \"\"\"\ntext y\n\"\"\" }"), closed);
    }

    #[test]
    fn literals_are_one_token() {
        for text in
            ["12_000", "0.5", "70%", "30s", "2026-06-15", "09:30", "修改订单", "r\"#?(\\d)\""]
        {
            assert_eq!(lex(text).len(), 1, "{text}");
        }
        for text in
            ["1h30m", "5min", "1.5h", "15/06/2026", "2026.6.15", "9:30pm", "2026-06-15T09:30"]
        {
            assert_eq!(lex(text).len(), 1, "{text}");
        }
        for text in ["10/5/200", "12.50-2026", "10-5", "2026-06"] {
            assert!(lex(text).len() > 2, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_tile_any_text(text in "\\PC*|[\"{}\\\\a-z \n]*|([\"{}\n(a]|, plural, |other \\{)*") {
            assert_tiles(&text);
        }
    }
}
