//! What `migrate` says of a flow by its name in the version before, which stays.

use flowright_compiler::base::{FileSpan, Span};
use flowright_compiler::diag::{Edit, edits};
use flowright_compiler::syntax::ast::{DeclKind, Migrate, MigrateKind, MigrateLine};

use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::flows_now;

/// A line `flow OLD is NEW` for every `migrate` that goes on from the old name without one.
pub(super) fn said_anew(snapshot: &Snapshot, flow: &str, new: &str) -> Vec<Edit> {
    let own = snapshot.model.decls().filter(|(file, _)| !file.is_std);
    let needing = own.filter_map(|(file, decl)| {
        let DeclKind::Migrate(migrate) = &decl.node.kind else { return None };
        let last = migrate.lines.last().filter(|_| lacks(migrate, flow))?;
        let text = &snapshot.source(file.id)?.text;
        let span = last.span.shifted(decl.origin);
        let indent = indent(text, span)?;
        let end = edits::line_end(text);
        let at = FileSpan { file: file.id, span: Span::new(span.end, span.end) };
        Some(Edit { at, text: format!("{end}{indent}flow {flow} is {new}") })
    });
    needing.collect()
}

/// Whether something is said of the flow's states or slots by its old name, and nothing of itself.
fn lacks(migrate: &Migrate, flow: &str) -> bool {
    let names_it = |line: &MigrateLine| match &line.kind {
        MigrateKind::StateIs { old, .. } | MigrateKind::StateTo { old, .. } => {
            old.text.rsplit_once('.').is_some_and(|(own, _)| own == flow)
        }
        // Of a result a field may be meant.
        MigrateKind::SlotIs { old, .. } | MigrateKind::SlotDropped { old } => {
            old.text.strip_prefix(flow).is_some_and(|rest| rest.starts_with('.'))
        }
        _ => false,
    };
    let is_itself = |line: &MigrateLine| matches!(&line.kind, MigrateKind::Flow { old, .. } if old.text == flow);
    !flows_now(migrate).contains_key(flow)
        && migrate.lines.iter().any(names_it)
        && !migrate.lines.iter().any(is_itself)
}

/// The blanks that the line begins with where a place begins.
fn indent(text: &str, at: Span) -> Option<&str> {
    let before = text.get(..at.start as usize)?;
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..)?;
    let blanks = line.len() - line.trim_start().len();
    line.get(..blanks)
}
