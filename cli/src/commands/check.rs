//! `flowright check`.

pub(crate) mod args;
mod baseline;
mod fix;
mod levels;
mod output;
mod sorted;
pub(crate) mod watch;
mod write_test;

use std::cell::RefCell;
use std::time::Instant;

use flowright_compiler::base::{SourceMap, is_standard};
use flowright_compiler::labels::{Reveal, render_json, render_table};
use flowright_compiler::{Analysis, Workspace};

use crate::Outcome;
use crate::args::Format;
use crate::failure::{Failure, print, write_file};
use crate::project::{Project, counted, plural};
use crate::style::{Stream, colored, paint};
use crate::tests_file::TestsFile;
use args::{CheckArgs, CheckFormat};
use baseline::Baseline;
use fix::Fixed;
use levels::Levels;
use sorted::Sorted;
use write_test::write_tests;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let check = Check {
        args,
        project: Project::open(&args.path)?,
        levels: Levels::new(args)?,
        workspace: args.watch.then(RefCell::default),
    };
    args.write_test.as_deref().map_or(Ok(()), TestsFile::check_name)?;
    if args.fix && check.project.is_one_file() {
        let folder = check.project.folder.display().to_string();
        let folder = if folder.is_empty() { "." } else { &folder };
        let message =
            format!("`{}` alone does not show what other files name", args.path.display());
        return Err(Failure::new(message)
            .with_help(format!("mend the whole project: `flowright check --fix {folder}`")));
    }
    if args.diff {
        return check.diff();
    }
    if !args.watch {
        return check.once();
    }
    check.baseline()?;
    let look = || {
        let flows = check.project.watched().unwrap_or_default();
        watch::stamp(
            flows.into_iter().chain([check.project.configuration()]).chain(args.baseline.clone()),
        )
    };
    let configuration = || watch::stamp([check.project.configuration()]);
    let mut configured = configuration();
    watch::run(look, |again| {
        if again && args.format.is_for_people() && args.output.is_none() {
            print("\n-------- changed --------\n\n")?;
        }
        let now = configuration();
        if now != configured {
            check.project.forget_configuration();
            configured = now;
        }
        check.once()
    })
}

/// A check with what it was asked to do.
struct Check<'a> {
    args: &'a CheckArgs,
    project: Project,
    levels: Levels,
    /// What is remembered from one check to the next, where there is a next one.
    workspace: Option<RefCell<Workspace>>,
}

impl Check<'_> {
    fn analyse(&self) -> Result<Analysis, Failure> {
        match &self.workspace {
            Some(workspace) => self.project.analyse_again(&mut workspace.borrow_mut()),
            None => self.project.analyse(),
        }
    }

    fn baseline(&self) -> Result<Option<Baseline>, Failure> {
        self.args.baseline.as_deref().map(Baseline::read).transpose()
    }

    /// Fixes in memory.
    fn fixed(&self) -> Result<Fixed, Failure> {
        // Each look begins with the whole baseline.
        let baseline = self.baseline()?;
        Fixed::new(&self.project, &mut |analysis| {
            Sorted::new(analysis, &self.levels, baseline.clone().as_mut())
        })
    }

    fn diff(&self) -> Result<Outcome, Failure> {
        let fixed = self.fixed()?;
        self.put(&fixed.diff(&self.project, self.is_colored()))?;
        fixed.print(true);
        Ok(if fixed.changes() { Outcome::Findings } else { Outcome::Fine })
    }

    fn once(&self) -> Result<Outcome, Failure> {
        let begun = Instant::now();
        if self.args.reveals {
            return self.reveals();
        }
        if self.args.fix {
            let fixed = self.fixed()?;
            fixed.write(&self.project)?;
            fixed.print(false);
        }
        let mut baseline = self.baseline()?;
        let analysis = self.analyse()?;
        let sorted = Sorted::new(&analysis, &self.levels, baseline.as_mut());
        if let Some(path) = &self.args.write_baseline {
            baseline::write(path, &sorted.findings, &analysis.sources)?;
            eprintln!("{}: {}", path.display(), plural(sorted.findings.len(), "finding"));
            return Ok(Outcome::Fine);
        }
        self.put(&self.text(&analysis, &sorted)?)?;
        if let Some(file) = &self.args.write_test {
            let written = write_tests(&self.project, &analysis, file)?;
            eprintln!("{}: {} added", file.display(), plural(written.added, "test"));
            for property in written.not_played {
                let note = paint(Stream::Err, "1;33", "note:");
                eprintln!(
                    "{note} no test for `{property}`: played, its conversation does not come to \
                     the fault. Its words are taken otherwise, or it depends on what a test cannot \
                     say"
                );
            }
        }
        if let Some(baseline) = &baseline {
            let one_file = self.project.is_one_file();
            baseline.print_unmatched(one_file.then_some(&analysis.sources));
        }
        let own = analysis.sources.iter().filter(|(_, file)| !is_standard(&file.label));
        let files = plural(own.count(), "file");
        let (name, took) = (self.project.name(), begun.elapsed().as_millis());
        eprintln!("{name}: {files}, {} ({took} ms)", sorted.counted());
        self.project.print_thresholds(&analysis);
        if analysis.intents_left_out {
            eprintln!(
                "{name}: the intents are too many to be tried out here; `build` does (W0507)"
            );
        }
        Ok(if sorted.is_wrong() { Outcome::Findings } else { Outcome::Fine })
    }

    /// The audited exceptions.
    fn reveals(&self) -> Result<Outcome, Failure> {
        let render = match self.args.format {
            CheckFormat::Human => {
                |found: &[Reveal], sources: &SourceMap| render_table(found, sources)
            }
            CheckFormat::Json => {
                |found: &[Reveal], sources: &SourceMap| render_json(found, sources) + "\n"
            }
            _ => {
                let message = "`--reveals` lists what is let out: it is no list of findings";
                return Err(
                    Failure::new(message).with_help("give it `--format human` or `--format json`")
                );
            }
        };
        let analysis = self.analyse()?;
        let name = self.project.name();
        if let Some(reveals) = &analysis.reveals {
            let sources = self.project.relabelled(&analysis.sources);
            self.put(&render(reveals, &sources))?;
            eprintln!("{name}: {}", plural(reveals.len(), "reveal"));
        }
        if analysis.errors() > 0 {
            eprint!("{}", self.project.findings(&analysis, Format::Human, Stream::Err));
            eprintln!("{name}: {}", counted(&analysis));
            return Ok(Outcome::Findings);
        }
        Ok(Outcome::Fine)
    }

    fn text(&self, analysis: &Analysis, sorted: &Sorted) -> Result<String, Failure> {
        let format = self.args.format;
        let mut sources = self.project.relabelled(&analysis.sources);
        let for_services = !format.is_for_people() && format != CheckFormat::Json;
        if for_services {
            sources = output::for_machines(&sources);
        }
        let mut text = output::render(&sorted.report(&sources), format, self.is_colored())?;
        if self.args.allowed && format.is_for_people() {
            text.push_str(&output::allowed(&sorted.suppressed, &sources));
        }
        Ok(text)
    }

    /// Whether what it puts out is coloured; a file never is.
    fn is_colored(&self) -> bool {
        self.args.output.is_none() && colored(Stream::Out)
    }

    /// Prints, or writes the file that was asked for.
    fn put(&self, text: &str) -> Result<(), Failure> {
        match &self.args.output {
            Some(path) => write_file(path, text.as_bytes()),
            None => print(text),
        }
    }
}
