//! Parsing, checking and compiling generated projects of 10,000, 100,000 and 1,000,000 lines: what a
//! line costs in each should be the same. Beside them, shapes that a parser or a proof may find hard.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use flowright_bench::{grouped, seconds};
use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Workspace, analyse, syntax};
use flowright_tests::big;

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Lines up to which the bundle is made too: the larger projects have more intents than a model takes.
const COMPILED_LINES_MAX: usize = 10_000;

fn main() {
    let wanted: Vec<usize> =
        std::env::args().filter_map(|arg| arg.replace('_', "").parse().ok()).collect();
    let sizes = if wanted.is_empty() { SIZES.to_vec() } else { wanted };
    println!(
        "{:>10}  {:<8} {:>9}  {:>16}  a line, beside the first",
        "lines", "work", "ms", "lines/s"
    );
    let mut first: Vec<f64> = Vec::new();
    for size in sizes {
        let a_line = measure(size, &first);
        if first.is_empty() {
            first = a_line;
        }
    }
    again();
    shapes();
}

/// Measures one project; gives the seconds that each work takes for a line.
fn measure(size: usize, first: &[f64]) -> Vec<f64> {
    let sources = MemorySources(big::project(size));
    let lines: usize = sources.0.iter().map(|(_, text)| text.lines().count()).sum();
    // The least of as many rounds at every size: in the first, half of the time of a large one is the
    // machine finding memory.
    let rounds = 3;
    let each = |work: &dyn Fn(&str)| sources.0.iter().for_each(|(_, text)| work(text));
    let mut took = vec![
        ("lex", seconds(rounds, || each(&|text| drop(black_box(syntax::lex(text)))))),
        (
            "parse",
            seconds(rounds, || each(&|text| drop(black_box(syntax::parse(text, FileId(0)))))),
        ),
        ("check", seconds(rounds, || check(&sources))),
    ];
    if size <= COMPILED_LINES_MAX {
        let compile =
            || drop(black_box(flowright_compiler::compile(&sources).unwrap().bundle.unwrap()));
        took.push(("compile", seconds(1, compile)));
    }
    let a_line = |took: f64| took / lines as f64;
    for (number, (work, took)) in took.iter().enumerate() {
        let ratio = first.get(number).map_or(1.0, |first| a_line(*took) / first);
        println!(
            "{:>10}  {work:<8} {:>9.0}  {:>16}  {ratio:.2}",
            grouped(lines as f64),
            took * 1e3,
            grouped(lines as f64 / took)
        );
    }
    took.into_iter().map(|(_, took)| a_line(took)).collect()
}

/// Checks a project that has nothing wrong in it.
fn check(sources: &MemorySources) {
    let analysis = analyse(sources).unwrap();
    assert_eq!(analysis.diagnostics.len(), 0, "{:?}", analysis.diagnostics.first());
    black_box(analysis);
}

/// What an edit is, the file that it touches, what it replaces there, and by what in each round:
/// every round is another edit, so that nothing is remembered of it.
type Edit = (&'static str, &'static str, &'static str, fn(usize) -> String);

/// Edits of the project of 100,000 lines, each checked by a workspace that knows the project.
const EDITS: &[Edit] = &[
    ("a flow's steps", PART, "say { en \"Order", |n| format!("say {{ en \"The order{}", marks(n))),
    ("a slot of a flow", PART, "That day has passed", |n| format!("That day is over{}", marks(n))),
    ("a line above all others", PART, "intent", |n| "// Above.\n".repeat(n) + "\nintent"),
    ("the same in the file of what is shared", HEAD, "/// A made", |n| {
        "// Above.\n".repeat(n) + "\n/// A made"
    }),
    ("an action that one flow calls", PART, "status == 404", |n| format!("status == 41{n}")),
    ("an action that 1,250 of them call", HEAD, "/permission\"", |n| format!("/may/{n}\"")),
    ("what that action gives", HEAD, "granted: bool", |n| {
        format!("granted: bool, other_{n}: text optional")
    }),
    ("a slot of the session", HEAD, "slot impact: severity", |n| {
        format!("slot impact: severity {{ tries {} }}", n + 1)
    }),
    ("another slot of the session, a choice", HEAD, "action orders", |n| {
        format!("slot mood: one_of {{ good, bad_{n} }}\n\naction orders")
    }),
    ("another entity, a choice", HEAD, "entity severity", |n| {
        format!("entity mood: one_of {{ good, bad_{n} }}\n\nentity severity")
    }),
    ("the choices of a slot of the session", HEAD, "slot impact: severity", |n| {
        let words = |word| format!("{{ en \"{word}{}\" zh \"{word}{}\" }}", marks(n), marks(n));
        let (line_down, degraded) = (words("down"), words("slow"));
        format!("slot impact: one_of {{ line_down {line_down} degraded {degraded} }}")
    }),
    ("a word for one of the choices of an entity", HEAD, "\"line is down\"", |n| {
        format!("\"line is down\", \"stopped{}\"", marks(n))
    }),
    ("choices more of the entity", HEAD, "  degraded", |n| others(n) + "  degraded"),
    ("choices more, behind the others", HEAD, "\"不稳定\" }", |n| {
        "\"不稳定\" }\n".to_owned() + &others(n)
    }),
    ("an item's field of what an action gives", HEAD, "total: money }", |n| {
        format!("total: money, other_{n}: text }}")
    }),
    ("a field of the profile, seen by all", HEAD, "  contract:", |n| {
        format!("  other_{n}: text\n  contract:")
    }),
];

const PART: &str = "part_250.flow";
const HEAD: &str = "head.flow";

fn marks(count: usize) -> String {
    "!".repeat(count)
}

/// So many choices that no flow names.
fn others(count: usize) -> String {
    (1..=count).map(|n| format!("  other_{n} {{ en \"other {n}\" zh \"其他{n}\" }}\n")).collect()
}

/// Checks after one edit, beside a check from nothing.
fn again() {
    let sources = MemorySources(big::project(100_000));
    let mut workspace = Workspace::default();
    let mut cold = 0.0;
    for _ in 0..2 {
        let begun = Instant::now();
        workspace = Workspace::default();
        black_box(workspace.check(&sources).unwrap());
        cold = begun.elapsed().as_secs_f64();
    }
    println!("\n100,000 lines again after an edit; from nothing {:.0} ms", cold * 1e3);
    for (what, label, from, to) in EDITS {
        let took = (1..=5).map(|round| {
            let mut edited = sources.clone();
            let (_, text) = edited.0.iter_mut().find(|(known, _)| known == label).unwrap();
            let new = text.replacen(from, &to(round), 1);
            assert_ne!(new, **text, "{from}");
            *text = new.into();
            let before = workspace.work();
            let begun = Instant::now();
            let analysis = workspace.check(&edited).unwrap();
            let took = begun.elapsed().as_secs_f64();
            assert_eq!(analysis.diagnostics.len(), 0, "{:?}", analysis.diagnostics.first());
            (took, workspace.work().followed - before.followed)
        });
        let (took, flows) = took.reduce(|a, b| if a.0 < b.0 { a } else { b }).unwrap();
        println!(
            "  {what:<38} {:>7.1} ms  {flows:>5} flows  {:>5.1} % of a check from nothing",
            took * 1e3,
            100.0 * took / cold
        );
    }
}

/// One large thing of a kind, beside a small one of the same.
fn shapes() {
    println!();
    let shapes: [(&str, [(usize, String); 3]); 2] = [
        ("choices in one state", [50, 500, 5_000].map(|n| (n, big::choices(n)))),
        ("nested parentheses", [1, 7, 13].map(|n| (n, big::parentheses(n)))),
    ];
    for (what, sizes) in shapes {
        for (size, text) in sizes {
            let head = "bot shapes { languages en  timezone \"UTC\" }\n";
            let sources =
                MemorySources(vec![("a.flow".to_owned(), Arc::from(head.to_owned() + &text))]);
            let took = seconds(3, || check(&sources));
            println!("{:>10}  {what:<22} {:>9.2} ms", grouped(size as f64), took * 1e3);
        }
    }
}
