//! One chunk to one declaration, whatever state it is in: the whole first; on failure its members,
//! then their steps. One finding for each smallest piece that is lost, none for what holds it.

use super::around::{self, Around};
use super::ast::{
    Allow, DeclKind, Flow, Labels, Name, Route, RouteRule, Slot, State, Step, StepKind, Test,
    TestLine, TestLineKind, TypeExpr,
};
use super::cut::Cutter;
use super::delim::{self, BracketFault};
use super::explain::{Lost, bracket_finding, failure_finding, literal_finding, missing_brace};
use super::lower::{Allows, Lower};
use super::mend;
use super::pest_bridge::{self, Failure, Node, Rule};
use super::token::{
    self, DECLARATION_KEYWORDS, DECLARATION_MEMBERS, MEMBER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS,
    Token, TokenKind,
};
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
    let lower = Lower { text, docs: &docs, faults: Vec::new(), allows: Allows::default() };
    let cutter = Cutter { text, code: &code };
    let mut parser = ChunkParser { text, code: &code, cutter, lower, findings: Vec::new() };
    parser.findings.extend(unknown_findings(text, &code));
    let kind = parser.parse(span);
    let ChunkParser { lower, mut findings, .. } = parser;
    findings.extend(lower.faults.iter().map(literal_finding));
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
    fn parse(&mut self, span: Span) -> DeclKind {
        match delim::check(self.code) {
            // The text ends with its line; brackets behind it are as they were.
            None | Some(BracketFault::UnclosedText(_)) => {}
            Some(fault) => {
                let found = self.missing_open(fault);
                let found = found.unwrap_or_else(|| bracket_finding(self.text, fault));
                self.findings.push(found);
                return self.lost();
            }
        }
        for token in self.code {
            if token.kind == TokenKind::Unclosed {
                let fault = BracketFault::UnclosedText(self.line_before(token.span));
                self.findings.push(bracket_finding(self.text, fault));
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

    /// The quote that opened the text which ends at `end`.
    fn line_before(&self, end: Span) -> Span {
        let before = self.code.iter().take_while(|t| t.span.end <= end.start);
        before.filter(|t| t.kind == TokenKind::Quote).last().map_or(end, |t| t.span.cover(end))
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

    fn recover_flow(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let Some((head, body)) = self.cutter.split_head(span) else {
            self.report(span, failure, &[]);
            return self.lost();
        };
        let mut flow: Flow = match self.run(Rule::one_flow_head, head) {
            Ok(node) => self.lower.flow_head(&node),
            Err(failure) => {
                self.report(head, &failure, &[]);
                return self.lost();
            }
        };
        for piece in self.cutter.pieces(body, MEMBER_KEYWORDS, false) {
            self.each_part(piece, MEMBER_KEYWORDS, &mut |parser, part| {
                parser.flow_part(&mut flow, part)
            });
        }
        self.lower.allows.end();
        DeclKind::Flow(flow)
    }

    /// One member of a flow; gives where it fails when it begins with none of a member's words.
    fn flow_part(&mut self, flow: &mut Flow, part: Part) -> Result<(), Failure> {
        let (piece, failure) = match part {
            Part::Whole(piece) => match self.run(Rule::flow_members, piece) {
                Ok(node) => {
                    for member in node.all(Rule::flow_member) {
                        self.lower.flow_member(flow, member);
                    }
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            },
            Part::Lost(piece, failure) => (piece, failure),
        };
        self.lower.allows.over(piece);
        if let Some(state) = self.recover_state(piece) {
            flow.states.push(state);
            return Ok(());
        }
        let slots = flow.slots.len();
        let word = self.cutter.word(self.cutter.inside(piece).first());
        let members = DECLARATION_MEMBERS.iter().find(|(known, _)| *known == word);
        match self.around(Rule::flow_members, piece, members.map_or(&[], |(_, m)| m)) {
            Ok(node) => {
                for member in node.all(Rule::flow_member) {
                    self.lower.flow_member(flow, member);
                }
                // Such a slot is known, if not wholly; anything else may be missing.
                match flow.slots.get_mut(slots) {
                    Some(slot) => slot.broken = true,
                    None => flow.errors.push(piece),
                }
            }
            Err(_) => {
                self.report(piece, &failure, MEMBER_KEYWORDS);
                match self.lost_slot(piece) {
                    Some(slot) => flow.slots.push(slot),
                    None => flow.errors.push(piece),
                }
            }
        }
        Ok(())
    }

    /// A slot of which only the name is left.
    fn lost_slot(&self, piece: Span) -> Option<Slot> {
        let mut tokens = self.cutter.inside(piece).iter();
        let is_slot = tokens.next().is_some_and(|first| self.cutter.word(Some(first)) == "slot");
        let name = tokens.next().filter(|token| is_slot && token.kind == TokenKind::Word)?;
        Some(Slot {
            doc: None,
            span: piece,
            name: Name { text: self.cutter.word(Some(name)).to_owned(), span: name.span },
            ty: TypeExpr::Error(piece),
            labels: Labels::default(),
            ask: None,
            checks: Vec::new(),
            tries: None,
            default: None,
            broken: true,
        })
    }

    /// A state whose head is sound, its steps one by one.
    fn recover_state(&mut self, span: Span) -> Option<State> {
        let (head, body) = self.cutter.split_head(span)?;
        let node = self.run(Rule::one_state_head, head).ok()?;
        let mut state = self.lower.state_head(&node);
        state.span = span;
        let mut keywords = STEP_KEYWORDS.to_vec();
        keywords.push("on");
        for piece in self.cutter.pieces(body, &keywords, true) {
            self.each_part(piece, STEP_KEYWORDS, &mut |parser, part| {
                parser.state_part(&mut state, part)
            });
        }
        self.lower.allows.end();
        Some(state)
    }

    /// A step or handler.
    fn state_part(&mut self, state: &mut State, part: Part) -> Result<(), Failure> {
        let (piece, failure) = match part {
            Part::Whole(piece) => match self.run(Rule::state_parts, piece) {
                Ok(node) => {
                    for part in node.all(Rule::state_part) {
                        self.lower.state_part(state, part);
                    }
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            },
            Part::Lost(piece, failure) => (piece, failure),
        };
        self.lower.allows.over(piece);
        match self.around(Rule::state_parts, piece, STEP_KEYWORDS) {
            Ok(node) => {
                for part in node.all(Rule::state_part) {
                    self.lower.state_part(state, part);
                }
            }
            Err(_) => self.report(piece, &failure, STEP_KEYWORDS),
        }
        let binds = self.bound_name(piece);
        state.steps.push(Step { span: piece, kind: StepKind::Error { binds } });
        Ok(())
    }

    /// The name that a lost `do x = …` or `choose x in …` would have given.
    fn bound_name(&self, piece: Span) -> Option<Name> {
        let tokens = self.cutter.inside(piece);
        let equals = tokens.iter().position(|token| token.kind == TokenKind::Equals);
        let name = match (tokens, equals) {
            (_, Some(equals)) => tokens.get(equals.checked_sub(1)?)?,
            ([step, name, next, ..], None) => {
                let is_step = matches!(self.cutter.word(Some(step)), "do" | "choose");
                (is_step && next.kind == TokenKind::Word).then_some(name)?
            }
            _ => return None,
        };
        let text = self.cutter.word(Some(name)).to_owned();
        (name.kind == TokenKind::Word).then_some(Name { text, span: name.span })
    }

    /// Hands a piece to `take`, whole if it has its form. A line that begins with no keyword was
    /// taken for a part of the piece before it: when the piece fails, it is cut at its lines, and
    /// only the line that fails is handed on as lost.
    fn each_part(
        &mut self,
        piece: Span,
        keywords: &[&str],
        take: &mut dyn FnMut(&mut Self, Part) -> Result<(), Failure>,
    ) {
        let mut piece = piece;
        loop {
            let Err(failure) = take(self, Part::Whole(piece)) else { return };
            let lines = self.cutter.lines(piece);
            let failing = lines.iter().rposition(|line| line.start <= failure.at).unwrap_or(0);
            let (before, from) = lines.split_at(failing.min(lines.len()));
            if let (Some(first), Some(last)) = (before.first(), before.last()) {
                // What is missing at the end of a line shows at the start of the next.
                let before = first.cover(*last);
                self.each_part(before, keywords, take);
                let Some(rest) = from.first().zip(from.last()) else { return };
                piece = rest.0.cover(*rest.1);
                continue;
            }
            let lost = lines.first().copied().unwrap_or(piece);
            if let Err(failure) = take(self, Part::Lost(lost, failure)) {
                self.report(lost, &failure, keywords);
            }
            let Some((next, last)) = lines.get(1).zip(lines.last()) else { return };
            piece = next.cover(*last);
        }
    }

    fn recover_route(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let mut route = Route::default();
        let Some((_, body)) = self.cutter.split_head(span) else {
            self.report(span, failure, &[]);
            return self.lost();
        };
        for piece in self.cutter.lines(body) {
            route.rules.push(match self.run(Rule::one_route_rule, piece) {
                Ok(node) => match node.child(Rule::route_rule) {
                    Some(rule) => self.lower.route_rule(rule),
                    None => RouteRule::Error(piece),
                },
                Err(failure) => {
                    self.report(piece, &failure, &["urgency", "when", "otherwise"]);
                    RouteRule::Error(piece)
                }
            });
        }
        DeclKind::Route(route)
    }

    fn recover_test(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let head = self.cutter.split_head(span);
        let lowered =
            head.and_then(|(head, body)| Some((self.run(Rule::one_test_head, head).ok()?, body)));
        let Some((node, body)) = lowered else {
            self.report(span, failure, &[]);
            return self.lost();
        };
        let mut test: Test = self.lower.test_head(&node);
        for piece in self.cutter.pieces(body, TEST_KEYWORDS, false) {
            self.each_part(piece, TEST_KEYWORDS, &mut |parser, part| {
                parser.test_part(&mut test, part)
            });
        }
        DeclKind::Test(test)
    }

    /// A line of a test.
    fn test_part(&mut self, test: &mut Test, part: Part) -> Result<(), Failure> {
        match part {
            Part::Whole(piece) => {
                let node = self.run(Rule::test_lines, piece)?;
                for line in node.all(Rule::test_line) {
                    let line = self.lower.test_line(line);
                    test.lines.push(line);
                }
            }
            Part::Lost(piece, failure) => {
                self.report(piece, &failure, TEST_KEYWORDS);
                test.lines.push(TestLine { span: piece, kind: TestLineKind::Error });
            }
        }
        Ok(())
    }
}

/// A part of a body: to be tried whole, or known to be lost.
enum Part {
    Whole(Span),
    Lost(Span, Failure),
}

/// The `///` lines directly above each token that has some, by the token's start.
fn docs(text: &str, tokens: &[Token]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let (mut first, mut in_allow) = (true, false);
    for token in tokens {
        let piece = text.get(token.span.range()).unwrap_or("");
        // What an `allow` stands before keeps its documentation.
        in_allow |= !first && piece == "allow" && token.kind == TokenKind::Word;
        first &= token.kind.is_trivia();
        match token.kind {
            _ if in_allow => in_allow = token.kind != TokenKind::CloseParen,
            TokenKind::DocComment => {
                lines.push(piece.trim_start_matches('/').trim());
            }
            TokenKind::Whitespace if piece.matches('\n').count() < 2 => {}
            TokenKind::Whitespace | TokenKind::Comment => lines.clear(),
            _ if lines.is_empty() => {}
            _ => found.push((token.span.start, std::mem::take(&mut lines).join("\n"))),
        }
    }
    found
}
