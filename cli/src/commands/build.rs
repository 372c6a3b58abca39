//! `flowright build`.

use flowright_compiler::bundle;

use crate::Outcome;
use crate::args::{BuildArgs, Format};
use crate::failure::{Failure, print, write_file};
use crate::project::{Project, counted};
use crate::style::Stream;

pub(crate) fn run(args: &BuildArgs) -> Result<Outcome, Failure> {
    let project = Project::open(&args.path)?;
    let compiled = project.compile()?;
    let findings = project.findings(&compiled.analysis, args.format, Stream::Err);
    if args.format == Format::Json {
        print(&findings)?;
    } else {
        eprint!("{findings}");
    }
    let Some(bundle) = &compiled.bundle else {
        eprintln!("{}: {}; nothing was written", project.name(), counted(&compiled.analysis));
        return Ok(Outcome::Findings);
    };
    let encoded =
        bundle::write(bundle).map_err(|e| Failure::new(e.to_string()).with_help(e.help()))?;
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| project.folder.join(format!("{}.flowb", bundle.program.bot.name)));
    write_file(&path, &encoded.bytes)?;
    let hash: String = encoded.hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    if args.format == Format::Human {
        print(&format!("{}\n", path.display()))?;
    }
    project.print_thresholds(&compiled.analysis);
    eprintln!("{} bytes, {hash}…, {}", encoded.bytes.len(), counted(&compiled.analysis));
    Ok(Outcome::Fine)
}
