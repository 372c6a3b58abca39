//! The place at which something may be written: what stands before it, and what is known there.

use std::cell::OnceCell;

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::graph::Certain;
use flowright_compiler::syntax::ast::Decl;
use flowright_compiler::syntax::{Token, TokenKind, lex};

use super::before::{Before, behind_word, first_word, last_word, more_names};
use crate::ide::expect::{Expected, Frame, Rule, Wanted, read};
use crate::ide::model::Model;
use crate::ide::snapshot::Snapshot;

/// Bytes of a declaration before the place that are read; what is longer is not completed in.
const READ_MAX: usize = 256 << 10;

/// See the module.
pub(super) struct Cx<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) model: &'s Model,
    pub(super) file: FileId,
    /// Whether items may have places to fill in.
    pub(super) snippets: bool,
    /// The declaration's text up to the place.
    pub(super) piece: &'s str,
    /// Where that begins in the file.
    origin: u32,
    offset: u32,
    /// What stands behind the place, up to the end of the declaration.
    pub(super) rest: &'s str,
    /// The tokens of `piece` up to the word that is being written, without blanks and comments.
    pub(super) tokens: Vec<Token>,
    /// What may come next.
    pub(super) expected: Expected,
    /// The names before the last dot: `found` in `found.du`.
    pub(super) head: Vec<&'s str>,
    /// The word that is being written, up to the place.
    pub(super) typed: &'s str,
    /// The word, what stands of it behind the place with it.
    pub(super) word: Span,
    /// The same with the names before it.
    pub(super) dotted: Span,
    /// Inside the quotes of a text, and not in a placeholder.
    pub(super) in_string: bool,
    /// The declaration around, as far as its tree shows it.
    pub(super) decl: Option<&'s Decl>,
    pub(super) certain: OnceCell<Option<Certain>>,
    pub(super) own: OnceCell<Option<Model>>,
}

impl<'s> Cx<'s> {
    /// The place at an offset; nothing in comments, numbers and the like.
    pub(super) fn new(
        snapshot: &'s Snapshot,
        file: FileId,
        offset: u32,
        snippets: bool,
    ) -> Option<Self> {
        Self::at(snapshot, file, offset, snippets, false)
    }

    /// The same, in numbers too: for what is called around the place.
    pub(super) fn in_values(snapshot: &'s Snapshot, file: FileId, offset: u32) -> Option<Self> {
        Self::at(snapshot, file, offset, false, true)
    }

    fn at(
        snapshot: &'s Snapshot,
        file: FileId,
        offset: u32,
        snippets: bool,
        in_values: bool,
    ) -> Option<Self> {
        let text: &str = &snapshot.source(file)?.text;
        let before = text.get(..offset as usize)?;
        let word_start = before.len() - last_word(before).len();
        let decls = &snapshot.model.file(file)?.parsed.decls;
        // A word that a declaration would begin with is none yet.
        let starts_before = |decl: &&Decl| decl.origin < offset.min(word_offset(word_start) + 1);
        let number = decls.iter().rposition(|decl| starts_before(&decl));
        let decl = number.and_then(|number| decls.get(number));
        let next = decls.get(number.map_or(0, |number| number + 1));
        let end = next.map_or(text.len(), |next| (next.origin as usize).max(offset as usize));
        let mut origin = decl.map_or(0, |decl| decl.origin);
        if decl.is_some_and(|decl| first_word_at(text, decl) == word_start) {
            origin = word_offset(word_start);
        }
        let piece = text.get(origin as usize..offset as usize)?;
        if piece.len() > READ_MAX {
            return None;
        }
        let rest = text.get(offset as usize..end)?;
        let Before { tokens, head, typed } = Before::of(piece, in_values)?;
        let expected = read(piece, &tokens);
        let in_string =
            expected.next().any(|(wanted, _)| wanted == Wanted::Sign(TokenKind::StringText));
        let start = offset - u32::try_from(typed.len()).ok()?;
        let names: usize = head.iter().map(|name| name.len() + 1).sum();
        let whole =
            if typed.is_empty() { 0 } else { u32::try_from(first_word(rest).len()).ok()? };
        let word = Span::new(start, offset + whole);
        let more =
            if typed.is_empty() { 0 } else { u32::try_from(more_names(rest, whole)).ok()? };
        let dotted = Span::new(start - u32::try_from(names).ok()?, word.end + more);
        Some(Self {
            snapshot,
            model: &snapshot.model,
            file,
            snippets: snippets && rest_is_free(rest.get(whole as usize..).unwrap_or_default()),
            piece,
            origin,
            offset,
            rest,
            tokens,
            expected,
            head,
            typed,
            word,
            dotted,
            in_string,
            decl,
            certain: OnceCell::new(),
            own: OnceCell::new(),
        })
    }

    /// Whether something is to be offered where a character was typed. A brace, an arrow or quotes
    /// mean something of their own in most places.
    pub(super) fn is_wanted(&self, typed: Option<char>) -> bool {
        let last = self.tokens.last().map(|token| token.kind);
        let in_hole = || {
            self.expected.next().any(|(_, frames)| {
                frames.iter().any(|frame| matches!(frame.rule, Rule::Hole | Rule::ExampleHole))
            })
        };
        match typed {
            Some('{') => in_hole(),
            Some('>') => last == Some(TokenKind::Arrow),
            Some('"') => self.in_string,
            _ => true,
        }
    }

    /// Whether a word at the place is first on its line, in its first column, where something else is
    /// open: it may begin a declaration, whatever the brackets say.
    pub(super) fn may_begin_declaration(&self) -> bool {
        let before = self.piece.len() - self.typed.len();
        let before = self.piece.get(..before).unwrap_or_default();
        self.head.is_empty()
            && !self.in_string
            && self.origin > 0
            && before.ends_with('\n')
            && !self.expected.next().any(|(_, frames)| is_top(&frames))
    }

    /// The text of a token.
    pub(super) fn word_of(&self, number: usize) -> &'s str {
        let span = self.tokens.get(number).map(|token| token.span);
        span.and_then(|span| self.piece.get(span.range())).unwrap_or_default()
    }

    /// What kind of token that is.
    pub(super) fn kind_of(&self, number: usize) -> Option<TokenKind> {
        self.tokens.get(number).map(|token| token.kind)
    }

    /// The names of a path that ends before a token: `found.items` before `)`.
    pub(super) fn path_before(&self, number: usize) -> Vec<&'s str> {
        let mut names = Vec::new();
        let mut at = number;
        while let Some(before) = at.checked_sub(1) {
            if self.kind_of(before) != Some(TokenKind::Word) {
                break;
            }
            names.push(self.word_of(before));
            match before.checked_sub(1) {
                Some(dot) if self.kind_of(dot) == Some(TokenKind::Dot) => at = dot,
                _ => break,
            }
        }
        names.reverse();
        names
    }

    /// The names of a path that begins with a token, as one dotted name.
    pub(super) fn path_from(&self, number: usize) -> String {
        let mut path = self.word_of(number).to_owned();
        let mut at = number;
        while self.kind_of(at + 1) == Some(TokenKind::Dot)
            && self.kind_of(at + 2) == Some(TokenKind::Word)
        {
            at += 2;
            path.push('.');
            path.push_str(self.word_of(at));
        }
        path
    }

    /// Tokens behind the place, with their texts, up to the bracket that closes what is open there.
    pub(super) fn behind(&self) -> Vec<(TokenKind, &'s str)> {
        let rest = if self.typed.is_empty() { self.rest } else { behind_word(self.rest) };
        let mut depth = 0_usize;
        let mut found = Vec::new();
        for token in lex(rest) {
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    let Some(less) = depth.checked_sub(1) else { break };
                    depth = less;
                }
                _ if token.kind.is_trivia() => continue,
                _ => {}
            }
            found.push((token.kind, rest.get(token.span.range()).unwrap_or_default()));
        }
        found
    }

    /// Tokens of a frame's brackets that are in no further brackets: those before the place, from a
    /// number on, and those behind it.
    pub(super) fn around(&self, start: usize) -> Vec<(TokenKind, &'s str)> {
        let before = self.tokens.get(start..).unwrap_or_default().iter();
        let mut all: Vec<(TokenKind, &str)> = before
            .map(|token| (token.kind, self.piece.get(token.span.range()).unwrap_or_default()))
            .collect();
        let mut open = 0_usize;
        all.extend(self.behind());
        all.retain(|(kind, _)| {
            match kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    open = open.saturating_sub(1);
                }
                _ => return open == 0,
            }
            false
        });
        all
    }

    /// Where a place of the declaration's text is in the file.
    pub(super) const fn file_offset(&self, at: u32) -> u32 {
        self.origin + at
    }

    /// The place.
    pub(super) const fn offset(&self) -> u32 {
        self.offset
    }
}

/// Whether a rule is around.
pub(super) fn in_rule(frames: &[Frame], rule: Rule) -> bool {
    frames.iter().any(|frame| frame.rule == rule)
}

/// What stands right at the top of a file.
fn is_top(frames: &[Frame]) -> bool {
    matches!(frames, [_, file] if file.rule == Rule::File)
}

/// Whether nothing stands on the rest of a line that what is inserted would run into.
fn rest_is_free(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim();
    line.is_empty() || line.starts_with(['}', ')', ',']) || line.starts_with("//")
}

/// Where the first word of a declaration is.
fn first_word_at(text: &str, decl: &Decl) -> usize {
    let start = decl.node.span.shifted(decl.origin).start as usize;
    let piece = text.get(start..).unwrap_or_default();
    start + (piece.len() - piece.trim_start().len())
}

fn word_offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
