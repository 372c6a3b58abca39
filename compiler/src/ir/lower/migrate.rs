//! `migrate`: the steps of its lines become functions of the flow that they run in.

use super::Lowering;
use super::steps::After;
use crate::ir::{FuncId, MigrateDef, MigrateLineDef, MigrateRule};
use crate::sema::hir::Body;

impl<'h> Lowering<'h> {
    pub(super) fn migrations(&mut self) -> Vec<MigrateDef> {
        self.project.migrations.iter().map(|migrate| self.migration(migrate)).collect()
    }

    fn migration(&mut self, migrate: &'h MigrateDef<Body>) -> MigrateDef {
        let mut lines = Vec::with_capacity(migrate.lines.len());
        for line in &migrate.lines {
            lines.push(MigrateLineDef { rule: self.migrate_rule(&line.rule), at: line.at });
        }
        MigrateDef { from: migrate.from.clone(), lines, at: migrate.at }
    }

    fn migrate_rule(&mut self, rule: &'h MigrateRule<Body>) -> MigrateRule {
        match rule {
            MigrateRule::Flow { old, new, to } => MigrateRule::Flow {
                old: old.clone(),
                new: *new,
                to: to.as_ref().map(|steps| self.migrate_body(steps)),
            },
            MigrateRule::StateIs { old, flow, new } => {
                MigrateRule::StateIs { old: old.clone(), flow: *flow, new: *new }
            }
            MigrateRule::StateTo { old, flow, to } => {
                MigrateRule::StateTo { old: old.clone(), flow: *flow, to: self.migrate_body(to) }
            }
            MigrateRule::SlotIs { old, new } => {
                MigrateRule::SlotIs { old: old.clone(), new: new.clone() }
            }
            MigrateRule::SlotDropped { old } => MigrateRule::SlotDropped { old: old.clone() },
            MigrateRule::SlotDefault { new, value } => {
                MigrateRule::SlotDefault { new: new.clone(), value: value.clone() }
            }
            MigrateRule::Intent { old, new } => MigrateRule::Intent { old: old.clone(), new: *new },
            MigrateRule::Skill { old, new } => MigrateRule::Skill { old: old.clone(), new: *new },
            MigrateRule::Channel { old, new } => {
                MigrateRule::Channel { old: old.clone(), new: *new }
            }
        }
    }

    fn migrate_body(&mut self, steps: &'h [crate::sema::hir::Step]) -> FuncId {
        self.body("migrate", steps, After::StateEnd)
    }
}
