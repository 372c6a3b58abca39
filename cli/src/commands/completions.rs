//! `flowright completions`.

use clap::CommandFactory as _;

use crate::Outcome;
use crate::args::{Args, CompletionsArgs};
use crate::failure::{Failure, print};

pub(crate) fn run(args: &CompletionsArgs) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "flowright", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}
