//! The fixes that the compiler itself knows, one by one and all at once.

use flowright_compiler::base::FileId;
use flowright_compiler::diag::{Edit, edits};

use super::cx::Cx;
use super::{Action, Kind, Plan};
use crate::ide::snapshot::Snapshot;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let of = |(number, finding): (usize, &flowright_compiler::diag::Diagnostic)| {
        let all = finding.fixes.iter().enumerate();
        let one = move |(place, fix): (usize, &flowright_compiler::diag::Fix)| Action {
            id: "fix",
            title: fix.title.clone(),
            kind: Kind::Fix,
            plan: Plan::Edits(fix.edits.clone()),
            mends: Some(number),
            preferred: place == 0,
        };
        all.map(one).collect::<Vec<_>>()
    };
    let all: Vec<Action> = cx.findings().flat_map(of).collect();
    cx.found.extend(all);
}

/// What `flowright check --fix` does in its first round, in one file: the first fix of each finding,
/// those that touch an earlier one left out.
#[must_use]
pub fn fix_all(snapshot: &Snapshot, file: FileId) -> Vec<Edit> {
    let fixes = edits::compatible(&snapshot.analysis.diagnostics, |changed| changed == file);
    fixes.into_iter().flat_map(|fix| fix.edits.clone()).collect()
}
