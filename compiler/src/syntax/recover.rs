//! One chunk to one declaration, whatever state it is in: the whole first; on failure its members,
//! then their steps. One finding for each smallest piece that is lost, none for what holds it.

use super::ast::{
    DeclKind, Flow, Name, Route, RouteRule, State, Step, StepKind, Test, TestLine, TestLineKind,
};
use super::delim::{self, BracketFault};
use super::explain::{bracket_finding, failure_finding, literal_finding, unknown_findings};
use super::lower::Lower;
use super::pest_bridge::{self, Failure, Node, Rule};
use super::token::{MEMBER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS, Token, TokenKind};
use crate::base::Span;
use crate::diag::Diagnostic;

/// A chunk's declaration and what is wrong with it. Spans count from the chunk's start.
#[derive(Debug)]
pub(super) struct ParsedChunk {
    pub(super) kind: DeclKind,
    /// From keyword to last token.
    pub(super) span: Span,
    pub(super) doc: Option<String>,
    pub(super) findings: Vec<Diagnostic>,
}

/// Parses a chunk. `tokens` count from the chunk's start and hold at least one that is code.
pub(super) fn parse_chunk(text: &str, tokens: &[Token]) -> Option<ParsedChunk> {
    let code: Vec<Token> = tokens.iter().filter(|t| !t.kind.is_trivia()).copied().collect();
    let (first, last) = (code.first()?, code.last()?);
    let span = first.span.cover(last.span);
    let docs = docs(text, tokens);
    let lower = Lower { text, docs: &docs, faults: Vec::new() };
    let mut parser = ChunkParser { text, code: &code, lower, findings: Vec::new() };
    parser.findings.extend(unknown_findings(text, &code));
    let kind = parser.parse(span);
    let ChunkParser { lower, mut findings, .. } = parser;
    findings.extend(lower.faults.iter().map(literal_finding));
    let doc = docs.iter().find(|(start, _)| *start == first.span.start).map(|(_, doc)| doc.clone());
    Some(ParsedChunk { kind, span, doc, findings })
}

struct ChunkParser<'t> {
    text: &'t str,
    code: &'t [Token],
    lower: Lower<'t>,
    findings: Vec<Diagnostic>,
}

impl ChunkParser<'_> {
    fn parse(&mut self, span: Span) -> DeclKind {
        match delim::check(self.code) {
            // The text ends with its line; brackets behind it are as they were.
            None | Some(BracketFault::UnclosedText(_)) => {}
            Some(fault) => {
                self.findings.push(bracket_finding(self.text, fault));
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
            Err(failure) => self.recover(span, &failure),
        }
    }

    /// The quote that opened the text which ends at `end`.
    fn line_before(&self, end: Span) -> Span {
        let before = self.code.iter().take_while(|t| t.span.end <= end.start);
        before.filter(|t| t.kind == TokenKind::Quote).last().map_or(end, |t| t.span.cover(end))
    }

    fn run(&self, rule: Rule, span: Span) -> Result<Node, Failure> {
        pest_bridge::run(rule, self.text.get(span.range()).unwrap_or(""), span.start)
    }

    fn word(&self, token: Option<&Token>) -> &str {
        token.and_then(|t| self.text.get(t.span.range())).unwrap_or("")
    }

    fn recover(&mut self, span: Span, failure: &Failure) -> DeclKind {
        match self.word(self.code.first()) {
            "flow" => self.recover_flow(span, failure),
            "route" => self.recover_route(span),
            "test" => self.recover_test(span, failure),
            _ => {
                self.report(span, failure);
                self.lost()
            }
        }
    }

    /// The chunk as a declaration that was lost, by keyword and name as far as they are there.
    fn lost(&self) -> DeclKind {
        let word = self.word(self.code.first());
        let is_keyword = super::token::DECLARATION_KEYWORDS.contains(&word);
        DeclKind::Error {
            keyword: is_keyword.then(|| word.to_owned()),
            name: if is_keyword { self.head_name() } else { None },
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
        Some(Name { text: self.text.get(span.range())?.to_owned(), span })
    }

    /// Reports a failure, unless a finding of another kind already explains its piece.
    fn report(&mut self, piece: Span, failure: &Failure) {
        let in_piece = |t: &&Token| t.span.start >= piece.start && t.span.end <= piece.end;
        let explained = self
            .code
            .iter()
            .filter(in_piece)
            .any(|t| matches!(t.kind, TokenKind::Unknown | TokenKind::Unclosed));
        if !explained {
            self.findings.push(failure_finding(self.text, self.code, piece, failure));
        }
    }

    fn recover_flow(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let Some((head, body)) = self.split_head(span) else {
            self.report(span, failure);
            return self.lost();
        };
        let mut flow: Flow = match self.run(Rule::one_flow_head, head) {
            Ok(node) => self.lower.flow_head(&node),
            Err(failure) => {
                self.report(head, &failure);
                return self.lost();
            }
        };
        for piece in self.pieces(body, MEMBER_KEYWORDS, false) {
            match self.run(Rule::one_flow_member, piece) {
                Ok(node) => {
                    if let Some(member) = node.child(Rule::flow_member) {
                        self.lower.flow_member(&mut flow, member);
                    }
                }
                Err(failure) => match self.recover_state(piece) {
                    Some(state) => flow.states.push(state),
                    None => {
                        self.report(piece, &failure);
                        flow.errors.push(piece);
                    }
                },
            }
        }
        DeclKind::Flow(flow)
    }

    /// A state whose head is sound, its steps one by one.
    fn recover_state(&mut self, span: Span) -> Option<State> {
        let (head, body) = self.split_head(span)?;
        let node = self.run(Rule::one_state_head, head).ok()?;
        let mut state = self.lower.state_head(&node);
        state.span = span;
        let mut keywords = STEP_KEYWORDS.to_vec();
        keywords.push("on");
        for piece in self.pieces(body, &keywords, true) {
            self.state_piece(&mut state, piece);
        }
        Some(state)
    }

    /// One piece of a state's body: a step or handler. A line that begins with no keyword was taken
    /// for a part of the step before it; when the piece fails, it is cut there.
    fn state_piece(&mut self, state: &mut State, piece: Span) {
        let mut piece = piece;
        loop {
            let failure = match self.run(Rule::one_state_part, piece) {
                Ok(node) => {
                    if let Some(part) = node.child(Rule::state_part) {
                        self.lower.state_part(state, part);
                    }
                    return;
                }
                Err(failure) => failure,
            };
            let lines = self.lines(piece);
            let failing = lines.iter().rposition(|line| line.start <= failure.at).unwrap_or(0);
            let (before, from) = lines.split_at(failing.min(lines.len()));
            if let (Some(first), Some(last)) = (before.first(), before.last()) {
                self.state_piece(state, first.cover(*last));
                let Some(rest) = from.first().zip(from.last()) else { return };
                piece = rest.0.cover(*rest.1);
                continue;
            }
            let lost = lines.first().copied().unwrap_or(piece);
            self.report(lost, &failure);
            state.steps.push(Step { span: lost, kind: StepKind::Error });
            let Some((next, last)) = lines.get(1).zip(lines.last()) else { return };
            piece = next.cover(*last);
        }
    }

    fn recover_route(&mut self, span: Span) -> DeclKind {
        let mut route = Route::default();
        let Some((_, body)) = self.split_head(span) else { return self.lost() };
        for piece in self.lines(body) {
            route.rules.push(match self.run(Rule::one_route_rule, piece) {
                Ok(node) => match node.child(Rule::route_rule) {
                    Some(rule) => self.lower.route_rule(rule),
                    None => RouteRule::Error(piece),
                },
                Err(failure) => {
                    self.report(piece, &failure);
                    RouteRule::Error(piece)
                }
            });
        }
        DeclKind::Route(route)
    }

    fn recover_test(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let head = self.split_head(span);
        let lowered =
            head.and_then(|(head, body)| Some((self.run(Rule::one_test_head, head).ok()?, body)));
        let Some((node, body)) = lowered else {
            self.report(span, failure);
            return self.lost();
        };
        let mut test: Test = self.lower.test_head(&node);
        for piece in self.pieces(body, TEST_KEYWORDS, false) {
            let line = match self.run(Rule::one_test_line, piece) {
                Ok(node) => node.child(Rule::test_line).map(|line| self.lower.test_line(line)),
                Err(failure) => {
                    self.report(piece, &failure);
                    None
                }
            };
            test.lines.push(line.unwrap_or(TestLine { span: piece, kind: TestLineKind::Error }));
        }
        DeclKind::Test(test)
    }

    /// Splits `keyword name { … }` into the part up to the brace and what is between the braces.
    fn split_head(&self, span: Span) -> Option<(Span, Span)> {
        let mut inside = self.inside(span);
        let open = inside.find(|t| t.kind == TokenKind::OpenBrace)?;
        let close = self.inside(span).filter(|t| t.kind == TokenKind::CloseBrace).last()?;
        Some((Span::new(span.start, open.span.end), Span::new(open.span.end, close.span.start)))
    }

    fn inside(&self, span: Span) -> impl Iterator<Item = &Token> {
        let all = self.code.iter();
        all.filter(move |t| t.span.start >= span.start && t.span.end <= span.end)
    }

    /// Cuts a body at tokens that begin a line outside inner brackets and are one of `keywords`
    /// (or an arrow). What stands before the first is a piece too.
    fn pieces(&self, body: Span, keywords: &[&str], arrows: bool) -> Vec<Span> {
        self.cut(body, |parser, token| {
            keywords.contains(&parser.word(Some(token)))
                || (arrows && token.kind == TokenKind::Arrow)
        })
    }

    /// Cuts a body at the lines outside inner brackets.
    fn lines(&self, body: Span) -> Vec<Span> {
        self.cut(body, |_, _| true)
    }

    fn cut(&self, body: Span, begins: impl Fn(&Self, &Token) -> bool) -> Vec<Span> {
        let mut pieces: Vec<Span> = Vec::new();
        let mut depth = 0_i32;
        for token in self.inside(body) {
            let starts = depth == 0 && self.begins_line(token, body) && begins(self, token);
            match pieces.last_mut() {
                Some(last) if !starts => *last = last.cover(token.span),
                _ => pieces.push(token.span),
            }
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    depth -= 1
                }
                _ => {}
            }
        }
        pieces
    }

    fn begins_line(&self, token: &Token, body: Span) -> bool {
        let before = self.text.get(body.start as usize..token.span.start as usize).unwrap_or("");
        before.trim_end_matches([' ', '\t', '\r']).ends_with('\n') || before.trim().is_empty()
    }
}

/// The `///` lines directly above each token that has some, by the token's start.
fn docs(text: &str, tokens: &[Token]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for token in tokens {
        let piece = text.get(token.span.range()).unwrap_or("");
        match token.kind {
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
