//! `flowright fuzz`: made-up customers talk to a project; what may never happen is looked for.

mod report;
mod write_test;

use std::cell::Cell;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use flowright_compiler::bundle;
use flowright_compiler::diag::suggest::closest;
use flowright_engine::LoadedProgram;
use flowright_engine::explore::{Customer, Explorer, Found, Guard, Reached};

use crate::Outcome;
use crate::args::{Format, FuzzArgs};
use crate::failure::{Failure, print};
use crate::project::{Project, counted};
use crate::runnable::load;
use crate::style::{Stream, is_terminal, paint};
use crate::tests_file::TestsFile;

/// How long to play when nothing is said.
const DEFAULT_TIME: Duration = Duration::from_secs(10);
/// Time between two signs of life.
const SHOW_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &FuzzArgs) -> Result<Outcome, Failure> {
    let project = open(&args.path)?;
    args.write_test.as_deref().map_or(Ok(()), TestsFile::check_name)?;
    let compiled = project.compile()?;
    let (Some(checked), Some(bundle)) = (&compiled.analysis.project, &compiled.bundle) else {
        eprint!("{}", project.findings(&compiled.analysis, Format::Human, Stream::Err));
        let count = counted(&compiled.analysis);
        eprintln!("{} {}: {count}", paint(Stream::Err, "1;31", "error:"), project.name());
        return Err(Failure::new("a project with errors cannot be talked to")
            .with_help("mend what `flowright check` finds first"));
    };
    let encoded = bundle::write(bundle).map_err(|e| Failure::new(e.to_string()))?;
    let encoder = project.named_encoder()?;
    let program = load(&encoded.bytes, args.no_jit, encoder.clone()).map_err(Failure::new)?;
    let other = match args.no_jit {
        true => None,
        false => Some(load(&encoded.bytes, true, encoder).map_err(Failure::new)?),
    };
    let customer = Customer::of(checked, &program.program, args.filter.as_deref())
        .map_err(|error| cannot_filter(args, &program, error))?;
    let guard = catching();
    let explorer = Explorer::new(&program, other.as_ref(), &customer, guard.clone(), args.seed);
    let (explorer, found, took) = explore(explorer, args);
    let sources = &compiled.analysis.sources;
    let report =
        report::Report { args, program: &program, explorer: &explorer, found: &found, sources };
    print(&report.text())?;
    if let Some(file) = &args.write_test {
        write_test::append(&project, file, &program, &guard, &found, args.seed)?;
    }
    eprintln!("{}", report.summary(took));
    Ok(if found.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

/// The project. A bundle has no example utterances to speak from.
fn open(path: &Path) -> Result<Project, Failure> {
    if path.is_file() && path.extension().is_none_or(|ext| ext != "flow") {
        let message = format!("`{}` is no project: a bundle holds no utterances", path.display());
        return Err(Failure::new(message)
            .with_help("give the project's folder: customers speak from its intents' examples"));
    }
    Project::open(path)
}

fn cannot_filter(args: &FuzzArgs, program: &LoadedProgram, error: String) -> Failure {
    let flows = || program.program.flows.iter().map(|flow| flow.name.as_str());
    let wanted = args.filter.as_deref().unwrap_or_default();
    if flows().any(|name| name == wanted) {
        return Failure::new(error)
            .with_help("take a flow that an intent starts, or that one calls");
    }
    match closest(wanted, flows()) {
        Some(name) => Failure::new(error).with_help(format!("did you mean `{name}`?")),
        None => {
            let known: Vec<&str> = flows().take(8).collect();
            Failure::new(error).with_help(format!("there are: {}", known.join(", ")))
        }
    }
}

fn explore<'p>(explorer: Explorer<'p>, args: &FuzzArgs) -> (Explorer<'p>, Vec<Found>, Duration) {
    let (mut explorer, mut found) = (explorer, Vec::new());
    let (begun, terminal) = (Instant::now(), is_terminal(Stream::Err));
    let mut shown = Instant::now();
    let time = args.time.unwrap_or(DEFAULT_TIME);
    let goes_on = |reached: Reached, begun: Instant| match args.runs {
        Some(runs) => reached.conversations < runs,
        None => begun.elapsed() < time,
    };
    while goes_on(explorer.reached(), begun) {
        found.extend(explorer.play_one());
        if terminal && shown.elapsed() >= SHOW_EVERY {
            shown = Instant::now();
            let Reached { conversations, turns, reached, .. } = explorer.reached();
            let failures = found.len();
            // A sign of life: nothing depends on its being seen.
            let _ = write!(
                std::io::stderr().lock(),
                "\r\x1b[K{conversations} conversations, {turns} turns, {reached} things reached, {failures} failures"
            );
        }
    }
    if terminal {
        let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
    }
    (explorer, found, begun.elapsed())
}

thread_local! {
    /// Whether a panic of this thread is caught and reported here.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs a step and turns its panic into words. The panic's own message is not printed on the way.
fn catching() -> Guard {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                before(info);
            }
        }));
    });
    Arc::new(|run| {
        CATCHING.set(true);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        CATCHING.set(false);
        result.map_err(|cause| {
            let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| cause.downcast_ref::<String>().cloned());
            format!("the engine panicked: {}", text.unwrap_or_default())
        })
    })
}

/// Where a failure is: `change_order.collect`.
fn place(program: &LoadedProgram, found: &Found) -> Option<String> {
    let (flow, state) = found.broken.place?;
    let flow = program.program.flows.get(flow.index())?;
    let state = flow.states.get(state.index())?;
    Some(format!("{}.{}", flow.name, state.name))
}
