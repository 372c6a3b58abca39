//! Names, over whole projects: every name that is declared can be called otherwise, and then the
//! project means the same.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "tests")]

mod adverse;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::FileSpan;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Edit;
use flowright_compiler::{Workspace, analyse};
use flowright_lsp::ide::navigate::{declarations, references, symbol_at};
use flowright_lsp::ide::rename::rename;
use flowright_lsp::ide::snapshot::Snapshot;
use flowright_lsp::ide::symbols::{Kind, Role, Symbol, occurrences};

/// The files of a project of the repository.
fn project(name: &str) -> Vec<(String, Arc<str>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows").join(name);
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let is_source = path.extension().is_some_and(|ext| ext == "flow" || ext == "md");
            if path.is_dir() {
                folders.push(path);
            } else if is_source {
                let label: PathBuf = path.strip_prefix(&root).unwrap().into();
                let text = fs::read_to_string(&path).unwrap();
                found.push((label.to_string_lossy().into_owned(), text.into()));
            }
        }
    }
    found.sort();
    found
}

const EXAMPLES: &[&str] = &["order_change", "invoice_query", "outage_report", "crane_service"];

fn snapshot(files: &[(String, Arc<str>)]) -> Snapshot {
    Snapshot::new(1, analyse(&MemorySources(files.to_vec())).unwrap(), None)
}

/// The files with edits applied.
fn applied(
    snapshot: &Snapshot,
    files: &[(String, Arc<str>)],
    edits: &[Edit],
) -> Vec<(String, Arc<str>)> {
    let mut files = files.to_vec();
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.at);
    for edit in edits.iter().rev() {
        let label = &snapshot.source(edit.at.file).unwrap().label;
        let (_, text) = files.iter_mut().find(|(known, _)| known == label).unwrap();
        let mut changed = text.to_string();
        changed.replace_range(edit.at.span.range(), &edit.text);
        *text = changed.into();
    }
    files
}

/// Every name that a project's own files declare.
fn declared(snapshot: &Snapshot) -> BTreeSet<FileSpan> {
    let own = snapshot.model.decls().filter(|(file, _)| !file.is_std);
    own.flat_map(|(file, decl)| occurrences(&snapshot.model, file.id, decl))
        .filter(|found| found.role == Role::Declares && found.symbol.kind != Kind::Language)
        .map(|found| found.at)
        .collect()
}

fn codes(snapshot: &Snapshot) -> Vec<String> {
    let all = snapshot.analysis.diagnostics.iter();
    let mut codes: Vec<String> =
        all.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    codes.sort();
    codes
}

#[test]
fn a_project_with_any_name_changed_means_the_same() {
    let mut renamed = 0;
    for name in EXAMPLES {
        let files = project(name);
        let before = snapshot(&files);
        let states = |snapshot: &Snapshot| -> usize {
            snapshot.analysis.graphs.iter().map(|graph| graph.states.len()).sum()
        };
        assert!(before.analysis.project.is_some() && states(&before) > 3, "{name}");
        let mut workspace = Workspace::default();
        for at in declared(&before) {
            let symbol = symbol_at(&before, at.file, at.span.start).unwrap().symbol;
            let edits = match rename(&before, at.file, at.span.start, "另一个_name") {
                Ok(edits) => edits,
                Err(why) => {
                    assert!(is_known_by_its_name(&before, &symbol), "{name}: {symbol:?}: {why}");
                    continue;
                }
            };
            let changed = applied(&before, &files, &edits);
            let analysis = workspace.check(&MemorySources(changed)).unwrap();
            let after = Snapshot::new(2, analysis, None);
            // Knowledge bases are named in articles.
            assert_eq!(
                codes(&after).len(),
                codes(&before).len(),
                "{name}: {symbol:?}: {:#?}",
                codes(&after)
            );
            assert_eq!(states(&after), states(&before), "{name}: {symbol:?}");
            renamed += 1;
        }
    }
    assert!(renamed > 150, "{renamed}");
}

/// Whether something besides the project's text knows it by its name, which it keeps.
fn is_known_by_its_name(snapshot: &Snapshot, symbol: &Symbol) -> bool {
    let name = &*symbol.name;
    match symbol.kind {
        Kind::CustomerField => matches!(name, "id" | "product" | "products"),
        Kind::Text if name.starts_with("desk.") => true,
        kind => snapshot.model.replaces(kind, name),
    }
}

#[test]
fn every_place_that_names_something_is_among_its_references() {
    for name in EXAMPLES {
        let files = project(name);
        let snapshot = snapshot(&files);
        let mut seen = BTreeSet::new();
        for (file, decl) in snapshot.model.decls().filter(|(file, _)| !file.is_std) {
            for found in occurrences(&snapshot.model, file.id, decl) {
                let is_module = found.symbol.kind == Kind::Module;
                if is_module || !seen.insert(found.symbol.clone()) {
                    continue;
                }
                let all = references(&snapshot, &found.symbol);
                assert!(all.iter().any(|other| other.at == found.at), "{name}: {found:?}");
                let is_builtin = found.symbol.kind == Kind::Entity
                    && !snapshot.model.declares(Kind::Entity, &found.symbol.name);
                let declared = declarations(&snapshot, &found.symbol);
                assert!(
                    is_builtin || !declared.is_empty(),
                    "{name}: {found:?} is declared nowhere"
                );
            }
        }
        assert!(seen.len() > 10, "{name}: {}", seen.len());
    }
}

/// What each word of the text that looks like a name stands for: those that stand for nothing are the
/// language's own.
#[test]
fn no_name_is_overlooked() {
    for name in EXAMPLES {
        let files = project(name);
        let snapshot = snapshot(&files);
        let names: BTreeSet<String> = declared(&snapshot)
            .into_iter()
            .map(|at| {
                let source = snapshot.source(at.file).unwrap();
                source.text[at.span.range()].to_owned()
            })
            .collect();
        let mut overlooked = Vec::new();
        for (label, text) in &files {
            if !label.ends_with(".flow") {
                continue;
            }
            let (file, _) = snapshot.file(label).unwrap();
            for token in flowright_compiler::syntax::lex(text) {
                let word = &text[token.span.range()];
                let is_word = token.kind == flowright_compiler::syntax::TokenKind::Word;
                if is_word
                    && names.contains(word)
                    && !flowright_lsp::ide::highlight::is_keyword(word)
                    && symbol_at(&snapshot, file, token.span.start).is_none()
                {
                    let line = text[..token.span.range().start].matches('\n').count() + 1;
                    overlooked.push(format!("{label}:{line}: {word}"));
                }
            }
        }
        // Fields of a request's body and parts of addresses are called as the other side calls them.
        let allowed = |place: &String| {
            let (at, word) = place.rsplit_once(": ").unwrap();
            let (label, line) = at.rsplit_once(':').unwrap();
            let text = &files.iter().find(|(known, _)| known == label).unwrap().1;
            let line = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
            line.contains("body {") || line.contains("customer {") || line.contains("header ")
                // What kind of channel it is, and whose.
                || line.starts_with("channel ")
                // For whom articles are: a word of a few.
                || line.trim_start().starts_with("level ")
                // What came back, in the language's own words, which a field may be called, too.
                || (line.trim_start().starts_with("error ") && matches!(word, "status" | "code"))
        };
        overlooked.retain(|place| !allowed(place));
        assert!(overlooked.is_empty(), "{name}: {overlooked:#?}");
    }
}
