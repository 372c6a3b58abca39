//! Machine code against the interpreter: guards of 1, 5 and 20 comparisons, a routing table of
//! 1,000 rules.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use flowright_bench::nanos;
use flowright_codegen::JitProgram;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{Cell, CellKind, Executor, Place, RunContext, Space};

const ROUND: Duration = Duration::from_millis(60);

fn program(rules: &str) -> VerifiedProgram {
    let text = format!(
        "bot b {{ languages en  timezone \"UTC\" }}\nchannel web: websocket\nskill s\nskill t\n\
         customer {{ a: number  b: number  c: date  d: bool }}\nroute {{\n{rules}  otherwise -> s\n}}\n"
    );
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", &text)).unwrap();
    compiled.bundle.unwrap().program
}

/// A condition of so many comparisons, all of which hold.
fn guard(comparisons: usize) -> String {
    let one = |i: usize| match i % 4 {
        0 => format!("customer.a > {i}"),
        1 => format!("customer.b < {}", 10_000 + i),
        2 => format!("customer.c != 2020-01-{:02}", i % 28 + 1),
        _ => format!("customer.a + {i} >= customer.b"),
    };
    (0..comparisons).map(one).collect::<Vec<_>>().join(" and ")
}

fn run(name: &str, program: &VerifiedProgram) {
    let route = program.route.skill;
    let time = |executor: &dyn Executor| {
        let mut cx = RunContext::new(Arc::clone(program), u64::MAX);
        let number = |n: i64| Cell::new(CellKind::Number, n * 1_000_000);
        for (index, cell) in
            [number(5_000), number(4_000), Cell::new(CellKind::Date, 20_000), Cell::bool(true)]
                .into_iter()
                .enumerate()
        {
            cx.set_cell(
                Place { space: Space::Customer, index: u32::try_from(index).unwrap() },
                cell,
            );
        }
        nanos(ROUND, || {
            black_box(executor.run(route, black_box(&mut cx))).unwrap();
        })
    };
    let interpreted = time(&Interpreter::new(Arc::clone(program)));
    let begun = std::time::Instant::now();
    let machine = JitProgram::compile(program.clone()).unwrap();
    let compiling = begun.elapsed().as_secs_f64() * 1e3;
    let compiled = time(&machine);
    println!(
        "{name:<24} {interpreted:>10.1} ns {compiled:>10.1} ns {:>7.1}x   compiled in {compiling:.1} ms",
        interpreted / compiled
    );
}

fn main() {
    println!("{:<24} {:>13} {:>13} {:>8}", "", "interpreter", "machine code", "ratio");
    for comparisons in [1, 5, 20] {
        let rules = format!("  when {} -> t\n", guard(comparisons));
        run(&format!("guard of {comparisons}"), &program(&rules));
    }
    let mut rules = String::new();
    for i in 0..999 {
        let _ = writeln!(rules, "  when customer.a == {i} and customer.b > {i} -> t");
    }
    run("route of 1,000 rules", &program(&rules));
}
