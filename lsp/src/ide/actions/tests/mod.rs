//! Examples of every action, as data, and what must hold of all: see `cases` and `corpus`.
mod cases;
mod corpus;

use std::collections::BTreeSet;
use std::sync::Arc;

use flowright_compiler::base::{FileId, Span, is_standard};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::{Code, Edit, edits};
use flowright_compiler::{Analysis, analyse};

use super::{Action, actions};
use crate::ide::snapshot::Snapshot;

/// The texts of a project.
type Texts = Vec<(String, Arc<str>)>;

fn snapshot(texts: &Texts) -> Snapshot {
    let analysis = analyse(&MemorySources(texts.clone())).unwrap();
    Snapshot::new(1, analysis, None)
}

/// The texts with some edits.
fn changed(snapshot: &Snapshot, changes: &[Edit]) -> Texts {
    let all = snapshot.analysis.sources.iter().filter(|(_, file)| !is_standard(&file.label));
    let one = |(id, file): (FileId, &flowright_compiler::base::SourceFile)| {
        let text = edits::apply(&file.text, id, changes).unwrap();
        (file.label.clone(), Arc::from(text))
    };
    all.map(one).collect()
}

/// How often a code is found in a file.
fn count(analysis: &Analysis, code: Code) -> usize {
    analysis.diagnostics.iter().filter(|finding| finding.code == code).count()
}

/// Codes of errors that are there after and were not before. Where names or types were wrong before
/// and are right now, the graph is looked at for the first time: what it finds was there.
fn new_errors(before: &Analysis, after: &Analysis) -> BTreeSet<Code> {
    let later = |code: Code| {
        let group = code.as_str().get(1..3).unwrap_or("");
        before.project.is_none() && matches!(group, "04" | "05" | "06" | "07" | "08" | "09")
    };
    let errors = after.diagnostics.iter().filter(|finding| finding.is_error());
    let codes = errors.map(|finding| finding.code);
    codes.filter(|code| count(before, *code) == 0 && !later(*code)).collect()
}

/// The action of that name at a place.
fn find(snapshot: &Snapshot, file: FileId, at: Span, id: &str) -> Option<Action> {
    actions(snapshot, file, at).into_iter().find(|action| action.id == id)
}
