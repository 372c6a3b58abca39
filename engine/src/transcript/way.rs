//! A conversation that leads to a state, as a `test` block that passes.

use flowright_compiler::prove::Counterexample;
use flowright_compiler::sema::hir::Project;
use flowright_compiler::syntax::write::test_block;

use super::refutation::{RefutingTest, customers_part, draft_name, scene, spoken};
use super::run_test;
use crate::LoadedProgram;

/// Writes a conversation as a test, if it comes to a state when it is played: `to` is the flow and the
/// state. `load` makes the program of the project with such a block in it.
///
/// # Errors
/// What `load` says.
pub fn way_to(
    project: &Project,
    one: &Counterexample,
    to: (&str, &str),
    load: &dyn Fn(&str) -> Result<LoadedProgram, String>,
) -> Result<Option<RefutingTest>, String> {
    let (flow, state) = to;
    let name = draft_name(project);
    let scene = scene(project, one);
    let program = load(&test_block(&name, &scene, &customers_part(one)))?;
    let lines = spoken(&program, &name, one.opens);
    // How it is then: a human has it, or it is over, or it waits there; else the words alone.
    let state_waits = format!("expect state {flow}.{state}");
    let endings = [
        Some("expect handoff"),
        Some("expect ended resolved"),
        Some("expect ended unresolved"),
        Some("expect ended cancelled"),
        Some(state_waits.as_str()),
        None,
    ];
    let tests = endings.iter().enumerate().map(|(number, ending)| {
        let mut lines = lines.clone();
        ending.iter().for_each(|ending| lines.line(ending));
        (
            format!("{name}{number}"),
            RefutingTest::new(format!("{flow}.{state}"), scene.clone(), lines),
        )
    });
    let tests: Vec<(String, RefutingTest)> = tests.collect();
    let blocks: Vec<String> = tests.iter().map(|(name, test)| test.block(name)).collect();
    let program = load(&blocks.join("\n"))?;
    let comes_there = |name: &str| {
        let test = program.program.tests.iter().find(|test| test.name == name);
        let report = test.map(|test| run_test(&program, test)).filter(super::TestReport::passed);
        report.is_some_and(|report| {
            report.entered.iter().any(|entered| {
                let own = program.program.flows.get(entered.flow.index());
                let own = own.filter(|own| own.name == flow);
                let own = own.and_then(|own| own.states.get(entered.state.index()));
                own.is_some_and(|own| own.name == state)
            })
        })
    };
    Ok(tests.into_iter().find(|(name, _)| comes_there(name)).map(|(_, test)| test))
}
