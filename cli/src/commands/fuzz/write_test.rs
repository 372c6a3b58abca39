//! Failures as `test` blocks in a file of the project. Each is compiled with the project and run
//! first: only a test that fails is written.

use std::collections::BTreeSet;
use std::path::Path;

use flowright_engine::LoadedProgram;
use flowright_engine::explore::{Found, Guard, Written, write_test};
use flowright_engine::transcript::run_test;

use super::place;
use crate::failure::Failure;
use crate::project::Project;
use crate::runnable::load_bundle;
use crate::tests_file::TestsFile;

/// Appends a failing test for each failure that the language has words for; says what it has not.
///
/// # Errors
/// When the file cannot be read or written.
pub(super) fn append(
    project: &Project,
    file: &Path,
    program: &LoadedProgram,
    guard: &Guard,
    found: &[Found],
    seed: u64,
) -> Result<(), Failure> {
    let mut tests = TestsFile::open(file)?;
    let taken: BTreeSet<&str> =
        program.program.tests.iter().map(|test| test.name.as_str()).collect();
    let mut known = 0;
    for one in found {
        let (plain, comment) = (plain_name(program, one), comment(one, seed));
        let block = |name: &str| {
            test_block(&write_test(program, guard, one, name, &comment).text).to_owned()
        };
        let Some(name) = tests.name_for(&plain, &taken, block) else {
            known += 1;
            continue;
        };
        let test = write_test(program, guard, one, &name, &comment);
        match fails(project, &test, &name, guard) {
            Ok(()) => tests.add(&test.text),
            Err(why) => eprintln!("not written as a test: {name}: {}", cause(&test, &why)),
        }
    }
    let written = tests.write()?;
    let before = if known > 0 { format!(", {known} there before") } else { String::new() };
    eprintln!("{written} of {} failures written to `{}`{before}", found.len(), file.display());
    Ok(())
}

/// Why a failure has no test, in words.
fn cause(test: &Written, why: &str) -> String {
    match test.lost.as_slice() {
        [] => why.to_owned(),
        lost => format!("{why}; a test cannot say {}", lost.join(", ")),
    }
}

fn comment(found: &Found, seed: u64) -> String {
    format!("Found by `flowright fuzz --seed {seed}`: {}.", found.broken.what).replace('\n', " ")
}

/// A test without the comment above it.
fn test_block(text: &str) -> &str {
    text.split_once('\n').map_or(text, |(_, block)| block)
}

fn plain_name(program: &LoadedProgram, found: &Found) -> String {
    let at = place(program, found).map_or_else(String::new, |at| format!(" in {at}"));
    format!("fuzz: {}{at}", found.broken.invariant.slug())
}

/// Compiles the project with the test and runs it.
///
/// # Errors
/// Why it is no failing test.
fn fails(project: &Project, test: &Written, name: &str, guard: &Guard) -> Result<(), String> {
    let sources = project.sources_with("fuzz-test-under-trial.flow", &test.text)?;
    let compiled = flowright_compiler::compile(&sources)?;
    let Some(bundle) = &compiled.bundle else {
        let error = compiled.analysis.diagnostics.iter().find(|d| d.is_error());
        return Err(error.map_or("it does not compile".to_owned(), |d| d.message.clone()));
    };
    let program = load_bundle(bundle, sources.encoder.clone())?;
    let Some(test) = program.program.tests.iter().find(|test| test.name == name) else {
        return Err("it is not among the project's tests".to_owned());
    };
    let mut passed = false;
    let ended = (guard)(&mut || passed = run_test(&program, test).passed());
    // A test that panics fails.
    if ended.is_ok() && passed { Err("written as a test, it passes".to_owned()) } else { Ok(()) }
}
