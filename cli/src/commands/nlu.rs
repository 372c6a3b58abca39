//! `flowright nlu`: how good the intent model is, and why it takes an utterance for what it does.

pub(crate) mod args;
mod data;
mod eval;
mod explain;
mod picture;

use std::path::Path;

use flowright_engine::LoadedProgram;
use flowright_nlu::Context;
use flowright_nlu::lang::Lang;
use flowright_runtime::clock::{Clock as _, WallClock};

use crate::Outcome;
use crate::failure::Failure;
use crate::runnable::Runnable;
use args::NluCommand;

pub(crate) fn run(command: &NluCommand) -> Result<Outcome, Failure> {
    match command {
        NluCommand::Eval(args) => eval::run(args),
        NluCommand::Explain(args) => explain::run(args),
    }
}

/// The program at a path; nothing where it has errors, which were printed.
fn program(path: &Path) -> Result<Option<LoadedProgram>, Failure> {
    let runnable = Runnable::open_quietly(path)?;
    runnable.map(|runnable| runnable.load(true)).transpose()
}

/// A session that begins now.
fn context(program: &LoadedProgram) -> Context {
    let bot = &program.program.bot;
    let lang = bot.languages.first().copied().unwrap_or(Lang::EN);
    Context::at(WallClock.now_ms(), &bot.timezone, lang)
}

/// A share as percent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
