//! Findings one a line, as compilers print them for editors and `grep`.

use super::place::Place;
use super::{Report, Severity};

/// `file:line:column: error[E0201]: message`, columns in characters.
#[must_use]
pub fn render_short(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings {
        let Place { file, line, column, .. } = Place::new(finding.primary.at, report.sources);
        let severity = word(finding.severity);
        let (code, message) = (finding.code, &finding.message);
        text.push_str(&format!("{file}:{line}:{column}: {severity}[{code}]: {message}\n"));
    }
    if report.cut > 0 {
        text.push_str(&format!("and {} more findings\n", report.cut));
    }
    text
}

/// A severity in lower case.
pub(super) const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
