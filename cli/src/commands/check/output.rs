//! A check's findings in the form that was asked for.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::{SourceMap, is_standard};
use flowright_compiler::diag::github::render_github;
use flowright_compiler::diag::gitlab::render_gitlab;
use flowright_compiler::diag::json::render_json_report;
use flowright_compiler::diag::place::Place;
use flowright_compiler::diag::render::render_human;
use flowright_compiler::diag::sarif::render_sarif;
use flowright_compiler::diag::short::render_short;
use flowright_compiler::diag::{Report, Suppressed, SuppressedBy};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::args::CheckFormat;
use crate::failure::Failure;

/// The whole output. `color` is for people on a terminal only.
///
/// # Errors
/// When a form cannot be written.
pub(crate) fn render(
    report: &Report<'_>,
    format: CheckFormat,
    color: bool,
) -> Result<String, Failure> {
    Ok(match format {
        CheckFormat::Human => human(report, color),
        CheckFormat::Short => render_short(report),
        CheckFormat::Json => render_json_report(report) + "\n",
        CheckFormat::Sarif => render_sarif(report) + "\n",
        CheckFormat::Github => render_github(report),
        CheckFormat::Gitlab => render_gitlab(report) + "\n",
        CheckFormat::Junit => junit(report)?,
    })
}

fn human(report: &Report<'_>, color: bool) -> String {
    let one = |finding| render_human(finding, report.sources, color);
    let mut text: String = report.findings.iter().map(one).collect();
    if report.cut > 0 {
        text.push_str(&format!("and {} more findings\n\n", report.cut));
    }
    text
}

/// What does not count, one a line, with the reasons.
pub(crate) fn allowed(suppressed: &[Suppressed], sources: &SourceMap) -> String {
    let one = |hidden: &Suppressed| {
        let Place { file, line, column, .. } = Place::new(hidden.diagnostic.primary.at, sources);
        let why = match hidden.by {
            SuppressedBy::Source => format!("allowed: {}", hidden.reason),
            SuppressedBy::CommandLine => "allowed by --allow".to_owned(),
            SuppressedBy::Baseline => "in the baseline".to_owned(),
        };
        let (code, message) = (hidden.diagnostic.code, &hidden.diagnostic.message);
        format!("{file}:{line}:{column}: {code}: {message} ({why})\n")
    };
    suppressed.iter().map(one).collect()
}

/// One suite a file and one case a finding: errors failed, warnings passed and are printed. A file
/// without findings has one case that passed.
fn junit(report: &Report<'_>) -> Result<String, Failure> {
    let mut junit = quick_junit::Report::new("flowright check");
    for (id, file) in report.sources.iter() {
        let own = || report.findings.iter().filter(|finding| finding.primary.at.file == id);
        if is_standard(&file.label) && own().next().is_none() {
            continue;
        }
        let mut suite = TestSuite::new(file.label.as_str());
        for finding in own() {
            let place = Place::new(finding.primary.at, report.sources);
            let text = render_human(finding, report.sources, false);
            let name = format!("{} {}:{}", finding.code, place.line, place.column);
            let mut case = if finding.is_error() {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type("error").set_message(finding.message.as_str());
                status.set_description(text);
                TestCase::new(name, status)
            } else {
                let mut case = TestCase::new(name, TestCaseStatus::success());
                case.set_system_out(text);
                case
            };
            case.set_classname(file.label.as_str());
            case.extra.insert("file".into(), file.label.as_str().into());
            case.extra.insert("line".into(), place.line.to_string().into());
            suite.add_test_case(case);
        }
        if own().next().is_none() {
            suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        }
        junit.add_test_suite(suite);
    }
    if report.cut > 0 {
        let mut suite = TestSuite::new("left out");
        let name = format!("and {} more findings", report.cut);
        suite.add_test_case(TestCase::new(name, TestCaseStatus::success()));
        junit.add_test_suite(suite);
    }
    let text = junit.to_string();
    text.map_err(|e| Failure::new(format!("the JUnit report could not be written: {e}")))
}

/// The sources with names that a service finds from where the command runs: without `./`, and
/// relative where they can be.
pub(crate) fn for_machines(sources: &SourceMap) -> SourceMap {
    let here = std::env::current_dir().ok();
    let mut renamed = SourceMap::default();
    for (_, file) in sources.iter() {
        let label = match is_standard(&file.label) {
            true => file.label.clone(),
            false => machine_path(Path::new(&file.label), here.as_deref()),
        };
        renamed.add(label, Arc::clone(&file.text));
    }
    renamed
}

fn machine_path(path: &Path, here: Option<&Path>) -> String {
    let joined = here.map_or_else(|| path.to_owned(), |here| here.join(path));
    let mut plain = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    let relative = here.and_then(|here| plain.strip_prefix(here).ok());
    let shown = relative.unwrap_or(&plain).display().to_string();
    shown.replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_where_the_command_runs() {
        let here = Path::new("/repo/bots");
        for (path, shown) in [
            ("./a.flow", "a.flow"),
            ("x/./y/../a.flow", "x/a.flow"),
            ("/repo/bots/x/a.flow", "x/a.flow"),
            ("../a.flow", "/repo/a.flow"),
        ] {
            assert_eq!(machine_path(Path::new(path), Some(here)), shown, "{path}");
        }
    }
}
