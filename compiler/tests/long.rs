//! Sources that are long in one way only: what they cost grows as they do, not with the square.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_compiler::base::{FileId, SourceMap};
use flowright_compiler::diag::Diagnostic;
use flowright_compiler::fmt;
use flowright_compiler::sema::{Checked, File, check};
use flowright_compiler::syntax::{Parsed, parse};

/// How many times longer the long source is than the short one.
const TIMES: usize = 8;
/// How many times more it may cost for each part: the square would be [`TIMES`] times more.
const SLACK: u32 = 2;
/// What is too short to be measured.
const NOISE: Duration = Duration::from_millis(50);

/// Processor time of this thread, which does not go on while others have the processor; the time of day
/// where the system does not tell.
struct Watch {
    began: Instant,
    on_cpu: Option<u64>,
}

impl Watch {
    fn start() -> Self {
        Self { began: Instant::now(), on_cpu: Self::on_cpu_ns() }
    }

    fn on_cpu_ns() -> Option<u64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok()
    }

    fn stop(&self) -> Duration {
        match (self.on_cpu, Self::on_cpu_ns()) {
            (Some(began), Some(now)) => Duration::from_nanos(now.saturating_sub(began)),
            _ => self.began.elapsed(),
        }
    }
}

/// Does something with a source of so many parts, and with a shorter one to compare it with.
fn assert_linear<T>(
    what: &str,
    parts: usize,
    text: impl Fn(usize) -> String,
    work: impl Fn(&str) -> T,
) -> T {
    let cost = |parts: usize| {
        let text = text(parts);
        let watch = Watch::start();
        let done = work(&text);
        (watch.stop(), done)
    };
    let (short, _) = cost(parts / TIMES);
    let (long, done) = cost(parts);
    let times = u32::try_from(TIMES).unwrap_or(u32::MAX);
    assert!(
        long <= short * times * SLACK + NOISE,
        "{what}: {short:?}, and {long:?} for {TIMES} times as much"
    );
    done
}

fn parsed(text: &str) -> Parsed {
    parse(text, FileId(0))
}

#[test]
fn many_allows_before_one_declaration_are_formatted() {
    let text = |parts| {
        format!(
            "{}flow f {{ state s {{ end resolved }} }}\n",
            "allow(W0401, \"why\")\n".repeat(parts)
        )
    };
    let formatted = assert_linear("allows", 120_000, text, |text| fmt::format(text).text);
    assert!(formatted.starts_with("allow(W0401, \"why\")\nallow(") && formatted.contains("flow f"));
}

#[test]
fn members_that_are_there_again_and_again_are_counted() {
    let text = |parts| {
        let mut text = "intent i {\n".to_owned();
        for i in 0..parts {
            let _ = writeln!(text, "pattern r\"a{i}\"");
        }
        text + &"title \"t\"\n".repeat(parts) + "}\n"
    };
    let parsed = assert_linear("members", 60_000, text, parsed);
    assert_eq!(parsed.diagnostics.len() + parsed.cut, 59_999);
}

#[test]
fn texts_that_their_lines_do_not_close_are_found() {
    let text = |parts| format!("flow f {{ state s {{\n{}}} }}\n", " say \"a\n".repeat(parts));
    let parsed = assert_linear("texts", 60_000, text, parsed);
    assert_eq!(parsed.diagnostics.len() + parsed.cut, 60_000);
}

#[test]
fn a_body_of_faults_is_read_piece_by_piece() {
    for (what, before, part, after) in [
        ("rules", "route {\n", "x y z\n", "}\n"),
        ("steps", "flow f {\non start\nstate s {\n", "when x y -> s\notherwise -> s\n", "}\n}\n"),
        ("slots", "flow f {\n", "slot x y z\n", "}\n"),
    ] {
        let text = |parts| format!("{before}{}{after}", part.repeat(parts));
        let parsed = assert_linear(what, 40_000, text, parsed);
        assert!(parsed.diagnostics.len() + parsed.cut >= 40_000, "{what}: {}", parsed.cut);
    }
}

fn checked(text: &str) -> Checked {
    let mut files = SourceMap::default();
    let file = files.add("a.flow".to_owned(), text.to_owned());
    let parsed = Arc::new(parse(text, file));
    check(&[File { id: file, parsed, is_std: false }], &files)
}

#[test]
fn wrong_names_are_looked_for_in_tables() {
    type Part = fn(usize) -> String;
    let kinds: [(&str, Part); 3] = [
        ("states", |i| format!("flow f{i} {{ state s {{ -> t{i} }} }}\n")),
        ("flows", |i| format!("flow f{i} {{ state s {{ call g{i}() end resolved }} }}\n")),
        ("tests", |i| {
            format!(
                "flow f{i} {{ slot x{i}: text state s {{ end resolved }} }}\ntest \"{i}\" {{ expect state t{i} }}\n"
            )
        }),
    ];
    for (what, part) in kinds {
        let text = |parts| (0..parts).map(part).collect::<String>();
        let found = assert_linear(what, 25_000, text, checked).diagnostics;
        let wrong = found.iter().filter(|found| Diagnostic::is_error(found)).count();
        assert!(wrong >= 25_000, "{what}: {wrong}");
    }
}
