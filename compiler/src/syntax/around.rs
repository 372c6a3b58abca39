//! Parses a piece around its faults. What keeps a piece from being one is blanked, the smallest
//! part that helps first, until the rest has its form: then that rest is the tree, and only the
//! blanked parts are lost. Blanks are as long as what they stand for, so every place stays right.

use super::cut::Cutter;
use super::habits::is_one_literal;
use super::pest_bridge::{self, Failure, Node, Rule};
use super::token::{DECLARATION_MEMBERS, STEP_KEYWORDS, Token, TokenKind};
use crate::base::Span;

/// Parts that one piece may lose before it is given up as a whole.
const LOST_MAX: usize = 64;

/// What is left of a broken piece.
pub(super) struct Around {
    /// The tree of the rest.
    pub(super) node: Node,
    /// The parts left out, with what was wrong in each.
    pub(super) lost: Vec<(Span, Failure)>,
}

/// Parses `span` by `rule` around its faults.
///
/// # Errors
/// The first fault, when no part that could be left out explains it.
pub(super) fn parse(cutter: Cutter<'_>, rule: Rule, span: Span) -> Result<Around, Failure> {
    let text = cutter.text.get(span.range()).unwrap_or("");
    let mut rest = Rest { cutter, rule, span, text: text.to_owned() };
    let first = match rest.run() {
        Ok(node) => return Ok(Around { node, lost: Vec::new() }),
        Err(failure) => failure,
    };
    let mut failure = first.clone();
    let mut lost: Vec<(Span, Failure)> = Vec::new();
    while lost.len() < LOST_MAX {
        let Some((part, then)) = rest.best_part(&failure, &lost) else { return Err(first) };
        rest.blank(part);
        lost.push((part, failure));
        match then {
            Ok(node) => return Ok(Around { node, lost }),
            Err(next) => failure = next,
        }
    }
    Err(first)
}

/// A piece with some of it blanked.
struct Rest<'t> {
    cutter: Cutter<'t>,
    rule: Rule,
    span: Span,
    text: String,
}

impl Rest<'_> {
    fn run(&self) -> Result<Node, Failure> {
        pest_bridge::run(self.rule, &self.text, self.span.start)
    }

    fn blank(&mut self, part: Span) {
        let from = (part.start - self.span.start) as usize;
        let to = (part.end - self.span.start) as usize;
        let blanks = " ".repeat(to - from);
        if self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.replace_range(from..to, &blanks);
        }
    }

    fn without(&self, part: Span) -> Result<Node, Failure> {
        let mut other = Rest { text: self.text.clone(), ..*self };
        other.blank(part);
        other.run()
    }

    /// The part to leave out, and what comes of it: of the innermost braces around the fault in
    /// which something helps: the rest of the part at the fault, all of it, the part before, or
    /// both, whichever gets further.
    fn best_part(
        &self,
        failure: &Failure,
        lost: &[(Span, Failure)],
    ) -> Option<(Span, Result<Node, Failure>)> {
        let is_new = |part: &Span| !lost.iter().any(|(gone, _)| gone == part);
        for (body, keywords) in self.bodies(failure.at) {
            let parts = self.cutter.small_pieces(body, keywords);
            let at = parts.partition_point(|part| part.start <= failure.at);
            let near = [at.checked_sub(1), at.checked_sub(2)];
            let near = near.map(|i| i.and_then(|i| parts.get(i).copied()));
            let both = near[0].zip(near[1]).map(|(this, before)| before.cover(this));
            let tail = near[0].and_then(|part| self.tail(part, failure.at));
            let near = [tail].into_iter().chain(near).chain([both]).flatten();
            let tried = near.filter(is_new).map(|part| (part, self.without(part)));
            // The last wins a tie, and the smallest should.
            let tried: Vec<_> = tried.collect();
            let best = tried.into_iter().rev().max_by_key(|(_, then)| reach(then));
            // A body that ends too soon now has lost what it needs: better to lose it all.
            let helps =
                |then: &Result<Node, Failure>| reach(then) > failure.at && reach(then) != body.end;
            if let Some((part, then)) = best.filter(|(_, then)| helps(then)) {
                return Some((part, then));
            }
        }
        None
    }

    /// A part from the fault on.
    fn tail(&self, part: Span, at: u32) -> Option<Span> {
        let inside = self.cutter.inside(part);
        let mut here = inside.iter().position(|token| token.span.end > at)?;
        let word = |at: usize| self.cutter.word(inside.get(at));
        if here.checked_sub(1).is_some_and(|before| is_one_literal(word(before), word(here))) {
            here -= 1;
        }
        let from = inside.get(here)?;
        // A condition alone would take the next step for its own.
        let head = inside.get(..here)?;
        let begins = |token: &Token| matches!(token.kind, TokenKind::OpenBrace | TokenKind::Arrow);
        if matches!(word(0), "when" | "otherwise") && !head.iter().any(begins) {
            return None;
        }
        (from.span.start > part.start).then(|| Span::new(from.span.start, part.end))
    }

    /// The braced bodies that hold a place, innermost first, each with the keywords of its parts.
    fn bodies(&self, at: u32) -> Vec<(Span, &'static [&'static str])> {
        let tokens = self.cutter.inside(self.span);
        let mut open: Vec<(u32, bool)> = Vec::new();
        let mut found = Vec::new();
        for token in tokens {
            let in_string = open.last().is_some_and(|(_, is_string)| *is_string);
            match token.kind {
                TokenKind::Quote if in_string => {
                    open.pop();
                }
                TokenKind::Quote => open.push((token.span.end, true)),
                TokenKind::Unclosed if in_string => {
                    open.pop();
                }
                TokenKind::OpenBrace => open.push((token.span.end, false)),
                TokenKind::CloseBrace => {
                    let Some((start, _)) = open.pop() else { continue };
                    let in_hole = open.iter().any(|(_, is_string)| *is_string);
                    if start <= at && at <= token.span.start && !in_hole {
                        found.push((Span::new(start, token.span.start), self.keywords(open.len())));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What parts begin with, `depth` braces deep in the piece.
    fn keywords(&self, depth: usize) -> &'static [&'static str] {
        let word = self.cutter.word(self.cutter.inside(self.span).first());
        let members = DECLARATION_MEMBERS.iter().find(|(keyword, _)| *keyword == word);
        match members {
            Some((_, members)) if depth == 0 => members,
            Some(_) => &[],
            None => STEP_KEYWORDS,
        }
    }
}

/// How far parsing got.
fn reach(result: &Result<Node, Failure>) -> u32 {
    match result {
        Ok(_) => u32::MAX,
        Err(failure) => failure.at,
    }
}
