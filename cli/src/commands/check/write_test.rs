//! `flowright check --write-test FILE`: conversations that refute a property, as `test` blocks.

use std::path::Path;

use flowright_compiler::Analysis;
use flowright_compiler::compile;
use flowright_engine::LoadedProgram;
use flowright_engine::transcript::{Refutation, refutation};

use crate::failure::Failure;
use crate::project::Project;
use crate::runnable::load_bundle;
use crate::tests_file::TestsFile;

/// Name of the file that holds a test while it is played; sorted last, and no project has it.
const DRAFT: &str = "~counterexample.flow";

/// What became of the refuted properties.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Tests added.
    pub(super) added: usize,
    /// Properties whose conversation does not come to the fault when it is played.
    pub(super) not_played: Vec<String>,
}

/// Appends a test for each refuted property to `file`, unless it is there.
pub(super) fn write_tests(
    project: &Project,
    analysis: &Analysis,
    file: &Path,
) -> Result<Written, Failure> {
    let mut tests = TestsFile::open(file)?;
    let mut written = Written::default();
    let load = |block: &str| load_with(project, block);
    if let Some(checked) = &analysis.project {
        let taken = checked.tests.iter().map(|test| test.name.as_str()).collect();
        for one in &analysis.proofs.counterexamples {
            match refutation(checked, one, &load).map_err(Failure::new)? {
                Refutation::Test(test) => {
                    let name = tests.name_for(&test.name, &taken, |name| test.block(name));
                    if let Some(name) = name {
                        tests.add(&test.block(&name));
                    }
                }
                Refutation::NotPlayed => {
                    written.not_played.push(format!("{}: {}", one.flow, one.property));
                }
            }
        }
    }
    written.added = tests.write()?;
    Ok(written)
}

/// The project with a test more.
fn load_with(project: &Project, block: &str) -> Result<LoadedProgram, String> {
    let sources = project.sources_with(DRAFT, block)?;
    let analysis = flowright_compiler::analyse(&sources)?;
    load_bundle(&compile::build(&analysis)?, sources.encoder)
}
