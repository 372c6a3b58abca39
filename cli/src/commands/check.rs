//! `flowright check`.

use std::time::Instant;

use crate::Outcome;
use crate::args::{CheckArgs, Deny};
use crate::failure::Failure;
use crate::project::{Project, counted, print_findings};

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let project = Project::open(&args.path)?;
    let analysis = project.analyse()?;
    print_findings(&project, &analysis, args.format)?;
    let own = analysis.sources.iter().filter(|(_, file)| !file.label.starts_with("std/"));
    let files = own.count();
    let plural = if files == 1 { "" } else { "s" };
    let took = begun.elapsed().as_millis();
    eprintln!("{}: {files} file{plural}, {} ({took} ms)", project.name(), counted(&analysis));
    let denied = args.deny == Some(Deny::Warnings) && analysis.warnings() > 0;
    Ok(if analysis.errors() > 0 || denied { Outcome::Findings } else { Outcome::Fine })
}
