//! The project's `test` blocks: which there are, how they go, and what of the flows they come through.

mod covered;

use std::collections::BTreeSet;
use std::time::Instant;

use flowright_compiler::base::{FileSpan, SourceMap, is_standard};
use flowright_compiler::ir::TestDef;
use flowright_compiler::syntax::ast::DeclKind;
use flowright_compiler::syntax::parse;
use flowright_engine::Entered;
use flowright_engine::model::{FoundArticle, Session};
use flowright_engine::transcript::{TestReport, run_test_with};
use serde::Serialize;

use super::program::Ready;

pub use self::covered::{Coverage, FileCoverage, FlowCovered, StateCovered, WayCovered};

/// A test of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestItem {
    /// The same as long as its file and its name are.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its name in the sources.
    pub location: FileSpan,
    /// All of it.
    #[serde(skip)]
    pub block: FileSpan,
}

/// A line of a test's conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestLine {
    /// `user`, `bot`, `call`, `time`.
    pub who: &'static str,
    /// What was said or done.
    pub text: String,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    /// Which.
    pub id: String,
    /// Whether it went as it says.
    pub passed: bool,
    /// How long it took.
    pub ms: u64,
    /// What was not as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What happened instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// The line that was not so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<FileSpan>,
    /// The conversation, up to there.
    pub lines: Vec<TestLine>,
}

/// How tests went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// One for each that was asked for.
    pub results: Vec<TestResult>,
    /// What they came through, all together.
    pub coverage: Coverage,
}

/// The tests in the project's own files, in the order of the text. Errors elsewhere take none away.
#[must_use]
pub fn list(sources: &SourceMap) -> Vec<TestItem> {
    let mut tests = Vec::new();
    for (file, source) in sources.iter() {
        // To look for the word costs less than to parse.
        if is_standard(&source.label) || !source.text.contains("test") {
            continue;
        }
        for decl in parse(&source.text, file).decls {
            let DeclKind::Test(test) = &decl.node.kind else { continue };
            let at = |span: flowright_compiler::base::Span| FileSpan {
                file,
                span: span.shifted(decl.origin),
            };
            tests.push(TestItem {
                id: id_of(&source.label, &test.name.value),
                name: test.name.value.clone(),
                location: at(test.name.span),
                block: at(decl.node.span),
            });
        }
    }
    tests
}

/// Runs the tests of these ids, or all. `stop` is asked before each whether to go on.
#[must_use]
pub fn run(ready: &Ready, ids: Option<&[String]>, stop: &dyn Fn() -> bool) -> Ran {
    let known: Vec<(String, &TestDef)> = ready
        .program()
        .tests
        .iter()
        .filter_map(|test| {
            let file = ready.sources.get(test.at.file)?;
            (!is_standard(&file.label)).then(|| (id_of(&file.label, &test.name), test))
        })
        .collect();
    let mut entered: Vec<Entered> = Vec::new();
    let mut results = Vec::new();
    let wanted: Vec<&String> = match ids {
        Some(ids) => ids.iter().collect::<BTreeSet<_>>().into_iter().collect(),
        None => known.iter().map(|(id, _)| id).collect(),
    };
    for id in wanted {
        if stop() {
            break;
        }
        match known.iter().find(|(known, _)| known == id) {
            Some((_, test)) => {
                let (result, report) = run_one(ready, id, test);
                entered.extend(report.entered);
                results.push(result);
            }
            None => results.push(missing(id)),
        }
    }
    Ran { results, coverage: Coverage::of(ready, &entered) }
}

fn run_one(ready: &Ready, id: &str, test: &TestDef) -> (TestResult, TestReport) {
    let find = |session: &Session, text: &str| -> Vec<FoundArticle> { ready.find(session, text) };
    let begun = Instant::now();
    let report = run_test_with(&ready.loaded, test, &find);
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let failure = report.failure.clone();
    let line = |line: &flowright_engine::transcript::ReportLine| TestLine {
        who: line.who,
        text: line.text.clone(),
    };
    let result = TestResult {
        id: id.to_owned(),
        passed: report.passed(),
        ms,
        message: failure.as_ref().map(|failure| failure.message.clone()),
        location: failure.as_ref().map(|failure| failure.at),
        expected: failure.as_ref().and_then(|failure| failure.expected.clone()),
        actual: failure.and_then(|failure| failure.actual),
        lines: report.lines.iter().map(line).collect(),
    };
    (result, report)
}

/// A test that is not in the program: it has errors of its own, or is gone.
fn missing(id: &str) -> TestResult {
    failed(id, "the test is not part of the program: it is gone, or has errors")
}

/// A test that did not run.
#[must_use]
pub fn failed(id: &str, why: &str) -> TestResult {
    TestResult {
        id: id.to_owned(),
        passed: false,
        ms: 0,
        message: Some(why.to_owned()),
        expected: None,
        actual: None,
        location: None,
        lines: Vec::new(),
    }
}

fn id_of(label: &str, name: &str) -> String {
    format!("{label}#{name}")
}
