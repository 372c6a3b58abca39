//! `migrate`: what it says of this version is checked here. The names of the version before are
//! checked where there is one: see [`crate::upgrade`].

use std::collections::{BTreeMap, BTreeSet};

use super::cx::Checker;
use super::hir::{Body, ExprKind, Flow, Frame, Step, StepKind};
use super::scope::Scope;
use super::symbols::Found;
use super::texts::Reader;
use super::written::Flows;
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{
    ChannelId, FlowId, IntentId, MigrateDef, MigrateLineDef, MigrateRule, Outcome, SkillId,
    SlotRef, StateId, Type,
};
use crate::syntax::ast::{self, MigrateKind, MigrateTo, Name};

/// Hexadecimal digits of a bundle's hash.
const HASH_DIGITS: usize = 64;
/// Fewer say too little.
const HASH_DIGITS_MIN: usize = 6;

/// What a `migrate` is checked with.
struct Block<'f, 's> {
    flows: &'f Flows<'s>,
    /// What flows of the version before are now, where the block says so.
    renamed: BTreeMap<String, String>,
    /// What has been said of, with where.
    said: BTreeMap<(&'static str, String), Span>,
}

impl<'a> Checker<'a> {
    pub(super) fn migrations(&mut self, flows: &Flows<'_>) -> Option<Vec<MigrateDef<Body>>> {
        let found = self.symbols.migrations.clone();
        let checked: Vec<_> = found.iter().map(|found| self.migration(found, flows)).collect();
        checked.into_iter().collect()
    }

    fn migration(
        &mut self,
        found: &Found<'a, ast::Migrate>,
        flows: &Flows<'_>,
    ) -> Option<MigrateDef<Body>> {
        self.enter(found);
        self.names_lost |= flows.any_lost();
        let migrate = found.node;
        let from = match &migrate.from {
            Some(from) => Some(self.hash_prefix(from)?),
            None => None,
        };
        let mut block = Block { flows, renamed: BTreeMap::new(), said: BTreeMap::new() };
        for line in &migrate.lines {
            if let MigrateKind::Flow { old, new: Some(new), .. } = &line.kind {
                block.renamed.insert(old.text.clone(), new.text.clone());
            }
        }
        let mut lines = Vec::new();
        let mut whole = true;
        for line in &migrate.lines {
            self.said_twice(line, &mut block);
            match self.migrate_rule(&line.kind, &block) {
                Some(rule) => lines.push(MigrateLineDef { rule, at: self.at(line.span) }),
                None => whole = false,
            }
        }
        whole.then(|| MigrateDef { from, lines, at: self.at(migrate.span) })
    }

    fn hash_prefix(&mut self, from: &ast::Spanned<String>) -> Option<String> {
        let digits = from.value.to_ascii_lowercase();
        let is_hash = digits.chars().all(|c| c.is_ascii_hexdigit())
            && (HASH_DIGITS_MIN..=HASH_DIGITS).contains(&digits.len());
        if !is_hash {
            let message = match from.value.trim() {
                "" => "the hash is empty".to_owned(),
                other => format!("`{other}` is not the beginning of a bundle's hash"),
            };
            self.error(
                Code::E0913,
                from.span,
                message,
                "no hash",
                "`flowright build` and `flowright diff` show it: write at least its first six digits",
            );
        }
        is_hash.then_some(digits)
    }

    fn said_twice(&mut self, line: &ast::MigrateLine, block: &mut Block<'_, '_>) {
        let (what, name) = match &line.kind {
            MigrateKind::Flow { old, .. } => ("flow", old),
            MigrateKind::StateIs { old, .. } | MigrateKind::StateTo { old, .. } => ("state", old),
            MigrateKind::SlotIs { old, .. } | MigrateKind::SlotDropped { old } => ("slot", old),
            MigrateKind::SlotDefault { new, .. } => ("default of the slot", new),
            MigrateKind::Named { what, old, .. } => (*what, old),
            MigrateKind::Error => return,
        };
        let Some(first) = block.said.insert((what, name.text.clone()), name.span) else { return };
        let message = format!("`migrate` speaks twice of the {what} `{}`", name.text);
        let finding = self
            .finding(Code::E0910, name.span, message)
            .label("again here")
            .related(self.at(first), "first here")
            .help("keep one of the two lines");
        self.report(finding);
    }

    fn migrate_rule(
        &mut self,
        kind: &MigrateKind,
        block: &Block<'_, '_>,
    ) -> Option<MigrateRule<Body>> {
        Some(match kind {
            MigrateKind::Flow { old, new, to } => {
                let flow = self.flow_now(new.as_ref().unwrap_or(old), block)?;
                let to = match to {
                    Some(to) => Some(self.migrate_to(to, flow, block)?),
                    None => None,
                };
                MigrateRule::Flow { old: old.text.clone(), new: flow, to }
            }
            MigrateKind::StateIs { old, new } => {
                let flow = self.flow_of_old(old, block)?;
                let new = self.new_state(old, new, flow, block)?;
                MigrateRule::StateIs { old: old.text.clone(), flow, new }
            }
            MigrateKind::StateTo { old, to } => {
                let flow = self.flow_of_old(old, block)?;
                let to = self.migrate_to(to, flow, block)?;
                MigrateRule::StateTo { old: old.text.clone(), flow, to }
            }
            MigrateKind::SlotIs { old, new } => {
                let (slot, _) = self.new_slot(new, block)?;
                self.same_owner(old, new, &slot, block)?;
                MigrateRule::SlotIs { old: old.text.clone(), new: slot }
            }
            MigrateKind::SlotDropped { old } => MigrateRule::SlotDropped { old: old.text.clone() },
            MigrateKind::SlotDefault { new, value } => {
                let (slot, ty) = self.new_slot(new, block)?;
                let value = self.migrate_default(new, value, ty.as_ref())?;
                MigrateRule::SlotDefault { new: slot, value }
            }
            MigrateKind::Named { what, old, new } => self.migrate_name(what, old, new)?,
            MigrateKind::Error => return None,
        })
    }

    fn migrate_name(
        &mut self,
        what: &'static str,
        old: &Name,
        new: &Name,
    ) -> Option<MigrateRule<Body>> {
        let old = old.text.clone();
        Some(match what {
            "skill" => {
                let new = SkillId(self.lookup(|s| &s.skills, "skill", new)?);
                MigrateRule::Skill { old, new }
            }
            "channel" => {
                let new = ChannelId(self.lookup(|s| &s.channels, "channel", new)?);
                MigrateRule::Channel { old, new }
            }
            _ => {
                let new = IntentId(self.lookup(|s| &s.intents, "intent", new)?);
                MigrateRule::Intent { old, new }
            }
        })
    }

    /// A flow of this version.
    fn flow_now(&mut self, name: &Name, block: &Block<'_, '_>) -> Option<FlowId> {
        let found = block.flows.named(&name.text);
        if found.is_none() && !self.symbols.flows.lost.contains(&name.text) {
            let (known, elsewhere) = (block.flows.names(), self.of_another_kind("flow", name));
            self.unknown_here(Code::E0201, "flow", name, known, elsewhere);
        }
        found
    }

    /// What the flow of `FLOW.NAME`, a name of the version before, is now.
    fn flow_of_old(&mut self, old: &Name, block: &Block<'_, '_>) -> Option<FlowId> {
        let Some((flow, _)) = old.text.rsplit_once('.') else {
            self.error(
                Code::E0203,
                old.span,
                format!("`{}` does not say of which flow it is", old.text),
                "which flow?",
                "write `flow.state`",
            );
            return None;
        };
        if let Some(now) = block.renamed.get(flow) {
            // A name that is wrong is reported where it is said.
            return block.flows.named(now);
        }
        let found = block.flows.named(flow);
        if found.is_none() && !self.symbols.flows.lost.contains(flow) {
            let message = format!("there is no flow `{flow}` now");
            let help = format!("say what it is now: `flow {flow} is …`");
            self.error(Code::E0201, old.span, message, "in which flow is it now?", help);
        }
        found
    }

    fn new_state(
        &mut self,
        old: &Name,
        new: &Name,
        flow: FlowId,
        block: &Block<'_, '_>,
    ) -> Option<StateId> {
        let name = block.flows.name(flow);
        let of_flow = new.text.rsplit_once('.').filter(|(named, _)| *named == name);
        let Some((_, state)) = of_flow else {
            let (was, _) = old.text.rsplit_once('.')?;
            self.elsewhere(new, was, name);
            return None;
        };
        let found = block.flows.state_of(flow, state);
        if found.is_none() {
            let known = block.flows.states_of(flow).map(|state| format!("{name}.{state}"));
            let known: BTreeSet<String> = known.collect();
            self.unknown(Code::E0203, "state", new, known.iter().map(String::as_str));
        }
        found
    }

    fn elsewhere(&mut self, new: &Name, was: &str, is: &str) {
        self.error(
            Code::E0912,
            new.span,
            format!("what was in `{was}` is now in `{is}`, not in `{}`", owner(&new.text)),
            "another place",
            "say first what the flow is now: `flow old is new`",
        );
    }

    /// A slot or result of this version, with its type where it is one value.
    fn new_slot(&mut self, name: &Name, block: &Block<'_, '_>) -> Option<(SlotRef, Option<Type>)> {
        if let Some(field) = name.text.strip_prefix("customer.")
            && let Some(number) = self.customer.iter().position(|known| known.name == field)
        {
            let ty = self.customer.get(number).map(|field| field.ty.clone());
            return Some((SlotRef::Customer(u32::try_from(number).ok()?), ty));
        }
        if let Some(number) = self.session_slots.iter().position(|slot| slot.name == name.text) {
            let ty = self.session_slots.get(number).map(|slot| slot.ty.clone());
            return Some((SlotRef::Session(u32::try_from(number).ok()?), ty));
        }
        for (dot, _) in name.text.match_indices('.') {
            let (owner, inner) = (name.text.get(..dot)?, name.text.get(dot + 1..)?);
            let Some(number) = block.flows.named(owner) else { continue };
            // Of which type it is may be what is wrong with its flow.
            let frame = self.frame(block.flows.get(number)?);
            if let Some(cell) = frame.names.iter().position(|cell| cell == inner) {
                let ty = frame.types.get(cell).cloned();
                return Some((SlotRef::Flow(number, inner.to_owned()), ty));
            }
            if frame.names.iter().any(|cell| cell.starts_with(&format!("{inner}."))) {
                return Some((SlotRef::Flow(number, inner.to_owned()), None));
            }
        }
        // One that is known and is not here was reported where it is declared.
        if self.symbols.slots.get(&name.text).is_none() {
            self.unknown_slot(name, block);
        }
        None
    }

    fn frame(&self, flow: &Flow) -> Frame {
        Frame::of(flow, |action| self.result_of(action))
    }

    fn unknown_slot(&mut self, name: &Name, block: &Block<'_, '_>) {
        let cells = block.flows.right().flat_map(|(_, flow)| {
            let names = self.frame(flow).names;
            names.into_iter().map(move |cell| format!("{}.{cell}", flow.name))
        });
        let fields = self.customer.iter().map(|field| format!("customer.{}", field.name));
        let session = self.session_slots.iter().map(|slot| slot.name.clone());
        let known: BTreeSet<String> = cells.chain(fields).chain(session).collect();
        self.unknown(Code::E0201, "slot", name, known.iter().map(String::as_str));
    }

    /// A slot stays where it is: in its flow, in the session, or with the customer.
    fn same_owner(
        &mut self,
        old: &Name,
        new: &Name,
        slot: &SlotRef,
        block: &Block<'_, '_>,
    ) -> Option<()> {
        let is_customer = old.text.starts_with("customer.");
        let stays = match slot {
            SlotRef::Customer(_) => is_customer,
            SlotRef::Session(_) => !old.text.contains('.'),
            SlotRef::Flow(flow, _) => {
                let now = block.flows.name(*flow);
                let mut owners = old.text.match_indices('.').filter_map(|(i, _)| old.text.get(..i));
                owners.any(|owner| block.renamed.get(owner).map_or(owner, String::as_str) == now)
            }
        };
        if !stays {
            self.error(
                Code::E0912,
                new.span,
                format!("`{}` cannot become `{}`", old.text, new.text),
                "another place",
                "a slot stays in its flow; where the flow has another name, say `flow old is new`",
            );
        }
        stays.then_some(())
    }

    fn migrate_default(
        &mut self,
        slot: &Name,
        value: &ast::Expr,
        ty: Option<&Type>,
    ) -> Option<Option<flowright_nlu::value::Value>> {
        if let ast::ExprKind::Path(names) = &value.kind
            && let [only] = names.as_slice()
            && only.text == "empty"
        {
            return Some(None);
        }
        let Some(ty) = ty else {
            self.not_fixed(value.span, &format!("`{}` is not one value", slot.text));
            return None;
        };
        let what = format!("the default of `{}`", slot.text);
        let checked = self.expr_of(value, &Scope::default(), ty, &what)?;
        let ExprKind::Const(value) = checked.kind else {
            self.not_fixed(value.span, &format!("{what} is not a fixed value"));
            return None;
        };
        Some(Some(value))
    }

    fn not_fixed(&mut self, span: Span, message: &str) {
        self.error(
            Code::E0911,
            span,
            message,
            "no fixed value",
            "write the value itself, or `empty` where the slot may be without one",
        );
    }

    fn migrate_to(&mut self, to: &MigrateTo, flow: FlowId, block: &Block<'_, '_>) -> Option<Body> {
        let (span, kind) = match to {
            MigrateTo::State(name) => {
                let found = block.flows.state_of(flow, &name.text);
                if found.is_none() {
                    let known = block.flows.states_of(flow);
                    self.unknown(Code::E0203, "state", name, known);
                }
                (name.span, StepKind::Goto(found?))
            }
            MigrateTo::Handoff { to, because } => {
                let to = match to {
                    Some(skill) => Some(SkillId(self.lookup(|s| &s.skills, "skill", skill)?)),
                    None => None,
                };
                let because = match because {
                    Some(text) => Some(self.text_ref(text, &Scope::default(), Reader::Inside)?),
                    None => None,
                };
                (Span::default(), StepKind::Handoff { to, because })
            }
            MigrateTo::End(None) => (Span::default(), StepKind::End(Outcome::Resolved)),
            MigrateTo::End(Some(name)) => (name.span, StepKind::End(self.outcome(name)?)),
        };
        Some(vec![Step { at: self.at(span), kind }])
    }
}

/// The flow of a dotted name.
fn owner(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(owner, _)| owner)
}
