//! Sources that are long in one way only: what they cost grows as they do, not with the square.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use flowright_compiler::base::FileId;
use flowright_compiler::fmt;
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
