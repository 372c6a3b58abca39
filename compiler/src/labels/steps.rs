//! What each step moves, shows, passes on and decides.

use super::collect::{Branch, Collector, Decides, Dest, Here, Leaf};
use super::net::How;
use crate::base::FileSpan;
use crate::ir::{ActionId, FlowId, SlotIndex, Type};
use crate::sema::hir::{Bind, Body, Expr, Media, Say, Step, StepKind, TextRef};
use crate::sema::lints::inner_bodies;

impl<'p> Collector<'p> {
    pub(super) fn body(&mut self, body: &'p Body, flow: FlowId) {
        for step in body {
            self.step(step, flow);
            inner_bodies(step).for_each(|inner| self.body(inner, flow));
        }
    }

    fn step(&mut self, step: &'p Step, flow: FlowId) {
        let said = Here::new(Some(flow), Dest::Customer);
        match &step.kind {
            StepKind::Say(say) => self.say(say, said),
            StepKind::Confirm { text, .. } => self.text(text, said),
            StepKind::Choose { prompt, arms } => {
                let texts = prompt.iter().chain(arms.iter().map(|(text, _)| text));
                texts.for_each(|text| self.text(text, said));
            }
            StepKind::ChooseFrom { item, list, prompt, label, .. } => {
                self.chosen(item, list, flow);
                prompt.iter().chain([label]).for_each(|text| self.text(text, said));
            }
            StepKind::Do { bind, action, args, .. } => {
                self.arguments(*action, args, flow);
                let at = step.at;
                bind.iter().for_each(|bind| self.returned(*action, &bind.cells, flow, at));
            }
            StepKind::Set { place, value } => {
                if let Some(to) = self.net.place(Some(flow), *place) {
                    self.assign(value, to, How::Set, Some(flow));
                }
            }
            StepKind::When { arms, otherwise } => self.when(arms, otherwise.as_ref(), flow),
            StepKind::Call { flow: called, args } => self.call_flow(*called, args, flow),
            StepKind::Wait(time) => {
                self.leaves(time, Here::new(Some(flow), Dest::Inside));
            }
            StepKind::Handoff { because, .. } => {
                let told = Here::new(Some(flow), Dest::Agents);
                because.iter().for_each(|text| self.text(text, told));
            }
            StepKind::Fill(slots) => self.asked(slots, step.at, flow),
            StepKind::Clear(_)
            | StepKind::Goto(_)
            | StepKind::Mark(_)
            | StepKind::End(_)
            | StepKind::Resume
            | StepKind::Repeat
            | StepKind::Abandon
            | StepKind::Correct => {}
        }
    }

    fn say(&mut self, say: &'p Say, here: Here<'_>) {
        let card = say.card.iter();
        let texts = std::iter::once(&say.text)
            .chain(&say.choices)
            .chain(card.clone().flat_map(|card| std::iter::once(&card.title).chain(&card.body)));
        texts.for_each(|text: &TextRef| self.text(text, here));
        let media = say.links.iter().chain(&say.images);
        let media = media.chain(card.flat_map(|card| card.links.iter().chain(&card.images)));
        media.for_each(|medium: &Media| {
            self.shown(&medium.url, Here { to: Dest::Address, ..here });
            medium.label.iter().for_each(|label| self.text(label, here));
        });
    }

    fn chosen(&mut self, item: &'p Bind, list: &'p Expr, flow: FlowId) {
        let here = Here::new(Some(flow), Dest::Inside);
        let from = self.origin(list, here);
        let leaves = match from {
            // How many there are, not what is in them.
            Some(from) => vec![Leaf::new(from, list.at)],
            None => self.leaves(list, here),
        };
        self.branch(Branch { leaves, at: list.at, what: Decides::Offered });
        match (from, &list.ty) {
            (Some(from), Type::List(ty)) => {
                self.spread(from, ty, &item.cells, flow, (list.at, How::Chosen));
            }
            _ => {
                for place in item.places() {
                    if let Some(to) = self.net.place(Some(flow), place) {
                        self.assign(list, to, How::Chosen, Some(flow));
                    }
                }
            }
        }
    }

    /// A slot that holds something already is not asked for.
    fn asked(&mut self, slots: &[SlotIndex], at: FileSpan, flow: FlowId) {
        let own = self.project.flows.get(flow.index()).map(|flow| flow.slots.as_slice());
        for slot in slots {
            let Some(slot) = own.and_then(|own| own.get(slot.index())) else { continue };
            let node = self.net.place(Some(flow), slot.place);
            let leaves = node.into_iter().map(|node| Leaf::new(node, at)).collect();
            let what = Decides::Asked { is_checked: !slot.checks.is_empty() };
            self.branch(Branch { leaves, at, what });
        }
    }

    fn arguments(&mut self, action: ActionId, args: &'p [Expr], flow: FlowId) {
        for (param, arg) in (0..).zip(args) {
            let to = Dest::Param { action, param };
            let leaves = self.leaves(arg, Here::new(Some(flow), to));
            self.get(leaves, to, true);
        }
    }

    fn call_flow(&mut self, called: FlowId, args: &'p [(SlotIndex, Expr)], flow: FlowId) {
        for (slot, value) in args {
            let callee = self.project.flows.get(called.index());
            let place = callee.and_then(|callee| callee.slots.get(slot.index())).map(|s| s.place);
            if let Some(to) = place.and_then(|place| self.net.place(Some(called), place)) {
                self.assign(value, to, How::Given(called), Some(flow));
            }
        }
    }

    /// A later arm runs only where the earlier conditions do not hold: each condition decides its
    /// own arm and all that follow.
    fn when(&mut self, arms: &'p [(Expr, Body)], otherwise: Option<&'p Body>, flow: FlowId) {
        for (number, (cond, _)) in arms.iter().enumerate() {
            let leaves = self.leaves(cond, Here::new(Some(flow), Dest::Branch));
            let under = arms.iter().skip(number).map(|(_, body)| body).chain(otherwise).collect();
            self.branch(Branch { leaves, at: cond.at, what: Decides::Bodies { flow, under } });
        }
    }
}
