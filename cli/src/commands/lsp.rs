//! `flowright lsp`: the language server, over standard input and output.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::{SourceProvider as _, Texts};
use flowright_lsp::server::{Host, serve};
use flowright_nlu::Encoder;
use flowright_nlu::value::Date;
use flowright_runtime::clock::{Clock as _, WallClock};
use tokio::runtime::Builder;

use crate::Outcome;
use crate::failure::Failure;
use crate::project::Project;

/// Threads that read and write; what takes long runs on others.
const THREADS: usize = 2;

pub(crate) fn run() -> Result<Outcome, Failure> {
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(format!("cannot start threads: {e}")))?;
    runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Arc::new(Machine)));
    // Whoever reads standard input still waits: nothing is lost when it is left alone.
    runtime.shutdown_background();
    Ok(Outcome::Fine)
}

/// The machine, read as the other commands read it.
struct Machine;

impl Host for Machine {
    fn flows(&self, folder: &Path) -> Result<Texts, String> {
        open(folder)?.sources()
    }

    fn flow(&self, folder: &Path, label: &str) -> Result<Option<Arc<str>>, String> {
        open(folder)?.source(label)
    }

    fn articles(&self, folder: &Path, path: &str) -> Result<Option<Texts>, String> {
        open(folder)?.articles(path)
    }

    fn encoder(&self, folder: &Path) -> Result<Option<Arc<dyn Encoder>>, String> {
        open(folder)?.named_encoder().map_err(|failure| failure.message())
    }

    fn today(&self) -> Date {
        Date::of_ms(WallClock.now_ms())
    }

    fn standard_folder(&self) -> Option<PathBuf> {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
        let cache = cache.or_else(home).unwrap_or_else(std::env::temp_dir);
        Some(cache.join("flowright").join(concat!("std-", env!("CARGO_PKG_VERSION"))))
    }
}

fn open(folder: &Path) -> Result<Project, String> {
    Project::open(folder).map_err(|failure| failure.message())
}
