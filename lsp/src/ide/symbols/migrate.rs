//! Names in `migrate`. Names of versions before are nobody's now: only what is meant of this version is
//! written down.

use std::collections::BTreeMap;

use flowright_compiler::syntax::ast::{ExprKind, Migrate, MigrateKind, MigrateTo, Name};

use super::exprs::customer_owner;
use super::scope::Scope;
use super::types::{Ty, ty_of};
use super::walk::{Walk, cut, parts};
use super::{Also, Kind, Role, Symbol};

impl Walk<'_> {
    pub(super) fn migrate(&mut self, migrate: &Migrate) {
        let now = flows_now(migrate);
        let flow_of = |old: &Name| {
            let flow = old.text.rsplit_once('.').map_or("", |(flow, _)| flow);
            now.get(flow).copied().unwrap_or(flow).to_owned()
        };
        for line in &migrate.lines {
            match &line.kind {
                MigrateKind::Flow { old, new, to } => {
                    match new {
                        Some(new) => self.uses(Kind::Flow, new),
                        // It is called so in both versions.
                        None => self.also(Also::Before, |walk| walk.uses(Kind::Flow, old)),
                    }
                    let flow = new.as_ref().unwrap_or(old);
                    to.iter().for_each(|to| self.migrate_to(to, &flow.text));
                }
                MigrateKind::StateIs { new, .. } => self.state_of_flow(new),
                MigrateKind::StateTo { old, to } => self.migrate_to(to, &flow_of(old)),
                MigrateKind::SlotIs { new, .. } => _ = self.slot_now(new),
                MigrateKind::SlotDefault { new, value } => {
                    let ty = self.slot_now(new);
                    if !is_empty(&value.kind) {
                        self.expr(value, &Scope::default(), ty.as_ref());
                    }
                }
                MigrateKind::Named { what, new, .. } => match *what {
                    "intent" => self.uses(Kind::Intent, new),
                    "skill" => self.uses(Kind::Skill, new),
                    _ => self.uses(Kind::Channel, new),
                },
                MigrateKind::SlotDropped { .. } | MigrateKind::Error => {}
            }
        }
    }

    /// `flow.state`
    pub(super) fn state_of_flow(&mut self, name: &Name) {
        if let Some((flow, state)) = parts(name) {
            self.uses(Kind::Flow, &flow);
            self.inside(Kind::State, &flow.text, &state, Role::Uses);
        }
    }

    /// A field of the customer, a slot of the session, or a slot or result of a flow, looked for in the
    /// order in which the compiler does; with its type, where that is known.
    fn slot_now(&mut self, name: &Name) -> Option<Ty> {
        let Some(dot) = name.text.find('.') else {
            self.uses(Kind::SessionSlot, name);
            return Scope::default().first(self.model, &name.text).map(|(_, ty)| ty);
        };
        if let Some((customer, field)) = cut(name, dot)
            && customer.text == "customer"
            && let Some(known) = self.model.customer_field(&field.text)
        {
            self.uses(Kind::CustomerField, &field);
            return Some(ty_of(&known.ty, &customer_owner(&field.text), ""));
        }
        for (dot, _) in name.text.match_indices('.') {
            let (owner, inner) = cut(name, dot)?;
            let Some(flow) = self.model.flow(&owner.text) else { continue };
            let scope = Scope::of_flow(self.model, flow);
            let path = words(&inner);
            if path.first().is_some_and(|first| scope.locals.contains_key(&first.text)) {
                let found = scope.resolve(self.model, &path)?;
                let (whole, ty) = (found.len() == path.len(), found.last()?.1.clone());
                self.uses(Kind::Flow, &owner);
                for (name, (symbol, _)) in path.iter().zip(found) {
                    if let Some(symbol) = symbol {
                        self.put(name.span, symbol, Role::Uses);
                    }
                }
                return Some(ty).filter(|_| whole);
            }
        }
        // No flow has it: of the longest name of a flow, it is what the flow lacks.
        let mut dots = name.text.rmatch_indices('.').map(|(dot, _)| dot);
        let dot = dots.find(|dot| {
            name.text.get(..*dot).is_some_and(|flow| self.model.declares(Kind::Flow, flow))
        });
        let (flow, slot) = cut(name, dot.or_else(|| name.text.rfind('.'))?)?;
        self.uses(Kind::Flow, &flow);
        self.inside(Kind::Slot, &flow.text, &slot, Role::Uses);
        None
    }

    fn migrate_to(&mut self, to: &MigrateTo, flow: &str) {
        match to {
            MigrateTo::State(state) => {
                self.put(state.span, Symbol::inside(Kind::State, flow, &state.text), Role::GoesTo);
            }
            MigrateTo::Handoff { to, because } => {
                to.iter().for_each(|skill| self.uses(Kind::Skill, skill));
                because.iter().for_each(|text| self.text_ref(text, &Scope::default()));
            }
            MigrateTo::End(_) => {}
        }
    }
}

/// What flows of the version before are now, where the block says so.
pub(crate) fn flows_now(migrate: &Migrate) -> BTreeMap<&str, &str> {
    let renamed = migrate.lines.iter().filter_map(|line| match &line.kind {
        MigrateKind::Flow { old, new: Some(new), .. } => Some((&*old.text, &*new.text)),
        _ => None,
    });
    renamed.collect()
}

/// `empty`, which no choice is.
fn is_empty(value: &ExprKind) -> bool {
    matches!(value, ExprKind::Path(names) if matches!(names.as_slice(), [only] if only.text == "empty"))
}

/// The parts of a dotted name.
fn words(name: &Name) -> Vec<Name> {
    let mut words = Vec::new();
    let mut rest = name.clone();
    while let Some((word, behind)) = rest.text.find('.').and_then(|dot| cut(&rest, dot)) {
        words.push(word);
        rest = behind;
    }
    words.push(rest);
    words
}
