//! What is asked, and where: the place, what stands there, and what is offered for it.

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::diag::{Code, Diagnostic, Edit};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Flow};
use flowright_compiler::syntax::token::{Token, TokenKind};

use super::{Action, Kind, Plan};
use crate::ide::model::Model;
use crate::ide::navigate::symbol_at;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::{Occurrence, Role};

/// See the module.
pub(super) struct Cx<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) model: &'s Model,
    pub(super) file: &'s File,
    pub(super) text: &'s str,
    /// The place that is asked about.
    pub(super) at: Span,
    /// The declaration around it.
    pub(super) decl: Option<&'s Decl>,
    /// What is offered.
    pub(super) found: Vec<Action>,
}

impl<'s> Cx<'s> {
    /// None for files that nobody can edit.
    pub(super) fn new(snapshot: &'s Snapshot, file: FileId, at: Span) -> Option<Self> {
        let model = &snapshot.model;
        let known = model.file(file).filter(|file| !file.is_std)?;
        let text: &str = &snapshot.source(file)?.text;
        let decl = model.decl_at(file, at.start);
        Some(Self { snapshot, model, file: known, text, at, decl, found: Vec::new() })
    }

    /// Findings at the place, with their numbers.
    pub(super) fn findings(&self) -> impl Iterator<Item = (usize, &'s Diagnostic)> + use<'s> {
        let (file, at) = (self.file.id, self.at);
        let here = move |(_, finding): &(usize, &Diagnostic)| {
            finding.primary.at.file == file && touch(finding.primary.at.span, at)
        };
        self.snapshot.analysis.diagnostics.iter().enumerate().filter(here)
    }

    /// Those of one code, with their places.
    pub(super) fn findings_of(&self, codes: &[Code]) -> Vec<(usize, &'s Diagnostic, Span)> {
        let all = self.findings().filter(|(_, finding)| codes.contains(&finding.code));
        all.map(|(number, finding)| (number, finding, finding.primary.at.span)).collect()
    }

    /// The flow around the place.
    pub(super) fn flow(&self) -> Option<(&'s Decl, &'s Flow)> {
        match &self.decl?.node.kind {
            DeclKind::Flow(flow) => Some((self.decl?, flow)),
            _ => None,
        }
    }

    /// What the name that stands exactly there stands for, where nothing of that name is declared.
    pub(super) fn undeclared(&self, at: Span) -> Option<Occurrence> {
        let found = symbol_at(self.snapshot, self.file.id, at.start)?;
        let used = found.role != Role::Declares && found.at.span == at;
        Some(found).filter(|_| used)
    }

    /// The text of a place.
    pub(super) fn slice(&self, at: Span) -> &'s str {
        self.text.get(at.range()).unwrap_or("")
    }

    /// The text of a place in a declaration of this file.
    pub(super) fn of(&self, decl: &Decl, at: Span) -> &'s str {
        self.slice(at.shifted(decl.origin))
    }

    /// Whether a place in a declaration touches what is asked about.
    pub(super) fn touches(&self, decl: &Decl, at: Span) -> bool {
        touch(at.shifted(decl.origin), self.at)
    }

    /// Tokens of code from an offset on.
    pub(super) fn code_from(&self, offset: u32) -> impl Iterator<Item = &'s Token> + use<'s> {
        let tokens = &self.file.parsed.tokens;
        let first = tokens.partition_point(|token| token.span.start < offset);
        tokens.get(first..).unwrap_or(&[]).iter().filter(|token| !token.kind.is_trivia())
    }

    /// The last token of code that ends before an offset.
    pub(super) fn code_before(&self, offset: u32) -> Option<&'s Token> {
        let tokens = &self.file.parsed.tokens;
        let end = tokens.partition_point(|token| token.span.end <= offset);
        tokens.get(..end)?.iter().rfind(|token| !token.kind.is_trivia())
    }

    /// Whether an opening brace stands right before an offset.
    pub(super) fn opens_before(&self, offset: u32) -> bool {
        self.code_before(offset).is_some_and(|token| token.kind == TokenKind::OpenBrace)
    }

    /// Where something more goes into a piece that ends with a closing brace: behind what is last.
    pub(super) fn closing(&self, piece: Span) -> Option<u32> {
        closing(self.text, piece)
    }

    /// An edit of this file.
    pub(super) fn edit(&self, at: Span, text: impl Into<String>) -> Edit {
        Edit { at: FileSpan { file: self.file.id, span: at }, text: text.into() }
    }

    /// An edit that puts something in.
    pub(super) fn insert(&self, at: u32, text: impl Into<String>) -> Edit {
        self.edit(Span::new(at, at), text)
    }

    /// A declaration that is put behind the one at the place, or at the end of the file.
    pub(super) fn declaration(&self, text: &str) -> Edit {
        let after = self.decl.map(|decl| decl.node.span.shifted(decl.origin).end);
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        match after.map(|after| self.line_end(after)) {
            Some(after) => self.insert(after, format!("\n\n{}", text.trim_end())),
            None => self.insert(end, format!("\n{}\n", text.trim_end())),
        }
    }

    /// Where the line ends, if nothing but a comment stands behind a place; else the place.
    pub(super) fn line_end(&self, at: u32) -> u32 {
        let rest = self.text.get(at as usize..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        let blank = line.trim_end_matches('\r');
        match blank.trim_start().is_empty() || blank.trim_start().starts_with("//") {
            true => at + u32::try_from(blank.len()).unwrap_or_default(),
            false => at,
        }
    }

    /// Offers a change that mends a finding.
    pub(super) fn fix(
        &mut self,
        id: &'static str,
        title: impl Into<String>,
        mends: usize,
        edits: Vec<Edit>,
    ) {
        let plan = Plan::Edits(edits);
        let (title, mends) = (title.into(), Some(mends));
        self.found.push(Action { id, title, kind: Kind::Fix, plan, mends, preferred: false });
    }

    /// Offers a change that mends nothing.
    pub(super) fn offer(
        &mut self,
        id: &'static str,
        kind: Kind,
        title: impl Into<String>,
        edits: Vec<Edit>,
    ) {
        self.offer_plan(id, kind, title, Plan::Edits(edits));
    }

    /// The same with any plan.
    pub(super) fn offer_plan(
        &mut self,
        id: &'static str,
        kind: Kind,
        title: impl Into<String>,
        plan: Plan,
    ) {
        let title = title.into();
        self.found.push(Action { id, title, kind, plan, mends: None, preferred: false });
    }
}

/// Whether two places overlap or touch.
pub(super) const fn touch(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// Behind what is last before the brace that closes a piece.
pub(super) fn closing(text: &str, piece: Span) -> Option<u32> {
    let before = text.get(..piece.end as usize)?.strip_suffix('}')?;
    let last = u32::try_from(before.trim_end().len()).ok()?;
    (last > piece.start).then_some(last)
}
