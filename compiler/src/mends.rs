//! Fixes that need the text around a finding, added when all checks have run.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{FileId, FileSpan, SourceMap, Span};
use crate::diag::{Code, Diagnostic, edits};
use crate::sema::File;
use crate::syntax::ast::{Decl, DeclKind, Slot};
use crate::syntax::content::word;
use crate::syntax::token::{Token, TokenKind};

/// Adds a fix to findings without one, where it is mechanical.
pub(crate) fn add(files: &[File], sources: &SourceMap, diagnostics: &mut [Diagnostic]) {
    let mut texts = Texts { files, sources, named: BTreeMap::new() };
    texts.count_names(diagnostics);
    for finding in diagnostics.iter_mut().filter(|finding| finding.fixes.is_empty()) {
        let at = finding.primary.at;
        let fix = match finding.code {
            Code::E0202 => texts.listed_twice(at),
            Code::E0301 => texts.result_of_nothing(at),
            Code::E0303 if finding.primary.text == "one too many" => texts.argument(at),
            Code::E0603 => texts.default_route(at),
            Code::W0403 => texts.unused_slot(at),
            Code::W0601 => {
                texts.with_its_line(at).map(|gone| ("remove this rule".to_owned(), gone, "".into()))
            }
            _ => None,
        };
        if let Some((title, span, text)) = fix {
            let at = FileSpan { file: at.file, span };
            *finding = finding.clone().fix(title, at, text);
        }
    }
}

/// What applying it does, what is replaced, and by what.
type Mend = (String, Span, String);

struct Texts<'a> {
    files: &'a [File],
    sources: &'a SourceMap,
    /// How often the names of unused slots stand in the project.
    named: BTreeMap<&'a str, usize>,
}

impl<'a> Texts<'a> {
    fn file(&self, id: FileId) -> Option<&'a File> {
        self.files.get(id.0 as usize).filter(|file| file.id == id && !file.is_std)
    }

    fn text(&self, id: FileId) -> &'a str {
        self.sources.get(id).map_or("", |file| &*file.text)
    }

    fn with_its_line(&self, at: FileSpan) -> Option<Span> {
        self.file(at.file)?;
        Some(edits::with_its_line(self.text(at.file), at.span))
    }

    /// The token of code before a place, and those from it on.
    fn around(&self, at: FileSpan) -> Option<(&'a Token, impl Iterator<Item = &'a Token>)> {
        let tokens = &self.file(at.file)?.parsed.tokens;
        let here = tokens.partition_point(|token| token.span.start < at.span.start);
        let (before, from) = tokens.split_at_checked(here)?;
        let is_code = |token: &&Token| !token.kind.is_trivia();
        Some((before.iter().rfind(is_code)?, from.iter().filter(is_code)))
    }

    fn count_names(&mut self, diagnostics: &[Diagnostic]) {
        let unused = diagnostics.iter().filter(|finding| finding.code == Code::W0403);
        let names = unused.filter_map(|finding| {
            let at = finding.primary.at;
            self.text(at.file).get(at.span.range())
        });
        let mut named: BTreeMap<&str, usize> = names.map(|name| (name, 0)).collect();
        let words: BTreeSet<u64> = named.keys().map(|name| word(name)).collect();
        let searched = if named.is_empty() { &[] } else { self.files };
        for file in searched.iter().filter(|file| !file.is_std) {
            let text = self.text(file.id);
            for token in naming(file, &words) {
                let count = text.get(token.span.range()).and_then(|word| named.get_mut(word));
                if let Some(count) = count {
                    *count += 1;
                }
            }
        }
        self.named = named;
    }

    /// `do x = action(…)` of an action that gives nothing.
    fn result_of_nothing(&self, at: FileSpan) -> Option<Mend> {
        let (before, mut from) = self.around(at)?;
        let step = self.text(at.file).get(before.span.range())?;
        let (name, equals, action) = (from.next()?, from.next()?, from.next()?);
        let fits = step == "do" && name.span == at.span && equals.kind == TokenKind::Equals;
        let gone = Span::new(name.span.start, action.span.start);
        fits.then(|| ("remove the name for the result".to_owned(), gone, String::new()))
    }

    /// An argument behind the last that is wanted, with the comma before it.
    fn argument(&self, at: FileSpan) -> Option<Mend> {
        let (before, mut from) = self.around(at)?;
        let after = from.find(|token| token.span.start >= at.span.end)?;
        let start = match before.kind {
            TokenKind::Comma => before.span.start,
            TokenKind::OpenParen => at.span.start,
            _ => return None,
        };
        let ends = matches!(after.kind, TokenKind::CloseParen | TokenKind::Comma);
        let first = before.kind == TokenKind::OpenParen && after.kind == TokenKind::Comma;
        let end = if first { after.span.end } else { at.span.end };
        ends.then(|| ("remove this argument".to_owned(), Span::new(start, end), String::new()))
    }

    /// A name that a list has already and that says nothing more, with the comma before it.
    fn listed_twice(&self, at: FileSpan) -> Option<Mend> {
        let (before, mut from) = self.around(at)?;
        let (name, after) = (from.next()?, from.next()?);
        let more = matches!(after.kind, TokenKind::OpenBrace | TokenKind::Colon);
        let fits = before.kind == TokenKind::Comma && name.span == at.span && !more;
        let gone = Span::new(before.span.start, at.span.end);
        fits.then(|| ("remove the repetition".to_owned(), gone, String::new()))
    }

    /// `otherwise`, where there is one skill to go to.
    fn default_route(&self, last: FileSpan) -> Option<Mend> {
        let own = self.files.iter().filter(|file| !file.is_std);
        let mut skills =
            own.flat_map(|file| &file.parsed.decls).filter_map(|decl| match &decl.node.kind {
                DeclKind::Skill(skill) => Some(&skill.name.text),
                _ => None,
            });
        let (skill, None) = (skills.next()?, skills.next()) else { return None };
        let text = self.text(self.file(last.file)?.id);
        let line = text.get(..last.span.start as usize)?.rsplit('\n').next()?;
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let end = Span::new(last.span.end, last.span.end);
        Some((
            format!("send all others to `{skill}`"),
            end,
            format!("{}{indent}otherwise -> {skill}", edits::line_end(text)),
        ))
    }

    /// A slot whose name stands nowhere else in the project.
    fn unused_slot(&self, name: FileSpan) -> Option<Mend> {
        let file = self.file(name.file)?;
        let slot = slot_at(file, name.span)?;
        let word = self.text(name.file).get(name.span.range())?;
        if self.named.get(word) != Some(&1) {
            return None;
        }
        let text = self.text(name.file);
        let mut gone = edits::with_its_line(text, slot);
        // Its documentation would become that of what follows.
        while let Some(line) = line_before(text, gone.start).filter(|line| is_doc(text, *line)) {
            gone = gone.cover(line);
        }
        Some((format!("remove the slot `{word}`"), gone, String::new()))
    }
}

/// The words of a file's declarations that hold some of these words.
fn naming<'f>(file: &'f File, words: &BTreeSet<u64>) -> impl Iterator<Item = &'f Token> {
    let tokens = &file.parsed.tokens;
    let has = |decl: &Decl| decl.content.words.iter().any(|word| words.contains(word));
    let holding = file.parsed.decls_with_ends().filter(|(decl, _)| has(decl));
    let of = |(decl, end): (&Decl, u32)| {
        let first = tokens.partition_point(|token| token.span.start < decl.origin);
        let own = tokens.get(first..).unwrap_or(&[]).iter();
        own.take_while(move |token| token.span.start < end)
    };
    let tokens: Vec<&Token> = holding.flat_map(of).collect();
    tokens.into_iter().filter(|token| token.kind == TokenKind::Word)
}

/// The slot of a flow whose name stands there.
fn slot_at(file: &File, name: Span) -> Option<Span> {
    let decl = file.parsed.decls.iter().find(|decl| {
        let span = decl.node.span.shifted(decl.origin);
        span.start <= name.start && name.end <= span.end
    })?;
    let DeclKind::Flow(flow) = &decl.node.kind else { return None };
    let here = |slot: &&Slot| slot.name.span.shifted(decl.origin) == name;
    flow.slots.iter().find(here).map(|slot| slot.span.shifted(decl.origin))
}

/// The line that ends at a place, its end included.
fn line_before(text: &str, at: u32) -> Option<Span> {
    let before = text.get(..at as usize)?.strip_suffix('\n')?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(Span::new(u32::try_from(start).ok()?, at))
}

fn is_doc(text: &str, line: Span) -> bool {
    text.get(line.range()).is_some_and(|line| line.trim_start().starts_with("///"))
}
