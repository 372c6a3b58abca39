//! Names in `migrate`. Names of versions before are nobody's now: only what is meant of this version is
//! written down.

use std::collections::BTreeMap;

use flowright_compiler::syntax::ast::{ExprKind, Migrate, MigrateKind, MigrateTo, Name};

use super::exprs::customer_owner;
use super::scope::Scope;
use super::types::{Ty, ty_of};
use super::walk::{Walk, cut, parts};
use super::{Also, Kind, Role, Symbol};
use crate::ide::model::Model;

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

    /// A slot as it is called now, with its type, where that is known.
    fn slot_now(&mut self, name: &Name) -> Option<Ty> {
        let (names, ty) = slot_now(self.model, name);
        for (name, symbol) in names {
            self.put(name.span, symbol, Role::Uses);
        }
        ty
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

/// A field of the customer, a slot of the session, or a slot or result of a flow, looked for in the
/// order in which the compiler does: what its parts stand for, and its type, where that is known.
pub(crate) fn slot_now(model: &Model, name: &Name) -> (Vec<(Name, Symbol)>, Option<Ty>) {
    let Some((first, field)) = name.text.find('.').and_then(|dot| cut(name, dot)) else {
        let ty = Scope::default().first(model, &name.text).map(|(_, ty)| ty);
        return (vec![(name.clone(), Symbol::top(Kind::SessionSlot, &name.text))], ty);
    };
    if let Some(known) = model.customer_field(&field.text).filter(|_| first.text == "customer") {
        let ty = ty_of(&known.ty, &customer_owner(&field.text), "");
        let symbol = Symbol::top(Kind::CustomerField, &field.text);
        return (vec![(field, symbol)], Some(ty));
    }
    let dots = name.text.match_indices('.').filter_map(|(dot, _)| cut(name, dot));
    let of_flow = |(owner, inner): (Name, Name)| {
        let scope = Scope::of_flow(model, model.flow(&owner.text)?);
        let path = words(&inner);
        // A flow's own, and not what it could read of the session.
        path.first().filter(|first| scope.locals.contains_key(&first.text))?;
        let found = scope.resolve(model, &path)?;
        let ty = found.last().filter(|_| found.len() == path.len()).map(|(_, ty)| ty.clone());
        let mut names = vec![(owner.clone(), Symbol::top(Kind::Flow, &owner.text))];
        names.extend(path.into_iter().zip(found).filter_map(|(name, (s, _))| Some((name, s?))));
        Some((names, ty))
    };
    dots.clone().find_map(of_flow).unwrap_or_else(|| {
        // No flow has it: of the longest name of a flow, it is what the flow lacks.
        let is_flow = |(flow, _): &(Name, Name)| model.declares(Kind::Flow, &flow.text);
        let longest = dots.clone().rfind(is_flow).or_else(|| dots.clone().next_back());
        let names = longest.map(|(flow, slot)| {
            let of_slot = Symbol::inside(Kind::Slot, &flow.text, &slot.text);
            let of_flow = Symbol::top(Kind::Flow, &flow.text);
            vec![(flow, of_flow), (slot, of_slot)]
        });
        (names.unwrap_or_default(), None)
    })
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
