//! Sources that are long in one way only: what they cost grows as they do, not with the square.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_compiler::base::{FileId, SourceMap};
use flowright_compiler::diag::Diagnostic;
use flowright_compiler::fmt;
use flowright_compiler::sema::{File, check};
use flowright_compiler::syntax::parse;

/// Far more than it takes, and far less than the square would.
const ENOUGH: Duration = Duration::from_secs(40);

fn assert_soon<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    let took = begun.elapsed();
    assert!(took < ENOUGH, "{what}: {took:?}");
    done
}

#[test]
fn many_allows_before_one_declaration_are_formatted() {
    let mut text = "allow(W0401, \"why\")\n".repeat(120_000);
    text += "flow f { state s { end resolved } }\n";
    let formatted = assert_soon("allows", || fmt::format(&text).text);
    assert!(formatted.starts_with("allow(W0401, \"why\")\nallow(") && formatted.contains("flow f"));
}

#[test]
fn members_that_are_there_again_and_again_are_counted() {
    let mut text = "intent i {\n".to_owned();
    for i in 0..60_000 {
        let _ = writeln!(text, "pattern r\"a{i}\"");
    }
    text += &"title \"t\"\n".repeat(60_000);
    text += "}\n";
    let parsed = assert_soon("members", || parse(&text, FileId(0)));
    assert_eq!(parsed.diagnostics.len() + parsed.cut, 59_999);
}

#[test]
fn texts_that_their_lines_do_not_close_are_found() {
    let text = format!("flow f {{ state s {{\n{}}} }}\n", " say \"a\n".repeat(60_000));
    let parsed = assert_soon("texts", || parse(&text, FileId(0)));
    assert_eq!(parsed.diagnostics.len() + parsed.cut, 60_000);
}

#[test]
fn a_body_of_faults_is_read_piece_by_piece() {
    let state = |lines: &str| format!("flow f {{\non start\nstate s {{\n{lines}}}\n}}\n");
    for (what, text, at_least) in [
        ("rules", format!("route {{\n{}}}\n", "x y z\n".repeat(80_000)), 80_000),
        ("steps", state(&"when x y -> s\notherwise -> s\n".repeat(40_000)), 40_000),
        ("slots", format!("flow f {{\n{}}}\n", "slot x y z\n".repeat(80_000)), 80_000),
    ] {
        let parsed = assert_soon(what, || parse(&text, FileId(0)));
        assert!(parsed.diagnostics.len() + parsed.cut >= at_least, "{what}: {}", parsed.cut);
    }
}

#[test]
fn wrong_names_are_looked_for_in_tables() {
    let each = |line: &dyn Fn(usize) -> String| (0..25_000).map(line).collect::<String>();
    for (what, text) in [
        ("states", each(&|i| format!("flow f{i} {{ state s {{ -> t{i} }} }}\n"))),
        ("flows", each(&|i| format!("flow f{i} {{ state s {{ call g{i}() end resolved }} }}\n"))),
        (
            "tests",
            each(&|i| {
                format!(
                    "flow f{i} {{ slot x{i}: text state s {{ end resolved }} }}\ntest \"{i}\" {{ expect state t{i} }}\n"
                )
            }),
        ),
    ] {
        let mut files = SourceMap::default();
        let file = files.add("a.flow".to_owned(), text.clone());
        let parsed = Arc::new(parse(&text, file));
        let files_of = [File { id: file, parsed, is_std: false }];
        let found = assert_soon(what, || check(&files_of, &files)).diagnostics;
        let wrong = found.iter().filter(|found| Diagnostic::is_error(found)).count();
        assert!(wrong >= 25_000, "{what}: {wrong}");
    }
}
