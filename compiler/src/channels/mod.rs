//! What declared channels can carry, and whether everything that the bot sends fits: texts after
//! their placeholders are filled, menus, labels, and the time in which a channel takes replies.

mod fits;
mod guard;
mod longest;
mod message;
mod pattern;
mod render;
pub mod table;
mod tests;
mod window;

use std::collections::BTreeSet;

use self::fits::Fits;
use crate::base::{FileSpan, SourceMap, is_standard};
use crate::diag::Diagnostic;
use crate::sema::hir::Project;

/// Checks every message of a project against every channel that it can go to.
#[must_use]
pub fn check(project: &Project, sources: &SourceMap) -> Vec<Diagnostic> {
    let rows: Vec<_> = project.channels.iter().map(table::of_channel).collect();
    let mut fits = Fits { project, sources, said: BTreeSet::new(), found: Vec::new() };
    for message in message::all(project) {
        for channel in &message.channels {
            if let Some(row) = rows.get(*channel).copied().flatten() {
                fits.check(&message, *channel, row);
            }
        }
    }
    let mut found = fits.found;
    found.extend(window::check(project, sources));
    found
}

/// Whether a place is in a standard module, which a project cannot change there.
pub(crate) fn is_std(sources: &SourceMap, at: FileSpan) -> bool {
    let file = sources.get(at.file);
    file.is_some_and(|file| is_standard(&file.label))
}
