//! `migrate`.

use super::Lower;
use crate::syntax::ast::{Migrate, MigrateKind, MigrateLine, MigrateTo, Name};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn migrate(&mut self, node: &Node) -> Migrate {
        let from = node.child(Rule::migrate_from).map(|from| self.own_string(from));
        let lines = self.parts(node, &[Rule::migrate_line]).into_iter();
        let lines = lines.map(|line| self.migrate_line(line)).collect();
        Migrate { from, lines, span: node.span }
    }

    fn migrate_line(&mut self, node: &Node) -> MigrateLine {
        let kind = match node.children.first() {
            Some(inner) => self.migrate_kind(inner),
            None => MigrateKind::Error,
        };
        MigrateLine { span: node.span, kind }
    }

    fn migrate_kind(&mut self, node: &Node) -> MigrateKind {
        let old = self.own_name(node);
        let new = node.child(Rule::migrate_is).and_then(|is| self.first_name(is));
        let to = node.child(Rule::migrate_to).and_then(|to| self.migrate_to(to));
        match (node.rule, new, to) {
            (Rule::migrate_flow, None, None) => {
                let message = "this line says nothing of the flow";
                self.fault(node.span, message, "write `flow old is new` or `flow old -> state`");
                MigrateKind::Error
            }
            (Rule::migrate_flow, new, to) => MigrateKind::Flow { old, new, to },
            (Rule::migrate_state, Some(new), _) => MigrateKind::StateIs { old, new },
            (Rule::migrate_state, None, Some(to)) => MigrateKind::StateTo { old, to },
            (Rule::migrate_slot, Some(new), _) => MigrateKind::SlotIs { old, new },
            (Rule::migrate_slot, None, _) => match node.child(Rule::migrate_default) {
                Some(value) => MigrateKind::SlotDefault { new: old, value: self.own_expr(value) },
                None => MigrateKind::SlotDropped { old },
            },
            (Rule::migrate_name, Some(new), _) => {
                MigrateKind::Named { what: named(node), old, new }
            }
            _ => MigrateKind::Error,
        }
    }

    fn migrate_to(&mut self, node: &Node) -> Option<MigrateTo> {
        let inner = node.children.first()?;
        Some(match inner.rule {
            Rule::handoff => MigrateTo::Handoff {
                to: inner.child(Rule::handoff_to).map(|to| self.own_name(to)),
                because: inner.child(Rule::handoff_because).map(|text| self.own_text(text)),
            },
            Rule::migrate_end => MigrateTo::End(self.first_name(inner)),
            _ => MigrateTo::State(Name { text: self.str(inner).to_owned(), span: inner.span }),
        })
    }
}

/// What a line speaks of.
fn named(node: &Node) -> &'static str {
    match node.children.first().map(|keyword| keyword.rule) {
        Some(Rule::kw_skill) => "skill",
        Some(Rule::kw_channel) => "channel",
        _ => "intent",
    }
}
