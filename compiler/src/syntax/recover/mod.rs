//! One chunk to one declaration, whatever state it is in: the whole first; on failure its members,
//! then their steps. One finding for each smallest piece that is lost, none for what holds it.

mod docs;
mod flow;
mod lines;
mod parts;

use self::docs::docs;
use super::around::{self, Around};
use super::ast::{Allow, DeclKind, Name};
use super::cut::Cutter;
use super::delim::{self, BracketFault};
use super::explain::{Lost, bracket_finding, failure_finding, fault_finding, missing_brace};
use super::lower::Lower;
use super::mend;
use super::pest_bridge::{self, Failure, Node, Rule};
use super::token::{self, DECLARATION_KEYWORDS, DECLARATION_MEMBERS, Token, TokenKind};
use super::unknown::unknown_findings;
use crate::base::Span;
use crate::diag::{Diagnostic, closest};

/// A chunk's declaration and what is wrong with it. Spans count from the chunk's start.
#[derive(Debug)]
pub(super) struct ParsedChunk {
    pub(super) kind: DeclKind,
    /// From keyword to last token.
    pub(super) span: Span,
    pub(super) doc: Option<String>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) allows: Vec<Allow>,
}

/// Parses a chunk. `tokens` count from the chunk's start and hold at least one that is code.
pub(super) fn parse_chunk(text: &str, tokens: &[Token]) -> Option<ParsedChunk> {
    let code: Vec<Token> = tokens.iter().filter(|t| !t.kind.is_trivia()).copied().collect();
    let (first, last) = (code.first()?, code.last()?);
    let span = first.span.cover(last.span);
    let docs = docs(text, tokens);
    let lower = Lower::new(text, &docs);
    let cutter = Cutter { text, code: &code };
    let mut parser = ChunkParser { text, code: &code, cutter, lower, findings: Vec::new() };
    let unclosed = delim::unclosed(&code);
    let texts: Vec<Span> = unclosed.iter().map(|(_, text)| *text).collect();
    parser.findings.extend(unknown_findings(text, &code, &texts));
    let unclosed = unclosed.into_iter().map(|(fault, _)| bracket_finding(text, fault));
    let kind = parser.parse(span, unclosed.collect());
    let ChunkParser { lower, mut findings, .. } = parser;
    findings.extend(lower.faults.iter().map(fault_finding));
    mend::add_fix(text, &code, &mut findings);
    let doc = docs.iter().find(|(start, _)| *start == first.span.start).map(|(_, doc)| doc.clone());
    let allows = lower.allows.all();
    Some(ParsedChunk { kind, span, doc, findings, allows })
}

struct ChunkParser<'t> {
    text: &'t str,
    code: &'t [Token],
    cutter: Cutter<'t>,
    lower: Lower<'t>,
    findings: Vec<Diagnostic>,
}

impl<'t> ChunkParser<'t> {
    /// Parses the whole chunk; `unclosed` are findings about texts in it.
    fn parse(&mut self, span: Span, unclosed: Vec<Diagnostic>) -> DeclKind {
        match delim::check(self.code) {
            // The text ends with its line; brackets behind it are as they were.
            None | Some(BracketFault::UnclosedText(_) | BracketFault::UnclosedPlaceholder(_)) => {
                self.findings.extend(unclosed);
            }
            // The text has taken the rest.
            Some(BracketFault::UnclosedLong(_)) => {
                self.findings.extend(unclosed);
                return self.lost();
            }
            Some(fault) => {
                let found = self.missing_open(fault);
                let found = found.unwrap_or_else(|| bracket_finding(self.text, fault));
                self.findings.push(found);
                return self.lost();
            }
        }
        match self.run(Rule::one_decl, span) {
            Ok(node) => match node.child(Rule::decl) {
                Some(decl) => self.lower.decl(decl),
                None => self.lost(),
            },
            Err(failure) => self.without_behind(span, &failure),
        }
    }

    /// Reports what stands behind the declaration's closing brace, and goes on without it.
    fn without_behind(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let has_one_body = matches!(
            self.keyword(),
            "bot" | "customer" | "intent" | "flow" | "test" | "route" | "fallback" | "skill"
        );
        let Some((own, behind)) = self.cutter.split_behind(span).filter(|_| has_one_body) else {
            return self.recover(span, failure);
        };
        let stray = Failure { at: behind.start, expected: vec![Rule::EOI] };
        let word = self.cutter.word(self.cutter.inside(behind).first());
        // A keyword that is in the wrong place is not mistyped.
        let keywords = if token::is_keyword(word) { &[] } else { DECLARATION_KEYWORDS };
        self.report(behind, &stray, keywords);
        match self.run(Rule::one_decl, own) {
            Ok(node) => match node.child(Rule::decl) {
                Some(decl) => self.lower.decl(decl),
                None => self.lost(),
            },
            Err(failure) => self.recover(own, &failure),
        }
    }

    /// A closing brace too many, where the declaration's own opening brace is missing.
    fn missing_open(&self, fault: BracketFault) -> Option<Diagnostic> {
        let BracketFault::Unmatched { open: None, .. } = fault else { return None };
        let name = match self.keyword() {
            "customer" | "route" | "fallback" => self.code.first()?.span,
            "bot" | "intent" | "knowledge" | "experiment" | "flow" | "skill" => {
                self.head_name()?.span
            }
            _ => return None,
        };
        let next = self.code.iter().find(|token| token.span.start >= name.end)?;
        (next.kind != TokenKind::OpenBrace).then(|| missing_brace(name))
    }

    fn run(&self, rule: Rule, span: Span) -> Result<Node, Failure> {
        pest_bridge::run(rule, self.text.get(span.range()).unwrap_or(""), span.start)
    }

    /// What the declaration begins with.
    fn keyword(&self) -> &'t str {
        self.cutter.word(self.code.first())
    }

    fn recover(&mut self, span: Span, failure: &Failure) -> DeclKind {
        match self.keyword() {
            "flow" => self.recover_flow(span, failure),
            "route" => self.recover_route(span, failure),
            "test" => self.recover_test(span, failure),
            keyword => {
                let members = DECLARATION_MEMBERS.iter().find(|(known, _)| *known == keyword);
                match self.around(Rule::one_decl, span, members.map_or(&[], |(_, m)| m)) {
                    Ok(node) => match node.child(Rule::decl) {
                        Some(decl) => self.lower.decl(decl),
                        None => self.lost(),
                    },
                    Err(failure) => {
                        self.report(span, &failure, DECLARATION_KEYWORDS);
                        self.lost()
                    }
                }
            }
        }
    }

    /// Parses a piece around its faults and reports them. `keywords` begin its parts.
    fn around(&mut self, rule: Rule, span: Span, keywords: &[&str]) -> Result<Node, Failure> {
        let Around { node, lost } = around::parse(self.cutter, rule, span)?;
        for (part, failure) in &lost {
            self.report(*part, failure, keywords);
        }
        Ok(node)
    }

    /// The chunk as a declaration that was lost, by keyword and name as far as they are there.
    fn lost(&self) -> DeclKind {
        let word = self.keyword();
        let known = DECLARATION_KEYWORDS.iter().copied();
        let meant = known.clone().find(|keyword| *keyword == word).or_else(|| closest(word, known));
        DeclKind::Error {
            keyword: meant.map(str::to_owned),
            name: if meant.is_some() { self.head_name() } else { None },
        }
    }

    /// The dotted name behind the keyword.
    fn head_name(&self) -> Option<Name> {
        let mut span: Option<Span> = None;
        for token in self.code.get(1..)? {
            let continues = span.is_none_or(|s| s.end == token.span.start);
            let fits = matches!(token.kind, TokenKind::Word | TokenKind::Dot);
            if !fits || !continues {
                break;
            }
            span = Some(span.map_or(token.span, |s| s.cover(token.span)));
        }
        let span = span?;
        let text = self.text.get(span.range())?;
        if text.starts_with('.') || text.ends_with('.') {
            return None;
        }
        Some(Name { text: self.text.get(span.range())?.to_owned(), span })
    }

    /// Reports a failure, unless a finding of another kind already explains its piece. `keywords`
    /// are what the piece could have begun with.
    fn report(&mut self, piece: Span, failure: &Failure, keywords: &[&str]) {
        self.lower.lost_ends.insert(piece.end);
        self.lower.allows.lost(piece);
        let explained = self
            .cutter
            .inside(piece)
            .iter()
            .any(|t| matches!(t.kind, TokenKind::Unknown | TokenKind::Unclosed));
        if !explained {
            let lost = Lost { text: self.text, code: self.code, piece, failure, keywords };
            self.findings.push(failure_finding(&lost));
        }
    }
}
