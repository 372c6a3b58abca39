//! What the documentation shows is true: every example of an error page gives that error, every
//! mended one does not, and every example of the language reference compiles.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use flowright_compiler::Analysis;
use flowright_compiler::base::FileId;
use flowright_compiler::compile::{Dated, MemorySources};
use flowright_compiler::diag::{Code, edits};
use flowright_compiler::upgrade::{Version, diff};
use flowright_nlu::value::Date;
use flowright_runtime::config::Config;
use flowright_tests::root;

/// What every example may leave out: beginning of the line that replaces it, and its text.
const COMMON: [(&str, &str); 4] = [
    ("bot ", "bot example {\n  languages en\n  timezone \"Asia/Shanghai\"\n}\n"),
    ("channel web", "channel web: websocket\n"),
    ("skill frontline", "skill frontline\n"),
    ("route ", "route { otherwise -> frontline }\n"),
];

/// Codes whose examples would be megabytes, or that nothing should lead to.
const WITHOUT_EXAMPLE: [Code; 5] =
    [Code::E0109, Code::E0901, Code::E0902, Code::W0411, Code::W0801];

/// An example with what it may leave out.
fn whole(example: &str) -> String {
    let declares = |word: &str| example.lines().any(|line| line.starts_with(word));
    let mut text = format!("{example}\n");
    for (word, common) in COMMON {
        let left_out = word == "bot " && example.starts_with("// nobot");
        if !declares(word) && !left_out {
            text.push_str(common);
        }
    }
    text
}

fn analyse(example: &str) -> Analysis {
    analyse_with(&whole(example), &[])
}

/// An article of an example, by its file.
type Article<'p> = (&'p str, &'p str);

fn analyse_with(text: &str, articles: &[Article<'_>]) -> Analysis {
    let files = [("example.flow", text)].into_iter().chain(articles.iter().copied());
    let files = files.map(|(label, text)| (label.to_owned(), text.into())).collect();
    flowright_compiler::analyse(&Dated(MemorySources(files), today())).unwrap()
}

/// Reviews are overdue by then.
fn today() -> Date {
    Date::from_ymd(2026, 6, 1).unwrap()
}

/// What `flowright diff` finds between two examples.
fn compared(before: &str, after: &str) -> Vec<Code> {
    let program = |example| {
        let analysis = analyse(example);
        assert!(analysis.project.is_some(), "{:?}", codes(&analysis));
        flowright_compiler::compile::build(&analysis).unwrap().program
    };
    let (old, new) = (program(before), program(after));
    let version = |program, n| Version { program, hash: [n; 32] };
    let found = diff(version(&old, 1), version(&new, 2));
    found.changes.iter().filter_map(|change| change.code).collect()
}

fn codes(analysis: &Analysis) -> Vec<String> {
    analysis.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect()
}

/// The articles under a heading: each a block `md` below a line with the name of its file.
fn articles<'p>(page: &'p str, heading: &str) -> Vec<Article<'p>> {
    let section = page.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next());
    let mut parts = section.unwrap_or_default().split("```md\n");
    let mut before = parts.next().unwrap_or_default();
    let mut found = Vec::new();
    for part in parts {
        let name = before.trim_end().rsplit('\n').next().unwrap_or_default();
        let name = name.trim_matches(['`', ':']);
        let (article, rest) = part.split_once("\n```").unwrap();
        found.push((name, article));
        before = rest;
    }
    found
}

/// The `flow` block under a heading.
fn block<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let section = page.split(heading).nth(1)?.split("\n## ").next()?;
    section.split("```flow\n").nth(1)?.split("\n```").next()
}

#[test]
fn error_pages_show_what_they_say() {
    let mut wrong = String::new();
    for code in Code::ALL.iter().filter(|code| !WITHOUT_EXAMPLE.contains(code)) {
        let page = code.page();
        let (Some(bad), Some(good)) = (block(page, "## Wrong"), block(page, "## Right")) else {
            let _ = writeln!(wrong, "{code}: no examples");
            continue;
        };
        if let Some(before) = block(page, "## Before") {
            let (bad, good) = (compared(before, bad), compared(before, good));
            if !bad.contains(code) || !good.is_empty() {
                let _ = writeln!(wrong, "{code}: wrong gives {bad:?}, right gives {good:?}");
            }
            continue;
        }
        let checked =
            |example: &str, heading: &str| analyse_with(&whole(example), &articles(page, heading));
        let (bad, good) = (checked(bad, "## Wrong"), checked(good, "## Right"));
        if !bad.diagnostics.iter().any(|d| d.code == *code) {
            let _ = writeln!(wrong, "{code}: the wrong example gives {:?}", codes(&bad));
        }
        if good.diagnostics.iter().any(|d| d.code == *code || d.is_error()) {
            let _ = writeln!(wrong, "{code}: the right example gives {:?}", codes(&good));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Codes whose page's wrong example carries a fix.
const FIXED_MIN: usize = 17;

#[test]
fn a_fix_of_a_wrong_example_mends_it() {
    let mut wrong = String::new();
    let mut fixed = Vec::new();
    for code in Code::ALL.iter().filter(|code| !WITHOUT_EXAMPLE.contains(code)) {
        let page = code.page();
        let Some(text) = block(page, "## Wrong").map(whole) else { continue };
        let articles = articles(page, "## Wrong");
        let before = analyse_with(&text, &articles);
        for finding in before.diagnostics.iter().filter(|finding| !finding.fixes.is_empty()) {
            if finding.code == *code {
                fixed.push(*code);
            }
            for fix in &finding.fixes {
                let mended = edits::apply(&text, FileId(0), &fix.edits).unwrap();
                let after = analyse_with(&mended, &articles);
                let stays = |d: &flowright_compiler::diag::Diagnostic| {
                    d.code == finding.code && d.message == finding.message
                };
                let count =
                    |analysis: &Analysis| analysis.diagnostics.iter().filter(|d| stays(d)).count();
                let worse = after.errors() + usize::from(finding.is_error()) > before.errors();
                if count(&after) >= count(&before) || worse {
                    let said = codes(&after);
                    let _ = writeln!(wrong, "{code}: `{}` gives {said:?}:\n{mended}", fix.title);
                }
            }
        }
    }
    fixed.dedup();
    assert!(wrong.is_empty(), "{wrong}");
    assert!(fixed.len() >= FIXED_MIN, "{} codes have a fix: {fixed:?}", fixed.len());
}

#[test]
fn every_example_of_the_language_reference_compiles() {
    let mut wrong = String::new();
    let mut count = 0;
    each_example("flow", |page, example| {
        count += 1;
        let analysis = analyse(example);
        if analysis.errors() > 0 {
            let _ = writeln!(wrong, "{page}:\n{example}\n{:?}\n", codes(&analysis));
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 12, "the reference has {count} examples");
}

#[test]
fn every_flowright_toml_that_is_shown_is_read() {
    let mut count = 0;
    each_example("toml", |page, example| {
        count += 1;
        Config::parse(page, example).unwrap();
    });
    assert!(count >= 2, "{count} are shown");
}

/// Every block of a kind in the pages.
fn each_example(kind: &str, mut see: impl FnMut(&str, &str)) {
    for entry in std::fs::read_dir(root().join("docs")).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.extension().is_none_or(|ext| ext != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let begin = format!("```{kind}\n");
        for example in text.split(&begin).skip(1).filter_map(|rest| rest.split("\n```").next()) {
            see(&path.display().to_string(), example);
        }
    }
}
