//! What can be done with the text at a place: the fixes of the findings there, and changes that keep
//! what it means.
//!
//! `cx` (what is asked, where) · `finish` (a change as the formatter would have it) · `flows`, `texts`,
//! `types`, `names` (what all need) · one file for each idea.

mod allow;
mod arguments;
mod branches;
mod clean;
mod create;
mod create_action;
mod create_slot;
mod cx;
mod doc;
mod exprs;
mod extract_flow;
mod extract_text;
mod finish;
mod fixes;
mod flows;
mod handle;
mod imports;
mod inline_text;
mod languages;
mod members;
mod names;
mod properties;
mod slots;
pub(super) mod texts;
pub(super) mod types;
mod write_test;

#[cfg(test)]
mod tests;

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::diag::Edit;

use super::snapshot::Snapshot;
use cx::Cx;

pub use fixes::fix_all;
pub use imports::organized as organized_imports;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it is known by: `create-state`.
    pub id: &'static str,
    /// What it does, in the imperative.
    pub title: String,
    /// Of which kind.
    pub kind: Kind,
    /// How it is done.
    pub plan: Plan,
    /// The finding that it mends: its number among the project's.
    pub mends: Option<usize>,
    /// The way that most will want.
    pub preferred: bool,
}

/// Of which kind a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It mends a finding.
    Fix,
    /// It takes a piece out, to have a name of its own.
    Extract,
    /// It puts a piece where its name stood.
    Inline,
    /// It says the same otherwise, or adds what is not there yet.
    Rewrite,
}

/// How it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// By these edits; blank space is put right when it is wanted.
    Edits(Vec<Edit>),
    /// By these edits, if the project has no new errors with them.
    Checked(Vec<Edit>),
    /// A conversation to a state is looked for, which takes time.
    Test {
        /// The flow.
        flow: String,
        /// The state.
        state: String,
    },
    /// It cannot be done: why.
    Refused(String),
}

/// What can be done at a place.
#[must_use]
pub fn actions(snapshot: &Snapshot, file: FileId, at: Span) -> Vec<Action> {
    let Some(mut cx) = Cx::new(snapshot, file, at) else { return Vec::new() };
    for offer in OFFERS {
        offer(&mut cx);
    }
    cx.found
}

/// In the order in which they are shown.
const OFFERS: &[fn(&mut Cx<'_>)] = &[
    fixes::offer,
    create::offer,
    create_action::offer,
    create_slot::offer,
    members::offer,
    handle::offer,
    slots::offer,
    languages::offer,
    branches::offer,
    clean::offer,
    extract_flow::offer,
    extract_text::offer,
    inline_text::offer,
    write_test::offer,
    properties::offer,
    arguments::offer,
    doc::offer,
    imports::offer,
    allow::offer,
];

/// The edits of an action that make the text what the formatter would make of it.
///
/// # Errors
/// It cannot be done: why.
pub fn edits_of(snapshot: &Snapshot, plan: &Plan) -> Result<Vec<Edit>, String> {
    match plan {
        Plan::Edits(edits) => finish::finished(snapshot, edits),
        Plan::Checked(edits) => match write_test::new_errors(snapshot, edits)? {
            None => finish::finished(snapshot, edits),
            Some(error) => Err(format!("the project would have an error: {error}")),
        },
        Plan::Test { flow, state } => {
            finish::finished(snapshot, &write_test::edits(snapshot, flow, state)?)
        }
        Plan::Refused(why) => Err(why.clone()),
    }
}
