//! Small programs with what the compiler says of them, as people see it: `corpus/**/NAME.flow`
//! beside `NAME.txt`, in a folder for each subject. `corpus/clean` holds programs of which nothing
//! is to be said. `UPDATE=1 cargo test -p flowright-compiler --test corpus` writes the texts.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use flowright_compiler::compile::{Dated, MemorySources};
use flowright_compiler::diag::Code;
use flowright_compiler::diag::render::render_human;
use flowright_nlu::value::Date;

#[path = "support/expected.rs"]
mod expected;

/// What no small project can show: limits of millions of characters and of thousands of states, a
/// fault of the compiler itself, and what is found between two versions (`tests/upgrades`).
const ELSEWHERE: [Code; 7] =
    [Code::E0109, Code::E0901, Code::E0902, Code::E0914, Code::E0915, Code::W0411, Code::W0910];

/// A program, and the articles that it has in comments: behind a line `//= PATH`, as long as there are
/// comments.
fn files(name: &str, text: &str) -> MemorySources {
    let mut files = vec![(name.to_owned(), text.into())];
    for part in text.split("\n//= ").skip(1) {
        let mut lines = part.lines();
        let path = lines.next().unwrap().to_owned();
        let lines = lines.map_while(|line| line.strip_prefix("//"));
        let article: String =
            lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
        files.push((path, article.into()));
    }
    MemorySources(files)
}

/// Reviews are overdue by then.
fn today() -> Date {
    Date::from_ymd(2026, 6, 1).unwrap()
}

#[test]
fn the_compiler_says_what_it_said() {
    let (programs, alarms) = (RefCell::new(BTreeMap::new()), RefCell::new(Vec::new()));
    expected::assert_as_expected("corpus", 300, |name, text| {
        let analysis = flowright_compiler::analyse(&Dated(files(name, text), today())).unwrap();
        for &code in Code::ALL {
            let there = analysis.diagnostics.iter().any(|d| d.code == code);
            *programs.borrow_mut().entry(code).or_insert(0) += usize::from(there);
        }
        let found = analysis.diagnostics.iter();
        let said: String = found.map(|d| render_human(d, &analysis.sources, false)).collect();
        if name.starts_with("clean/") && !said.is_empty() {
            alarms.borrow_mut().push(format!("{name}:\n{said}"));
        }
        said
    });
    let alarms = alarms.into_inner();
    assert!(alarms.is_empty(), "false alarms:\n{}", alarms.join("\n"));
    let mut rare = programs.into_inner();
    rare.retain(|code, programs| *programs < 2 && !ELSEWHERE.contains(code));
    assert!(rare.is_empty(), "shown by fewer than two programs: {rare:?}");
}
