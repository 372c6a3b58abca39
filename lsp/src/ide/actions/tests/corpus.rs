//! What must hold of every fix of every finding of wrong programs: the compiler's corpus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use flowright_compiler::Workspace;
use flowright_compiler::syntax::parse;

use super::*;
use crate::ide::actions::{Kind, Plan, edits_of};

/// Fixes that do not make a finding go away or lead to another error, and why that is right.
const EXCEPTIONS: &[(&str, Code, &str)] = &[
    ("fix", Code::E0101, "what stands behind the fault is read only now"),
    ("fix", Code::E0102, "another sign of the same kind is behind it"),
    ("fix", Code::E0104, "what stands behind the brace is read only now"),
    ("fix", Code::E0107, "the rest of the declaration is read only now"),
    ("fix", Code::E0201, "the name that was meant may not be used there either"),
    ("fix", Code::E0210, "the language that was meant is there already"),
    ("fix", Code::E0301, "the same fault is there twice, or the name is used further on"),
    ("create-slot", Code::E0201, "`en-GB` reads as a difference"),
    ("create-session-slot", Code::E0201, "`en-GB` reads as a difference"),
    ("create-bot", Code::E0211, "words at the top that cannot stand there are told otherwise"),
    ("remove-handler", Code::W0413, "a way out that is never taken was the only one"),
];

/// How often one action is tried on one code: enough for its ways, not every time in the corpus.
const TIMES_MAX: usize = 3;

#[test]
fn fixes_mend_what_they_say_and_break_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/corpus");
    let mut wrong = String::new();
    let mut seen: BTreeMap<(&str, Code), usize> = BTreeMap::new();
    for path in sources(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let texts: Texts = vec![(name.clone(), text.into())];
        let mut workspace = Workspace::default();
        let analysis = workspace.check(&MemorySources(texts)).unwrap();
        let before = Snapshot::new(1, analysis, None);
        for (number, finding) in before.analysis.diagnostics.iter().enumerate() {
            let all = actions(&before, finding.primary.at.file, finding.primary.at.span);
            let fixes = all.into_iter().filter(|action| action.mends == Some(number));
            // How to silence is shown by its cases: it is the same everywhere.
            for action in fixes.filter(|action| action.kind == Kind::Fix) {
                if matches!(action.plan, Plan::Refused(_)) {
                    continue;
                }
                let times = seen.entry((action.id, finding.code)).or_default();
                *times += 1;
                if *times > TIMES_MAX {
                    continue;
                }
                if let Some(why) = fault(&before, &mut workspace, &action, number) {
                    let excused = |(id, code, _): &(&str, Code, &str)| {
                        *id == action.id && *code == finding.code
                    };
                    if !EXCEPTIONS.iter().any(excused) {
                        let place = finding.primary.at.span;
                        writeln!(
                            wrong,
                            "{name} {} {}..{} `{}` ({}): {why}",
                            finding.code, place.start, place.end, action.title, action.id
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen.len() > 60, "{seen:?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|ext| ext == "flow") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

/// What a fix does wrong.
fn fault(
    before: &Snapshot,
    workspace: &mut Workspace,
    action: &Action,
    number: usize,
) -> Option<String> {
    let finding = before.analysis.diagnostics.get(number).unwrap();
    let edits = match edits_of(before, &action.plan) {
        Ok(edits) => edits,
        Err(why) => return Some(why),
    };
    let texts = changed(before, &edits);
    let forms = |texts: &Texts| {
        texts.iter().map(|(_, text)| parse(text, FileId(0)).diagnostics.len()).sum::<usize>()
    };
    let old: Texts = changed(before, &[]);
    if forms(&texts) > forms(&old) {
        return Some(format!("the text has new errors of form:\n{}", texts.first().unwrap().1));
    }
    let after = workspace.check(&MemorySources(texts.clone())).unwrap();
    let same = |analysis: &Analysis| {
        analysis
            .diagnostics
            .iter()
            .filter(|other| other.code == finding.code && other.message == finding.message)
            .count()
    };
    // More of a kind may come to light: this very one must be gone.
    if same(&after) >= same(&before.analysis) {
        return Some(format!("the finding is still there, in\n{}", texts.first().unwrap().1));
    }
    let new = new_errors(&before.analysis, &after);
    let said = after.diagnostics.iter().filter(|finding| new.contains(&finding.code));
    let said: Vec<_> =
        said.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    (!said.is_empty()).then(|| format!("new errors: {said:?}"))
}
