//! Changes as lines for people.

use serde::Serialize;

use super::{Change, Class};
use crate::base::FileSpan;
use crate::diag::Severity;
use crate::ir::Program;

/// `file.flow:12` of a place in a program.
#[must_use]
pub fn place_of(program: &Program, at: FileSpan) -> Option<String> {
    let file = program.files.get(at.file.0 as usize)?;
    let line = file.line_starts.partition_point(|start| *start <= at.span.start);
    Some(format!("{}:{line}", file.label))
}

/// The word for a class.
#[must_use]
pub const fn class_words(class: Class) -> &'static str {
    match class {
        Class::Safe => "safe",
        Class::NeedsMigrate => "needs migrate",
        Class::Breaking => "breaking",
    }
}

/// A change as documents for programs show it: with its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// Where it was in the old program: `file.flow:12`.
    pub was_at: Option<String>,
    /// Where it is in the new program.
    pub is_at: Option<String>,
}

impl ChangeView {
    /// A change between these two.
    #[must_use]
    pub fn new(change: &Change, old: &Program, new: &Program) -> Self {
        let was_at = change.old_at.and_then(|at| place_of(old, at));
        let is_at = change.new_at.and_then(|at| place_of(new, at));
        Self { change: change.clone(), was_at, is_at }
    }
}

/// One change, its help and its places on lines of their own.
#[must_use]
pub fn render_changes(changes: &[Change], old: &Program, new: &Program) -> String {
    changes.iter().map(|change| render_change(change, old, new)).collect()
}

fn render_change(change: &Change, old: &Program, new: &Program) -> String {
    let name = if change.name.is_empty() { String::new() } else { format!(" `{}`", change.name) };
    let code = change.code.map_or(String::new(), |code| format!(" [{code}]"));
    let class = match change.code {
        Some(code) if code.severity() == Severity::Warning => "warning",
        _ => class_words(change.class),
    };
    let mut text = format!("{class}{code}: {}{name}: {}\n", change.what, change.message);
    if change.code.is_some() {
        let was = change.old_at.and_then(|at| place_of(old, at));
        let is = change.new_at.and_then(|at| place_of(new, at));
        let places = [was.map(|at| format!("was at {at}")), is.map(|at| format!("is at {at}"))];
        let places: Vec<String> = places.into_iter().flatten().collect();
        if !places.is_empty() {
            text.push_str(&format!("  {}\n", places.join(", ")));
        }
        if let Some(help) = &change.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    text
}
