//! `flowright check`.

use std::time::Instant;

use flowright_compiler::Analysis;
use flowright_compiler::labels::{render_json, render_table};

use super::write_test::write_tests;
use crate::Outcome;
use crate::args::{CheckArgs, Deny, Format};
use crate::failure::{Failure, print};
use crate::project::{Project, counted, print_findings};
use crate::style::Stream;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let project = Project::open(&args.path)?;
    let analysis = project.analyse()?;
    if args.reveals {
        return reveals(&project, &analysis, args.format);
    }
    print_findings(&project, &analysis, args.format)?;
    if let Some(file) = &args.write_test {
        let count = write_tests(&project, &analysis, file)?;
        let plural = if count == 1 { "" } else { "s" };
        eprintln!("{}: {count} test{plural} added", file.display());
    }
    let own = analysis.sources.iter().filter(|(_, file)| !file.label.starts_with("std/"));
    let files = own.count();
    let plural = if files == 1 { "" } else { "s" };
    let took = begun.elapsed().as_millis();
    eprintln!("{}: {files} file{plural}, {} ({took} ms)", project.name(), counted(&analysis));
    let denied = args.deny == Some(Deny::Warnings) && analysis.warnings() > 0;
    Ok(if analysis.errors() > 0 || denied { Outcome::Findings } else { Outcome::Fine })
}

/// The audited exceptions.
fn reveals(project: &Project, analysis: &Analysis, format: Format) -> Result<Outcome, Failure> {
    if let Some(reveals) = &analysis.reveals {
        let sources = project.relabelled(&analysis.sources);
        match format {
            Format::Json => print(&(render_json(reveals, &sources) + "\n"))?,
            Format::Human => print(&render_table(reveals, &sources))?,
        }
        let count = reveals.len();
        eprintln!("{}: {count} reveal{}", project.name(), if count == 1 { "" } else { "s" });
    }
    if analysis.errors() > 0 {
        eprint!("{}", project.findings(analysis, Format::Human, Stream::Err));
        eprintln!("{}: {}", project.name(), counted(analysis));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Fine)
}
