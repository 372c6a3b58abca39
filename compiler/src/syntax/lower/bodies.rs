//! What follows an arrow or a condition: blocks, single steps, states, and steps one after the other.

use super::Lower;
use crate::base::Span;
use crate::base::limits::NESTING_MAX;
use crate::syntax::ast::{Body, Expr, ExprKind, Step, StepKind, WhenArm};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn body(&mut self, node: &Node) -> Body {
        match node.children.first() {
            Some(goto) if goto.rule == Rule::goto => Body::Goto(self.own_name(goto)),
            Some(block) => Body::Steps(self.block(block)),
            None => Body::Steps(Vec::new()),
        }
    }

    fn block(&mut self, node: &Node) -> Vec<Step> {
        let mut steps = Vec::new();
        self.depth.steps += 1;
        for part in self.parts(node, &[Rule::step]) {
            self.push_step(&mut steps, part);
        }
        self.depth.steps -= 1;
        // Trees are kept, and most blocks are short.
        steps.shrink_to_fit();
        steps
    }

    /// What follows an arrow: a block, a step, or a state's name.
    fn target(&mut self, node: &Node) -> Body {
        match node.children.first() {
            Some(name) if name.rule == Rule::ident => Body::Goto(self.name(name)),
            Some(block) if block.rule == Rule::block => Body::Steps(self.block(block)),
            Some(step) => {
                let mut steps = Vec::with_capacity(1);
                self.push_step(&mut steps, step);
                Body::Steps(steps)
            }
            None => Body::Steps(Vec::new()),
        }
    }

    pub(super) fn own_target(&mut self, node: &Node) -> Body {
        match node.child(Rule::target) {
            Some(target) => self.target(target),
            None => Body::Steps(Vec::new()),
        }
    }

    /// What a `when` or `otherwise` does: steps, in further ones of them if these come first.
    pub(super) fn guarded(&mut self, node: &Node) -> Body {
        let guards: Vec<&Node> = node.all(Rule::guard).collect();
        let free = NESTING_MAX.saturating_sub(self.depth.steps);
        if let Some(too_many) = guards.get(free) {
            self.steps_too_deep(too_many.span);
            let span = node.span;
            return Body::Steps(vec![Step { span, kind: StepKind::Error { binds: None } }]);
        }
        self.depth.steps += guards.len();
        let mut body = self.body_or_step(node);
        self.depth.steps -= guards.len();
        for guard in guards.into_iter().rev() {
            body = Body::Steps(vec![self.guard(guard, node.span.end, body)]);
        }
        body
    }

    /// A `when` or `otherwise` that is the only step of another.
    fn guard(&mut self, guard: &Node, end: u32, body: Body) -> Step {
        let word = |rule| guard.child(rule).map(|word| Span::new(word.span.start, end));
        if let Some(span) = word(Rule::kw_when) {
            let arms = vec![WhenArm { cond: self.own_expr(guard), body }];
            return Step { span, kind: StepKind::When { arms, otherwise: None } };
        }
        let span = word(Rule::kw_otherwise).unwrap_or(guard.span);
        self.otherwise_alone(span)
    }

    fn otherwise_alone(&mut self, span: Span) -> Step {
        let message = "`otherwise` without a `when` before it";
        self.fault(span, message, "put it directly behind the last `when`");
        Step { span, kind: StepKind::Error { binds: None } }
    }

    /// Whether what stands directly before was lost: it may be the `when` that is continued.
    fn is_behind_lost(&self, span: Span) -> bool {
        let between = self
            .lost_ends
            .range(..=span.start)
            .next_back()
            .and_then(|end| self.text.get(*end as usize..span.start as usize));
        between.is_some_and(|between| between.trim().is_empty())
    }

    fn body_or_step(&mut self, node: &Node) -> Body {
        let Some(inner) = node.child(Rule::body_or_step).and_then(|b| b.children.first()) else {
            return Body::Steps(Vec::new());
        };
        match inner.rule {
            Rule::block => Body::Steps(self.block(inner)),
            Rule::target => self.target(inner),
            _ => {
                let mut steps = Vec::with_capacity(1);
                self.push_step(&mut steps, inner);
                Body::Steps(steps)
            }
        }
    }

    /// Appends a step; a `when` or `otherwise` joins the chain that it continues.
    pub(in crate::syntax) fn push_step(&mut self, steps: &mut Vec<Step>, node: &Node) {
        let Some(inner) = node.children.first() else {
            return steps.push(Step { span: node.span, kind: StepKind::Error { binds: None } });
        };
        let chain = match steps.last_mut() {
            Some(Step { kind: StepKind::When { arms, otherwise: otherwise @ None }, span }) => {
                Some((arms, otherwise, span))
            }
            _ => None,
        };
        match (inner.rule, chain) {
            (Rule::when, Some((arms, _, span))) => {
                *span = span.cover(inner.span);
                arms.push(WhenArm { cond: self.own_expr(inner), body: self.guarded(inner) });
            }
            (Rule::otherwise, Some((_, otherwise, span))) => {
                *span = span.cover(inner.span);
                *otherwise = Some(self.guarded(inner));
            }
            (Rule::otherwise, None) if self.is_behind_lost(inner.span) => {
                let span = inner.span;
                let cond = Expr { span, kind: ExprKind::Error };
                let arms = vec![WhenArm { cond, body: Body::Steps(Vec::new()) }];
                let otherwise = Some(self.guarded(inner));
                steps.push(Step { span, kind: StepKind::When { arms, otherwise } });
            }
            (Rule::otherwise, None) => {
                let alone = self.otherwise_alone(inner.span);
                steps.push(alone);
            }
            _ => {
                let kind = self.step_kind(inner);
                steps.push(Step { span: inner.span, kind });
            }
        }
    }
}
