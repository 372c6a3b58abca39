//! `flowright test`.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flowright_compiler::base::{FileSpan, is_standard};
use flowright_compiler::ir::{Program, TestDef};
use flowright_engine::LoadedProgram;
use flowright_engine::model::Session;
use flowright_engine::transcript::{
    Failure as TestFailure, Find, ReportLine, TestReport, run_test_with,
};
use flowright_runtime::knowledge::find;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use crate::Outcome;
use crate::args::{TestArgs, TestFormat};
use crate::coverage::coverage_table;
use crate::failure::{Failure, print, write_file};
use crate::progress::Progress;
use crate::runnable::{Runnable, articles};
use crate::style::{Stream, paint};

/// A test with how it went.
struct Done<'p> {
    test: &'p TestDef,
    report: TestReport,
    took: Duration,
}

pub(crate) fn run(args: &TestArgs) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open(&args.path)? else { return Ok(Outcome::Findings) };
    let loaded = runnable.load(args.no_jit)?;
    let program = &loaded.program;
    let wanted = |test: &&TestDef| args.filter.as_ref().is_none_or(|f| test.name.contains(f));
    let tests: Vec<&TestDef> = program.tests.iter().filter(wanted).collect();
    if tests.is_empty() {
        return Err(nothing_to_run(args, program));
    }
    let begun = Instant::now();
    let articles = articles(&loaded)?;
    let find = |session: &Session, text: &str| find(&articles, &loaded, session, text);
    let done = run_all(&loaded, &tests, &find);
    let took = begun.elapsed();
    let show = Show { program, folder: runnable.folder.display().to_string() };
    match args.format {
        TestFormat::Human => print(&show.human(&done, args.transcripts))?,
        TestFormat::Json => print(&show.json(&done))?,
        TestFormat::Junit => print(&show.junit(&done)?)?,
    }
    if let Some(path) = &args.junit {
        write_file(path, show.junit(&done)?.as_bytes())?;
    }
    if args.coverage {
        let entered = done.iter().flat_map(|done| &done.report.entered);
        let text = coverage_table(program, entered, None);
        if args.format == TestFormat::Human { print(&text)? } else { eprint!("{text}") }
    }
    let failed = done.iter().filter(|done| !done.report.passed()).count();
    let how = if args.no_jit { "interpreted" } else { "machine code" };
    let count = format!("{} passed, {failed} failed", done.len() - failed);
    let color = if failed > 0 { "1;31" } else { "1;32" };
    eprintln!("{} ({how}, {} ms)", paint(Stream::Err, color, &count), took.as_millis());
    Ok(if failed > 0 { Outcome::Findings } else { Outcome::Fine })
}

fn nothing_to_run(args: &TestArgs, program: &Program) -> Failure {
    match &args.filter {
        Some(filter) if !program.tests.is_empty() => {
            let names: Vec<&str> = program.tests.iter().map(|t| t.name.as_str()).take(8).collect();
            Failure::new(format!("no test's name contains `{filter}`"))
                .with_help(format!("there are: {}", names.join(", ")))
        }
        _ => Failure::new(format!("`{}` has no tests", args.path.display()))
            .with_help("write one: test \"a name\" { user \"…\"  bot \"…\" }"),
    }
}

/// Runs tests on all cores; the results are in the order of the tests.
fn run_all<'p>(loaded: &LoadedProgram, tests: &[&'p TestDef], find: Find<'_>) -> Vec<Done<'p>> {
    let _progress = Progress::begin(format!("running {} tests", tests.len()));
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(tests.len())));
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(tests.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(test) = tests.get(number) else { return };
                    let begun = Instant::now();
                    let report = run_test_with(loaded, test, find);
                    let one = Done { test, report, took: begun.elapsed() };
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((number, one));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, done)| done).collect()
}

/// Writes results.
struct Show<'p> {
    program: &'p Program,
    folder: String,
}

impl Show<'_> {
    /// `flows/order_change/tests.flow:12`
    fn place(&self, at: FileSpan) -> (String, usize) {
        let Some(file) = self.program.files.get(at.file.0 as usize) else {
            return (String::new(), 0);
        };
        let line = file.line_starts.partition_point(|start| *start <= at.span.start);
        let own = !is_standard(&file.label) && !matches!(self.folder.as_str(), "" | ".");
        let label =
            if own { format!("{}/{}", self.folder, file.label) } else { file.label.clone() };
        (label, line)
    }

    fn human(&self, done: &[Done<'_>], transcripts: bool) -> String {
        let mut text = String::new();
        for Done { report, .. } in done {
            let (color, word) = if report.passed() { ("32", "ok  ") } else { ("1;31", "FAIL") };
            text.push_str(&format!("{} {}\n", paint(Stream::Out, color, word), report.name));
            if transcripts || !report.passed() {
                text.push_str(&transcript(report));
            }
            if let Some(failure) = &report.failure {
                text.push_str(&self.failure(failure));
            }
        }
        text
    }

    fn failure(&self, failure: &TestFailure) -> String {
        let (file, line) = self.place(failure.at);
        let mut text = match (&failure.expected, &failure.actual) {
            (None, None) => String::new(),
            (expected, actual) => diff(expected.as_deref(), actual.as_deref()),
        };
        text.push_str(&format!("     {file}:{line}: {}\n\n", failure.message));
        text
    }

    fn json(&self, done: &[Done<'_>]) -> String {
        let test = |done: &Done<'_>| {
            let (file, line) = self.place(done.test.at);
            let failure = done.report.failure.as_ref().map(|failure| {
                let (file, line) = self.place(failure.at);
                json!({ "file": file, "line": line, "message": failure.message,
                        "expected": failure.expected, "actual": failure.actual })
            });
            let line_of = |l: &flowright_engine::transcript::ReportLine| json!({ "who": l.who, "text": l.text });
            json!({
                "name": done.report.name, "file": file, "line": line, "passed": done.report.passed(),
                "seconds": done.took.as_secs_f64(), "failure": failure,
                "transcript": done.report.lines.iter().map(line_of).collect::<Vec<_>>(),
            })
        };
        let failed = done.iter().filter(|done| !done.report.passed()).count();
        let document = json!({
            "schema_version": 1, "passed": done.len() - failed, "failed": failed,
            "tests": done.iter().map(test).collect::<Vec<_>>(),
        });
        format!("{document:#}\n")
    }

    fn junit(&self, done: &[Done<'_>]) -> Result<String, Failure> {
        let bot = self.program.bot.name.as_str();
        let mut suite = TestSuite::new(bot);
        for Done { test, report, took } in done {
            let status = match &report.failure {
                None => TestCaseStatus::success(),
                Some(failure) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    let (file, line) = self.place(failure.at);
                    let message = format!("{file}:{line}: {}", failure.message);
                    let plain = diff_plain(failure.expected.as_deref(), failure.actual.as_deref());
                    status
                        .set_message(message)
                        .set_description(format!("{}{plain}", transcript(report)));
                    status
                }
            };
            let mut case = TestCase::new(report.name.as_str(), status);
            let (file, line) = self.place(test.at);
            case.set_classname(bot).set_time(*took);
            case.extra.insert("file".into(), file.into());
            case.extra.insert("line".into(), line.to_string().into());
            suite.add_test_case(case);
        }
        let mut report = Report::new("flowright test");
        report.add_test_suite(suite);
        report
            .to_string()
            .map_err(|e| Failure::new(format!("the JUnit report could not be written: {e}")))
    }
}

fn transcript(report: &TestReport) -> String {
    transcript_of(&report.lines)
}

/// A conversation in lines, as results show it.
pub(crate) fn transcript_of(lines: &[ReportLine]) -> String {
    lines.iter().map(|line| format!("       {:<5} {}\n", line.who, line.text)).collect()
}

/// What a test wants and what came, one below the other.
fn diff(expected: Option<&str>, actual: Option<&str>) -> String {
    let line = |sign: &str, color: &str, text: &str| {
        paint(Stream::Out, color, &format!("     {sign} bot   {text}")) + "\n"
    };
    let expected = expected.map_or_else(String::new, |text| line("-", "31", text));
    let actual = actual.map_or_else(|| line("+", "32", "(nothing)"), |text| line("+", "32", text));
    expected + &actual
}

fn diff_plain(expected: Option<&str>, actual: Option<&str>) -> String {
    let expected = expected.map_or_else(String::new, |text| format!("     - bot   {text}\n"));
    expected + &actual.map_or_else(String::new, |text| format!("     + bot   {text}\n"))
}
