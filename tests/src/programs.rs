//! Random programs, for what must hold of many: made of numbers, each taken modulo what there is,
//! and the same on every machine.

use std::cell::Cell;
use std::fmt::{Debug, Write as _};

use flowright_compiler::Analysis;
use flowright_compiler::compile::{MemorySources, build};
use flowright_engine::LoadedProgram;
use flowright_engine::transcript::{Refutation, refutation};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

/// One step, with a condition that it may have.
#[derive(Debug, Clone, Copy)]
pub struct Statement<C> {
    pub kind: u8,
    pub cond: C,
    pub to: u8,
    pub by: u8,
    /// The kind of a step inside this one, where there are such steps.
    pub inner: u8,
}

/// A condition without parts.
#[derive(Debug, Clone, Copy)]
pub struct Atom {
    pub kind: u8,
    pub op: u8,
    pub by: u8,
}

impl Atom {
    /// The sign of a comparison.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self.op % 6 {
            0 => "<",
            1 => "<=",
            2 => ">",
            3 => ">=",
            4 => "==",
            _ => "!=",
        }
    }
}

pub fn any_atom() -> impl Strategy<Value = Atom> {
    (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(kind, op, by)| Atom { kind, op, by })
}

pub fn any_statement<C: Debug>(
    cond: impl Strategy<Value = C>,
    inner: impl Strategy<Value = u8>,
) -> impl Strategy<Value = Statement<C>> {
    (any::<u8>(), cond, any::<u8>(), any::<u8>(), inner)
        .prop_map(|(kind, cond, to, by, inner)| Statement { kind, cond, to, by, inner })
}

/// Writes states `s0`, `s1`, …: each goes on to the next one, unless a step leaves it, which
/// `write` says. `last` stands behind the steps of the last one.
pub fn write_states<C: Copy>(
    out: &mut String,
    states: &[Vec<Statement<C>>],
    last: &str,
    mut write: impl FnMut(&mut String, u8, Statement<C>) -> bool,
) {
    for (number, body) in (0_u8..).zip(states) {
        let _ = writeln!(out, "  state s{number} {{");
        let leaves = body.iter().any(|statement| write(out, number, *statement));
        if !leaves {
            if usize::from(number) + 1 == states.len() {
                out.push_str(last);
            }
            let _ = writeln!(out, "    -> s{}", number + 1);
        }
        out.push_str("  }\n");
    }
}

/// Makes so many programs; the smallest of which something does not hold is shown.
pub fn each<S: Strategy>(count: u32, programs: &S, holds: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config { cases: count, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    if let Err(failure) = TestRunner::new_with_rng(config, rng).run(programs, holds) {
        panic!("{failure}");
    }
}

/// Whether the conversation that refutes the one claim of a program shows it when it is played; one
/// that does not is printed.
#[must_use]
pub fn is_shown(source: &str, analysis: &Analysis) -> bool {
    let load = |block: &str| {
        let sources = MemorySources(vec![
            ("p.flow".to_owned(), source.into()),
            ("~test.flow".to_owned(), block.into()),
        ]);
        let bundle = build(&flowright_compiler::analyse(&sources)?)?;
        LoadedProgram::interpreted(bundle, [7; 32]).map_err(|error| error.to_string())
    };
    let project = analysis.project.as_ref().unwrap();
    let [one] = analysis.proofs.counterexamples.as_slice() else { panic!("{source}") };
    let is_shown = matches!(refutation(project, one, &load).unwrap(), Refutation::Test(_));
    if !is_shown {
        println!("not played:\n{source}\n{:?}", analysis.diagnostics);
    }
    is_shown
}

/// A number that grows by ones.
#[derive(Debug, Default)]
pub struct Count(Cell<u32>);

impl Count {
    pub fn one_more(&self) {
        self.0.set(self.0.get() + 1);
    }

    #[must_use]
    pub fn get(&self) -> u32 {
        self.0.get()
    }
}
