//! What a flow uses: the values that it reads, the intents that it names. What a slot is asked for
//! or set to is of no use as long as nothing reads it.

use std::collections::BTreeSet;

use super::points::{Op, Points, Way};
use super::reads;
use crate::ir::{IntentId, Place, SlotIndex, Space, Type, turn};
use crate::sema::hir::{Body, EnsureKind, Expr, ExprKind, Flow, Handlers, Slot, StepKind};
use crate::sema::lints::inner_bodies;

use flowright_nlu::value::Value;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    /// Cells that something reads: what a slot's own check looks at, and what a slot is computed
    /// from that is set by it, is read for nothing else.
    pub(crate) reads: BTreeSet<Place>,
    /// Cells that a human sees in the summary of a planned handoff.
    pub(crate) told: BTreeSet<Place>,
    /// Cells that only their own checks, or steps that set them, look at.
    pub(crate) own: BTreeSet<Place>,
    /// Cells that are asked for.
    pub(crate) asked: BTreeSet<Place>,
    /// It hands over on purpose: humans see all that the session remembers.
    pub(crate) hands_over: bool,
    pub(crate) handled: BTreeSet<IntentId>,
    /// Names of intents that conditions ask for.
    pub(crate) intents: BTreeSet<String>,
}

impl Used {
    pub(crate) fn of(points: &Points<'_>) -> Self {
        let flow = points.flow;
        let mut used = Self::default();
        flow.slots.iter().for_each(|slot| used.slot(slot));
        flow.bodies().for_each(|body| used.body(flow, body));
        for ensure in &flow.ensures {
            if let EnsureKind::Before { cond, .. } = &ensure.kind {
                used.expr(cond, None);
            }
        }
        let of_states = flow.states.iter().map(|state| &state.handlers);
        of_states.chain([&flow.handlers]).for_each(|handlers| used.handlers(handlers));
        used.told(points);
        used
    }

    fn handlers(&mut self, handlers: &Handlers) {
        self.handled.extend(handlers.intents.iter().map(|(intent, _)| *intent));
    }

    /// What a slot says. A check decides whether an answer is taken: of a yes or no, that is use
    /// enough ("Do you agree?").
    pub(crate) fn slot(&mut self, slot: &Slot) {
        let own = Some(slot.place).filter(|_| slot.ty != Type::Bool);
        let ask = slot.ask.iter();
        ask.for_each(|ask| reads::text_ref(ask, &mut |expr| self.expr(expr, None)));
        for (cond, otherwise) in &slot.checks {
            self.expr(cond, own);
            let text = otherwise.iter();
            text.for_each(|text| reads::text_ref(text, &mut |expr| self.expr(expr, own)));
        }
        slot.default.iter().for_each(|default| self.expr(default, None));
    }

    fn body(&mut self, flow: &Flow, body: &Body) {
        for step in body {
            let set = match &step.kind {
                StepKind::Set { place, .. } => Some(*place),
                _ => None,
            };
            if let StepKind::Fill(slots) = &step.kind {
                let place = |slot: &SlotIndex| Some(flow.slots.get(slot.index())?.place);
                self.asked.extend(slots.iter().filter_map(place));
            }
            reads::of_step(step, &mut |expr| self.expr(expr, set));
            inner_bodies(step).for_each(|body| self.body(flow, body));
        }
    }

    /// An expression; `own` is the cell that it is only there for.
    pub(crate) fn expr(&mut self, expr: &Expr, own: Option<Place>) {
        reads::mentioned(expr, &mut |place| {
            let cells = if own == Some(place) { &mut self.own } else { &mut self.reads };
            cells.insert(place);
        });
        self.named(expr);
    }

    /// The intents that a condition asks for.
    fn named(&mut self, expr: &Expr) {
        let asks = |expr: &Expr| {
            let intent = Place { space: Space::Turn, index: turn::INTENT };
            matches!(expr.kind, ExprKind::Load(place) if place == intent)
        };
        let names: Vec<&Expr> = match &expr.kind {
            ExprKind::Compare { left, right, .. } if asks(left) => vec![right],
            ExprKind::Compare { left, right, .. } if asks(right) => vec![left],
            ExprKind::InSet { value, set } if asks(value) => set.iter().collect(),
            _ => Vec::new(),
        };
        self.intents.extend(names.into_iter().filter_map(|name| match &name.kind {
            ExprKind::Const(Value::Text(name)) => Some(name.clone()),
            _ => None,
        }));
        expr.operands().into_iter().for_each(|part| self.named(part));
    }

    /// What is filled or set on the way to a handoff that is no accident.
    fn told(&mut self, points: &Points<'_>) {
        let hands_over = |op: &Op<'_>| matches!(op, Op::Handoff(_));
        let planned = |way: Way| !matches!(way, Way::Failed | Way::Error(_) | Way::NoneThere);
        let before =
            points.leading_to(|_, point| hands_over(&point.op), |_, edge| planned(edge.way));
        self.hands_over = points.too_many || !before.is_empty();
        for (_, point) in points.ids().filter(|(id, _)| before.contains(id)) {
            match point.op {
                Op::Ask(slot) => {
                    let slot = points.flow.slots.get(slot.index());
                    self.told.extend(slot.map(|slot| slot.place));
                }
                Op::Set { place, .. } => {
                    self.told.insert(place);
                }
                _ => {}
            }
        }
        // What lies behind is not known.
        if points.too_many {
            self.told.extend(points.flow.slots.iter().map(|slot| slot.place));
        }
    }
}
