//! The `flowright` command. Exit codes: 0 fine, 1 findings, 2 could not run. Results go to
//! standard output, messages to standard error.

mod args;
mod commands;
mod configuration;
mod coverage;
mod encoder;
mod failure;
mod progress;
mod project;
mod runnable;
mod stores;
mod style;
mod tests_file;
mod unified;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use failure::Failure;

/// A check after an edit takes a fifth less time with it than with the system's (`bench/benches/compile.rs`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    style::choose(args.color);
    let result = match args.command {
        Command::New(args) => commands::new::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Fmt(args) => commands::fmt::run(&args),
        Command::Build(args) => commands::build::run(&args),
        Command::Graph(args) => commands::graph::run(&args),
        Command::Test(args) => commands::test::run(&args),
        Command::Fuzz(args) => commands::fuzz::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Nlu(command) => commands::nlu::run(&command),
        Command::Route(command) => commands::route::run(&command),
        Command::Knowledge(command) => commands::knowledge::run(&command),
        Command::Chat(args) => commands::chat::run(&args),
        Command::Dap => commands::dap::run(),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Backup(args) => commands::backup::run(&args),
        Command::Restore(args) => commands::restore::run(&args),
        Command::Channels(args) => commands::channels::run(&args),
        Command::Accounts(command) => commands::accounts::run(&command),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Lsp => commands::lsp::run(),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
    };
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        // Whoever read our output has seen enough (`flowright check | head`).
        Err(Failure::Gone) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(2)
        }
    }
}

/// How a command that could run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Exit code 0.
    Fine,
    /// Exit code 1.
    Findings,
}
