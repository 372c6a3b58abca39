//! Routing rules and fallback thresholds as functions that decide.

use std::collections::BTreeSet;

use flowright_nlu::value::Decimal;

use super::Lowering;
use super::builder::Builder;
use super::exprs::turn_cell;
use crate::ir::{
    ArithOp, BlockId, CellKind, CompareOp, Const, Exit, FallbackDef, FuncId, HandoffWhenDef, Inst,
    IntentId, KnowledgeDef, Reg, RouteDef, RuleDecides, RuleDef, turn,
};
use crate::knowledge::Articles;
use crate::sema::hir::{Fallback, HandoffWhen, Knowledge, RouteKind, RouteRule};
use crate::thresholds;

/// The urgency of a conversation that no rule is about.
const URGENCY_NORMAL: u8 = 1;

/// A rule as explanations show it.
fn described(rule: &RouteRule) -> RuleDef {
    let decides = match &rule.kind {
        RouteKind::Urgency { .. } => RuleDecides::Urgency,
        RouteKind::Skill { intents, .. } => RuleDecides::Skill { intents: intents.clone() },
    };
    RuleDef { text: rule.text.clone(), cond: rule.cond_text.clone(), decides, at: rule.at }
}

impl Lowering<'_> {
    pub(super) fn route(&mut self) -> RouteDef {
        let rules = self.project.route.iter().map(described).collect();
        RouteDef { urgency: self.urgency(), skill: self.skill(), rules, waits_ms: self.waits_ms() }
    }

    fn waits_ms(&self) -> Vec<i64> {
        let of_rule = |rule: &RouteRule| match &rule.kind {
            RouteKind::Urgency { waits_ms, .. } => waits_ms.clone(),
            RouteKind::Skill { .. } => Vec::new(),
        };
        let all = self.project.route.iter().flat_map(of_rule).filter(|ms| *ms >= 0);
        all.collect::<BTreeSet<i64>>().into_iter().collect()
    }

    fn urgency(&mut self) -> FuncId {
        let mut b = Builder::new("route.urgency");
        for (number, rule) in (0..).zip(&self.project.route) {
            let RouteKind::Urgency { level, .. } = rule.kind else { continue };
            let (taken, next) = (b.block(), b.block());
            self.rule_condition(&mut b, rule, taken, next);
            b.enter(taken);
            b.exit(Exit::Urgency { level, rule: Some(number) }, Vec::new());
            b.enter(next);
        }
        let default = Exit::Urgency { level: URGENCY_NORMAL, rule: None };
        b.exit(default.clone(), Vec::new());
        self.add_function(b.finish(default))
    }

    fn skill(&mut self) -> FuncId {
        let mut b = Builder::new("route.skill");
        let intent = b.define(|dst| Inst::Load { dst, place: turn_cell(turn::INTENT_NUMBER) });
        for (number, rule) in (0..).zip(&self.project.route) {
            let RouteKind::Skill { intents, skill } = &rule.kind else { continue };
            let (matched, taken, next) = (b.block(), b.block(), b.block());
            intent_is_one_of(&mut b, intent, intents, matched, next);
            b.enter(matched);
            self.rule_condition(&mut b, rule, taken, next);
            b.enter(taken);
            b.exit(Exit::Skill { skill: *skill, rule: number }, Vec::new());
            b.enter(next);
        }
        b.exit(Exit::NoSkill, Vec::new());
        self.add_function(b.finish(Exit::NoSkill))
    }

    fn rule_condition(&mut self, b: &mut Builder, rule: &RouteRule, yes: BlockId, no: BlockId) {
        match &rule.cond {
            Some(cond) => self.condition(b, cond, yes, no),
            None => b.jump(yes),
        }
    }

    pub(super) fn fallback(&mut self, fallback: &Fallback, name: &str) -> FallbackDef {
        FallbackDef {
            decide: self.decide(fallback, format!("{name}.decide")),
            on_miss: self.on_miss(fallback, format!("{name}.on_miss")),
            handoff_when: self.handoff_when(fallback, name),
            knowledge: fallback.knowledge.map(|knowledge| knowledge.share),
        }
    }

    fn handoff_when(&mut self, fallback: &Fallback, name: &str) -> Vec<HandoffWhenDef> {
        let all = (1..).zip(&fallback.handoff_when);
        let def = |(number, when): (u32, &HandoffWhen)| HandoffWhenDef {
            text: when.text.clone(),
            when: self.value_function(format!("{name}.handoff.{number}"), &when.cond),
            skill: when.skill,
        };
        all.map(def).collect()
    }

    /// The knowledge bases with their articles.
    pub(super) fn knowledge(&mut self, articles: &Articles) -> Vec<KnowledgeDef> {
        let project = self.project;
        let base = |base: &Knowledge| KnowledgeDef {
            name: base.name.clone(),
            level: base.level,
            applies: base
                .applies
                .as_ref()
                .map(|cond| self.value_function(format!("{}.applies", base.name), cond)),
            articles: articles.of(&base.name),
            at: base.at,
        };
        project.knowledge.iter().map(base).collect()
    }

    fn decide(&mut self, fallback: &Fallback, name: String) -> FuncId {
        let mut b = Builder::new(name);
        let confidence = b.define(|dst| Inst::Load { dst, place: turn_cell(turn::CONFIDENCE) });
        let runner_up = b.define(|dst| Inst::Load { dst, place: turn_cell(turn::RUNNER_UP) });
        let (sure, unsure, close, clarify) = (b.block(), b.block(), b.block(), b.block());
        let (accept, miss) = (b.block(), b.block());
        let above = thresholds::accept(&fallback.accept, self.model);
        let half = fallback.clarify.min(above);
        at_least(&mut b, confidence, above, sure, unsure);

        b.enter(sure);
        let number = CellKind::Number;
        let lead = b.define(|dst| Inst::Arith {
            op: ArithOp::Sub,
            dst,
            left: confidence,
            left_kind: number,
            right: runner_up,
            right_kind: number,
        });
        // No runner-up: the lead is empty, no comparison with it holds, and the best is accepted.
        let margin = b.constant(decimal(fallback.margin));
        let op = CompareOp::Lt;
        let narrow =
            b.define(|dst| Inst::Compare { op, kind: number, dst, left: lead, right: margin });
        b.branch(narrow, close, accept);
        b.enter(close);
        at_least(&mut b, runner_up, half, clarify, accept);

        b.enter(unsure);
        at_least(&mut b, confidence, half, clarify, miss);
        for (block, exit) in [(accept, Exit::Accept), (clarify, Exit::Clarify), (miss, Exit::Miss)]
        {
            b.enter(block);
            b.exit(exit, Vec::new());
        }
        self.add_function(b.finish(Exit::Miss))
    }

    fn on_miss(&mut self, fallback: &Fallback, name: String) -> FuncId {
        let mut b = Builder::new(name);
        if let (1.., Some(limit)) =
            (fallback.handoff_after, Decimal::from_int(i64::from(fallback.handoff_after)))
        {
            let misses = b.define(|dst| Inst::Load { dst, place: turn_cell(turn::MISSES) });
            let (handoff, miss) = (b.block(), b.block());
            at_least(&mut b, misses, limit, handoff, miss);
            b.enter(handoff);
            b.exit(Exit::MissHandoff { skill: fallback.handoff_to }, Vec::new());
            b.enter(miss);
        }
        b.exit(Exit::Miss, Vec::new());
        self.add_function(b.finish(Exit::Miss))
    }
}

/// No intents stand for any.
fn intent_is_one_of(b: &mut Builder, intent: Reg, intents: &[IntentId], yes: BlockId, no: BlockId) {
    if intents.is_empty() {
        b.jump(yes);
        return;
    }
    for wanted in intents {
        let bits = i64::from(wanted.0);
        let right = b.constant(Const::Scalar { kind: CellKind::Choice, currency: 0, bits });
        let (op, kind) = (CompareOp::Eq, CellKind::Choice);
        let same = b.define(|dst| Inst::Compare { op, kind, dst, left: intent, right });
        let next = b.block();
        b.branch(same, yes, next);
        b.enter(next);
    }
    b.jump(no);
}

fn at_least(b: &mut Builder, left: Reg, limit: Decimal, yes: BlockId, no: BlockId) {
    let right = b.constant(decimal(limit));
    let (op, kind) = (CompareOp::Ge, CellKind::Number);
    let holds = b.define(|dst| Inst::Compare { op, kind, dst, left, right });
    b.branch(holds, yes, no);
}

const fn decimal(value: Decimal) -> Const {
    Const::Scalar { kind: CellKind::Number, currency: 0, bits: value.0 }
}
