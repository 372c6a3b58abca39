//! Parsing, checking and compiling generated projects of 10,000, 100,000 and 1,000,000 lines: what a
//! line costs in each should be the same. Beside them, shapes that a parser or a proof may find hard.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::hint::black_box;
use std::sync::Arc;

use flowright_bench::{grouped, seconds};
use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::{analyse, syntax};
use flowright_tests::big;

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Lines up to which the bundle is made too: most of that is training the intent model.
const COMPILED_LINES_MAX: usize = 100_000;

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
    shapes();
}

/// Measures one project; gives the seconds that each work takes for a line.
fn measure(size: usize, first: &[f64]) -> Vec<f64> {
    let sources = MemorySources(big::project(size));
    let lines: usize = sources.0.iter().map(|(_, text)| text.lines().count()).sum();
    let rounds = if size > 100_000 { 1 } else { 3 };
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
