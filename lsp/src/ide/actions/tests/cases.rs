//! Each action shown: `tests/actions/*.txt`. A case is the name of the action behind `####`, a text
//! with the place marked `$0` (twice: from there to there), and behind `----` the title and what
//! becomes of the text. `UPDATE=1` writes what comes out.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use flowright_compiler::fmt;

use super::*;
use crate::ide::actions::{Plan, edits_of};

/// What every case has besides its own text, unless it declares such a thing itself.
const AROUND: &[(&str, &str)] = &[
    ("bot b", "bot b {\n  languages en\n  timezone  \"UTC\"\n}\n"),
    ("customer", "customer {\n  id:   text\n  mail: email  personal\n}\n"),
    ("channel web", "channel web: websocket { path \"/chat\" }\n"),
    ("skill desk", "skill desk\n"),
    (
        "action get_it",
        "action get_it(id: text) -> { due: date, open: bool } {\n  get \"https://x/{id}\"\n  \
         error gone when status == 404\n}\n",
    ),
    ("effect tell", "effect tell(id: text, due: date) { post \"https://x\"  body { id, due } }\n"),
];

/// Kinds of actions that must be there at least.
const KINDS_MIN: usize = 25;

#[test]
fn actions_do_what_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/actions");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut wrong, mut shown) = (String::new(), BTreeSet::new());
    for path in paths {
        let written = std::fs::read_to_string(&path).unwrap();
        let mut out = String::new();
        for case in written.split("#### ").skip(1) {
            let (id, rest) = case.split_once('\n').unwrap();
            let text = rest.split("\n----").next().unwrap().trim_end();
            let result = played(id, text);
            let fault = result.contains("FAULT: ");
            if fault {
                write!(wrong, "{}: {id}\n{result}\n", path.display()).unwrap();
            } else if !result.starts_with("not offered") {
                shown.insert(id.to_owned());
            }
            write!(out, "#### {id}\n{text}\n---- {result}\n").unwrap();
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &out).unwrap();
        } else if out != written {
            write!(wrong, "{}:\n{out}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let docs = include_str!("../../../../../docs/editor-actions.md");
    let described: BTreeSet<String> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(id, _)| id.to_owned()))
        .collect();
    assert_eq!(shown, described, "actions that are shown, and those that the page describes");
    assert!(shown.len() >= KINDS_MIN, "{}", shown.len());
}

/// What an action makes of a text.
fn played(id: &str, marked: &str) -> String {
    let mut parts = marked.split("$0");
    let (first, second, third) = (parts.next().unwrap(), parts.next().unwrap(), parts.next());
    let at = |n: usize| u32::try_from(n).unwrap();
    let (text, range) = match third {
        Some(third) => (
            format!("{first}{second}{third}\n"),
            Span::new(at(first.len()), at(first.len() + second.len())),
        ),
        None => (format!("{first}{second}\n"), Span::new(at(first.len()), at(first.len()))),
    };
    let laid_out = fmt::format(&text).text;
    if laid_out != text {
        return format!("FAULT: the text is not formatted:\n{laid_out}");
    }
    let has = |head: &str| text.lines().any(|line| line.starts_with(head));
    let around = AROUND.iter().filter(|(head, _)| !has(head));
    let around = around.filter(|(head, _)| id != "create-bot" || *head != "bot b");
    let around = fmt::format(&around.map(|(_, text)| *text).collect::<String>()).text;
    let texts: Texts =
        vec![("a.flow".to_owned(), text.into()), ("b.flow".to_owned(), around.into())];
    let before = snapshot(&texts);
    let Some(action) = find(&before, FileId(0), range, id) else {
        let offered: BTreeSet<_> =
            actions(&before, FileId(0), range).iter().map(|action| action.id).collect();
        let found: Vec<_> = before
            .analysis
            .diagnostics
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        return format!("not offered; {offered:?} are; {found:?}");
    };
    let refused = |why: &str| format!("{}: refused: {why}", action.title);
    let edits = match &action.plan {
        Plan::Refused(why) => return refused(why),
        plan => match edits_of(&before, plan) {
            Ok(edits) => edits,
            Err(why) => return refused(&why),
        },
    };
    let after = changed(&before, &edits);
    let analysis = analyse(&MemorySources(after.clone())).unwrap();
    let mut result = action.title.clone();
    for ((label, old), (_, new)) in texts.iter().zip(&after) {
        if old == new {
            continue;
        }
        if label != "a.flow" {
            write!(result, "\n// {label}").unwrap();
        }
        write!(result, "\n{}", new.trim_end()).unwrap();
        let laid_out = fmt::format(new).text;
        if laid_out != **new {
            write!(result, "\nFAULT: that is not formatted:\n{laid_out}").unwrap();
        }
    }
    let said = || {
        let all = analysis.diagnostics.iter();
        all.map(|finding| format!("\n{} {}", finding.code, finding.message)).collect::<String>()
    };
    let new = new_errors(&before.analysis, &analysis);
    if !new.is_empty() {
        write!(result, "\nFAULT: new errors {new:?}{}", said()).unwrap();
    }
    if let Some(mends) = action.mends.and_then(|n| before.analysis.diagnostics.get(n)) {
        let (old, new) = (count(&before.analysis, mends.code), count(&analysis, mends.code));
        if new >= old {
            write!(result, "\nFAULT: {} is still there{}", mends.code, said()).unwrap();
        }
    }
    result
}
