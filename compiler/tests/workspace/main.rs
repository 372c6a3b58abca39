//! A workspace says after every edit what a check from nothing says, to the last byte, and does only
//! the work that the edit asks for.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod afar;
#[path = "../../../tests/src/big/mod.rs"]
mod big;
mod choices;
mod edited;
mod numbers;
mod results;
mod work;

use std::path::Path;
use std::sync::Arc;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Analysis, Workspace, analyse};

use edited::Edited;

/// Everything that a check says, for comparison.
fn said(analysis: &Analysis) -> Vec<String> {
    let mut all: Vec<String> = analysis.diagnostics.iter().map(|d| format!("{d:?}")).collect();
    all.extend(analysis.allowed.iter().map(|allowed| format!("{allowed:?}")));
    all.push(format!("{} {:?} {:?}", analysis.cut, analysis.proofs, analysis.reveals));
    all.extend(analysis.graphs.iter().map(|graph| format!("{graph:?}")));
    let project = analysis.project.iter();
    all.extend(project.clone().flat_map(|p| &p.flows).map(|flow| format!("{flow:?}")));
    all.extend(project.clone().flat_map(|p| &p.intents).map(|intent| format!("{intent:?}")));
    all.extend(project.map(|p| {
        let types = (&p.choices, &p.entities, &p.regexes, &p.session_slots);
        let rules = (&p.route, &p.knowledge);
        format!("{types:?} {rules:?} {:?} {:?} {:?}", p.actions, p.texts, p.tests)
    }));
    all
}

/// Checks both ways; whether there was a project to look at further.
fn check_both(workspace: &mut Workspace, sources: &MemorySources, after: &str) -> bool {
    let (warm, cold) = (workspace.check(sources).unwrap(), analyse(sources).unwrap());
    let (said_warm, said_cold) = (said(&warm), said(&cold));
    for (warm, cold) in said_warm.iter().zip(&said_cold) {
        assert_eq!(warm, cold, "{after}");
    }
    assert_eq!(said_warm.len(), said_cold.len(), "{after}");
    warm.project.is_some()
}

/// Edits a project again and again. What is broken is taken back more often than not, so that ways
/// and labels are looked at too. Gives how many edits left a project, of how many that could.
fn edit(sources: &MemorySources, seed: u64, edits: usize) -> (usize, usize) {
    let mut edited = Edited::new(sources, seed);
    let mut workspace = Workspace::default();
    let sound_at_first = check_both(&mut workspace, sources, "at first");
    let (mut history, mut sound) = (Vec::new(), 0);
    for _ in 0..edits {
        history.push(edited.edit());
        if check_both(&mut workspace, &edited.sources(), &history.join(", then ")) {
            sound += 1;
        } else if edited.below(3) > 0 {
            edited.files.clone_from(&edited.original);
            history.push("as it was".to_owned());
        }
    }
    (sound, if sound_at_first { edits } else { sound })
}

/// Where nearly every edit broke the project, hardly any ways were looked at.
fn assert_enough(edited: impl IntoIterator<Item = (usize, usize)>) {
    let (sound, edits) = edited.into_iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert!(sound * 5 >= edits && edits > 0, "only {sound} of {edits} edits left a project");
}

/// The sources of a folder and of the folders in it, articles among them, in order.
fn folder(path: &Path) -> MemorySources {
    let (mut files, mut folders) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ext| ext == "flow" || ext == "md") {
                let label = entry.strip_prefix(path).unwrap().to_str().unwrap().to_owned();
                files.push((label, std::fs::read_to_string(entry).unwrap().into()));
            }
        }
    }
    files.sort();
    MemorySources(files)
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_example_projects() {
    for (seed, name) in
        (0..).zip(["order_change", "outage_report", "invoice_query", "crane_service"])
    {
        let project = folder(&here().join("../flows").join(name));
        assert_enough([edit(&project, 0x5eed + 2 * seed, 120)]);
    }
}

#[test]
fn the_corpus() {
    let corpus = folder(&here().join("tests/corpus"));
    assert!(corpus.0.len() > 500, "{} sources", corpus.0.len());
    let files = (0..).zip(&corpus.0);
    let one = |(seed, file): (u64, &(String, Arc<str>))| {
        edit(&MemorySources(vec![file.clone()]), 0xc0de + 2 * seed, 5)
    };
    assert_enough(files.map(one));
}

#[test]
fn a_large_project() {
    let mut files = big::project(700);
    files.push(("wide.flow".to_owned(), big::choices(20).into()));
    files.push(("deep.flow".to_owned(), big::parentheses(13).into()));
    for seed in [0xb16, 0xb17 * 5, 0xb18 * 11] {
        assert_enough([edit(&MemorySources(files.clone()), seed, 60)]);
    }
}
