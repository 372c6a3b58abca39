//! `flowright dap`: the debugger, for editors. Everything goes over standard input and output.

use std::io::{stdin, stdout};
use std::path::Path;

use flowright_compiler::base::SourceProvider;
use flowright_engine::LoadedProgram;
use flowright_engine::articles::find;
use flowright_engine::model::Session;
use flowright_lsp::dap::{Search, Shell, serve};
use flowright_runtime::clock::{Clock as _, WallClock};

use crate::Outcome;
use crate::failure::Failure;
use crate::project::Project;
use crate::runnable::articles;

pub(crate) fn run() -> Result<Outcome, Failure> {
    serve(stdin(), stdout(), &Terminal).map_err(Failure::new)?;
    Ok(Outcome::Fine)
}

/// The machine that the debugger runs on.
struct Terminal;

impl Shell for Terminal {
    fn project(&self, folder: &Path) -> Result<Box<dyn SourceProvider>, String> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let project = Project::open(folder).map_err(|failure| failure.message())?;
        Ok(Box::new(project))
    }

    fn articles(&self, program: &LoadedProgram) -> Result<Search, String> {
        let index = articles(program).map_err(|failure| failure.message())?;
        let program = program.clone();
        Ok(Box::new(move |session: &Session, text: &str| {
            find(&index, &program, session, text).map_err(|e| e.to_string())
        }))
    }

    fn now_ms(&self) -> i64 {
        WallClock.now_ms()
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
