//! Findings as GitLab's code quality report: a list of issues with fingerprints that stay.

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::place::Place;
use super::{Report, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// One JSON list. Errors are `major`, warnings `minor`.
#[must_use]
pub fn render_gitlab(report: &Report<'_>) -> String {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Issue<'_>> = report
        .findings
        .iter()
        .map(|finding| {
            let place = Place::new(finding.primary.at, report.sources);
            let own = fingerprints.next(finding, report.sources);
            Issue {
                description: format!("{}: {}", finding.code, finding.message),
                check_name: finding.code.slug(),
                // Two files may hold the same line.
                fingerprint: blake3::hash(format!("{} {own}", place.file).as_bytes())
                    .to_hex()
                    .chars()
                    .take(32)
                    .collect(),
                severity: match finding.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                },
                location: Location {
                    path: place.file,
                    lines: Lines { begin: place.line, end: place.end_line },
                },
            }
        })
        .collect();
    serde_json::to_string_pretty(&issues).unwrap_or_default()
}
