//! Slots, of flows and of the session: their cells, and what they say.

use super::FlowScope;
use crate::diag::Code;
use crate::ir::{EntityIndex, Place, SlotIndex, Type};
use crate::sema::cx::{Checker, flow_place, session_place};
use crate::sema::hir::{BindCells, Slot};
use crate::sema::once::first_of;
use crate::sema::scope::Scope;
use crate::sema::symbols::Found;
use crate::sema::texts::Reader;
use crate::syntax::ast::{self, Name};

/// Wrong answers before a human is asked, for a slot that does not say.
const TRIES_DEFAULT: u32 = 3;

/// Most wrong answers that may be allowed.
const TRIES_MAX: i64 = 20;

impl<'a> Checker<'a> {
    /// Slots first, so that their cells come first; then the results of all actions, so that texts
    /// and checks of slots can refer to them; then what the slots say.
    pub(super) fn slots_of_flow(&mut self, flow: &'a ast::Flow, cx: &mut FlowScope) {
        let mut resolved = Vec::new();
        for slot in &flow.slots {
            if let Some(first) = first_of(&mut cx.named_at, slot.name.text.clone(), slot.name.span)
            {
                self.twice("slot", &slot.name, self.at(first));
                // Which of the two is meant further on is not known.
                cx.scope.locals.remove(&slot.name.text);
                cx.scope.lost.insert(slot.name.text.clone());
                continue;
            }
            if slot.broken {
                cx.scope.lost.insert(slot.name.text.clone());
            }
            self.hides_built_in("slot", &slot.name, "in this flow");
            let owner = format!("{}.{}", flow.name.text, slot.name.text);
            let Some((ty, entity)) = self.resolve_type(&slot.ty, &owner) else {
                cx.scope.lost.insert(slot.name.text.clone());
                continue;
            };
            let place = flow_place(cx.cells);
            cx.cells += 1;
            cx.cell_names.push(slot.name.text.clone());
            cx.cell_types.push(ty.clone());
            let cells = BindCells::One(place);
            cx.scope.locals.insert(slot.name.text.clone(), (ty.clone(), cells));
            resolved.push((slot, ty, entity, place));
        }
        for state in &flow.states {
            self.results(&state.steps, cx);
            state.handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
        }
        flow.handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
        for (slot, ty, entity, place) in resolved {
            let scope = std::mem::take(&mut cx.scope);
            if let Some(checked) = self.slot(slot, ty, entity, place, &scope) {
                cx.slots.push(checked);
            }
            cx.scope = scope;
        }
    }

    /// What a slot says: question, checks, default.
    fn slot(
        &mut self,
        slot: &ast::Slot,
        ty: Type,
        entity: Option<EntityIndex>,
        place: Place,
        scope: &Scope,
    ) -> Option<Slot> {
        self.labels(&slot.labels);
        self.no_labels_inside(&slot.ty);
        let mut whole = true;
        if slot.ask.is_some() && entity.is_none() {
            self.cannot_be_asked(slot, &ty);
        }
        let ask = slot.ask.as_ref().map(|ask| self.text_ref(ask, scope, Reader::Customer));
        whole &= !matches!(ask, Some(None));
        let mut checks = Vec::new();
        for check in &slot.checks {
            let cond = self.condition(&check.cond, scope);
            let text =
                check.otherwise.as_ref().map(|text| self.text_ref(text, scope, Reader::Customer));
            match (cond, text) {
                (Some(cond), Some(Some(text))) => checks.push((cond, Some(text))),
                (Some(cond), None) => checks.push((cond, None)),
                _ => whole = false,
            }
        }
        let what = format!("the default of `{}`", slot.name.text);
        let default = slot.default.as_ref().map(|default| self.expr_of(default, scope, &ty, &what));
        whole &= !matches!(default, Some(None));
        let tries =
            self.count(slot.tries.as_ref(), 1..=TRIES_MAX, "tries").unwrap_or(TRIES_DEFAULT);
        whole.then(|| Slot {
            name: slot.name.text.clone(),
            ty,
            entity,
            place,
            ask: ask.flatten(),
            checks,
            tries,
            default: default.flatten(),
            personal: slot.labels.personal.is_some(),
            visible_to: slot.labels.visible_to.as_ref().map(|role| role.text.clone()),
            at: self.at(slot.name.span),
        })
    }

    /// Nothing finds several values in what a customer writes.
    fn cannot_be_asked(&mut self, slot: &ast::Slot, ty: &Type) {
        let what = self.type_name(ty);
        let message = format!("no answer can fill `{}`, which is a {what}", slot.name.text);
        let finding = self
            .finding(Code::E0416, slot.ty.span(), message)
            .label("more than one value")
            .help("ask for one value at a time, or let the customer `choose x in LIST`")
            .help(
                "a list that an action returned is kept with `set`: then the slot needs no `ask`",
            );
        self.report(finding);
    }

    /// The slots of the session.
    pub(in crate::sema) fn session_slot_types(&mut self) {
        for (number, found) in (0..).zip(self.symbols.slots.items.clone()) {
            self.enter(&found);
            self.hides_built_in("slot", &found.node.name, "in the whole project");
            let name = found.node.name.text.clone();
            match self.resolve_type(&found.node.ty, &name) {
                Some((ty, _)) => {
                    self.session_types.insert(name, (ty, session_place(number)));
                }
                None => drop(self.symbols.slots.lost.insert(name)),
            }
        }
    }

    /// What the session's slots say; nothing of one in which something is wrong.
    pub(in crate::sema) fn session_slots(&mut self) -> Vec<Option<Slot>> {
        let found = self.symbols.slots.items.clone();
        found.iter().map(|found| self.session_slot(found)).collect()
    }

    fn session_slot(&mut self, found: &Found<'a, ast::Slot>) -> Option<Slot> {
        self.enter(found);
        let slot = found.node;
        let (ty, place) = self.session_types.get(&slot.name.text)?.clone();
        let (_, entity) = self.resolve_type(&slot.ty, &slot.name.text)?;
        self.slot(slot, ty, entity, place, &Scope::default())
    }

    /// The number of a slot that `fill` and `call` name; a session slot joins the flow's.
    pub(in crate::sema) fn slot_index(
        &mut self,
        name: &Name,
        cx: &mut FlowScope,
    ) -> Option<SlotIndex> {
        if let Some(number) = cx.slots.iter().position(|slot| slot.name == name.text) {
            return u32::try_from(number).ok().map(SlotIndex);
        }
        let session = self.session_slots.iter().find(|slot| slot.name == name.text).cloned();
        let Some(slot) = session else {
            // A slot that is known and is not here was reported where it is declared.
            let is_slot =
                |name: &String| cx.scope.locals.contains_key(name) && !cx.results.contains(name);
            if !is_slot(&name.text)
                && !cx.scope.lost.contains(&name.text)
                && !self.symbols.slots.lost.contains(&name.text)
                && !self.session_types.contains_key(&name.text)
            {
                let known: Vec<String> = cx
                    .slots
                    .iter()
                    .map(|slot| slot.name.clone())
                    .chain(cx.scope.lost.iter().cloned())
                    .chain(self.session_types.keys().cloned())
                    .collect();
                let elsewhere = self.slot_elsewhere(name, &cx.scope);
                let known = known.iter().map(String::as_str);
                self.unknown_here(Code::E0201, "slot", name, known, elsewhere);
            }
            return None;
        };
        cx.slots.push(slot);
        u32::try_from(cx.slots.len() - 1).ok().map(SlotIndex)
    }
}
