//! `flowright check --write-test FILE`: conversations that refute a property, as `test` blocks. The
//! customer's part comes from the proof; the bot's is what it really says.

use std::path::Path;

use flowright_compiler::Analysis;
use flowright_compiler::compile;
use flowright_compiler::prove::{Answer, Counterexample, Line};
use flowright_compiler::syntax::write::{TestLines, record, test_block};
use flowright_engine::transcript::{Recorded, record_test};
use flowright_nlu::value::Date;

use crate::failure::Failure;
use crate::project::{Project, load_bundle};
use crate::tests_file::TestsFile;

/// Name of the file that holds the customer's part while it is played; no project has it.
const DRAFT: &str = "counterexample draft.flow";
/// The day on which proofs take place, 1 June 2026, and the time of day.
const TODAY: (Date, u32) = (Date(20_605), 9 * 3_600);

/// Appends a test for each refuted property to `file`, unless it is there; gives how many.
pub(super) fn write_tests(
    project: &Project,
    analysis: &Analysis,
    file: &Path,
) -> Result<usize, Failure> {
    let mut tests = TestsFile::open(file)?;
    for one in &analysis.proofs.counterexamples {
        let test = test(project, analysis, one)?;
        if !tests.has(&test) {
            tests.add(&test);
        }
    }
    tests.write()
}

/// One test, with what the bot says.
fn test(project: &Project, analysis: &Analysis, one: &Counterexample) -> Result<String, Failure> {
    let name = format!("{}: {}", one.flow, one.property);
    let scene = scene(analysis, one);
    let draft = test_block(&name, &scene, &customers_part(one));
    let mut lines = TestLines::default();
    for line in play(project, &draft)? {
        match line {
            Recorded::User(said) => {
                lines.gap();
                lines.user(&said);
            }
            Recorded::Bot(said) => lines.bot(&said),
            Recorded::Silence(ms) => {
                lines.gap();
                lines.silence(ms);
            }
        }
    }
    lines.line(&match one.property.rsplit_once(" before ") {
        Some((_, action)) => format!("expect not called {action}"),
        None => "expect ended resolved".to_owned(),
    });
    Ok(test_block(&name, &scene, &lines))
}

/// The day, who the customer is, what actions answer.
fn scene(analysis: &Analysis, one: &Counterexample) -> TestLines {
    let mut scene = TestLines::default();
    scene.today(TODAY.0, TODAY.1);
    let project = analysis.project.as_ref();
    if let Some(lang) = project.and_then(|project| project.bot.languages.first()) {
        scene.line(&format!("language {lang}"));
    }
    scene.customer(&one.customer);
    for line in &one.lines {
        let Line::Action { action, answer } = line else { continue };
        let action = project.and_then(|project| project.actions.get(action.index()));
        let name = action.map_or("", |action| action.name.as_str());
        match answer {
            Answer::Error(error) => scene.given(name, error),
            Answer::Fails => scene.given(name, "fails"),
            // What gives nothing back succeeds by itself.
            Answer::Fields(fields) if fields.is_empty() => {}
            Answer::Fields(fields) => scene.given(name, &record(fields)),
        }
    }
    scene
}

fn customers_part(one: &Counterexample) -> TestLines {
    let mut lines = TestLines::default();
    for line in &one.lines {
        match line {
            Line::Customer(said) => lines.user(said),
            Line::Silence(ms) => lines.silence(*ms),
            _ => {}
        }
    }
    lines
}

/// Plays the customer's part in the project.
fn play(project: &Project, draft: &str) -> Result<Vec<Recorded>, Failure> {
    let sources = project.sources_with(DRAFT, draft).map_err(Failure::new)?;
    let analysis = flowright_compiler::analyse(&sources).map_err(Failure::new)?;
    let built = compile::build(&analysis).map_err(Failure::new)?;
    let program = load_bundle(&built).map_err(Failure::new)?;
    let tests = &program.program.tests;
    let of_draft = |at: flowright_compiler::base::FileSpan| {
        let file = program.program.files.get(at.file.0 as usize);
        file.is_some_and(|file| file.label == DRAFT)
    };
    let test = tests.iter().find(|test| of_draft(test.at));
    Ok(test.map(|test| record_test(&program, test)).unwrap_or_default())
}
