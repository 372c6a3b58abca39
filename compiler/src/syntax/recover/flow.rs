//! A flow that is broken somewhere: its members one by one, of a broken state its steps.

use super::ChunkParser;
use super::parts::Part;
use crate::base::Span;
use crate::syntax::ast::{DeclKind, Flow, Labels, Name, Slot, State, Step, StepKind, TypeExpr};
use crate::syntax::pest_bridge::{Failure, Rule};
use crate::syntax::token::{DECLARATION_MEMBERS, MEMBER_KEYWORDS, STEP_KEYWORDS, TokenKind};

impl ChunkParser<'_> {
    pub(super) fn recover_flow(&mut self, span: Span, failure: &Failure) -> DeclKind {
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
        self.lower.allows.end(span.end);
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
                // Such slots are known, if not wholly; anything else may be missing.
                match flow.slots.get_mut(slots..) {
                    Some(lost @ [_, ..]) => lost.iter_mut().for_each(|slot| slot.broken = true),
                    _ => flow.errors.push(piece),
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
        self.lower.allows.end(span.end);
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
}
