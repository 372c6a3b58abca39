//! A check's findings, sorted into those that count and those that do not.

use flowright_compiler::Analysis;
use flowright_compiler::base::SourceMap;
use flowright_compiler::diag::{Diagnostic, Report, Severity, Suppressed, SuppressedBy};

use super::baseline::Baseline;
use super::levels::{Level, Levels};
use crate::project::plural;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) cut: usize,
}

impl Sorted {
    /// Sorts by the options and the baseline, which loses what it matches.
    pub(crate) fn new(
        analysis: &Analysis,
        levels: &Levels,
        mut baseline: Option<&mut Baseline>,
    ) -> Self {
        let mut sorted = Self { cut: analysis.cut, ..Self::default() };
        sorted.suppressed.extend(analysis.allowed.iter().map(|allowed| Suppressed {
            diagnostic: allowed.diagnostic.clone(),
            by: SuppressedBy::Source,
            reason: allowed.reason.clone(),
        }));
        for finding in &analysis.diagnostics {
            let mut finding = finding.clone();
            let by = match levels.of(&finding) {
                Some(Level::Allow) => Some((SuppressedBy::CommandLine, "--allow")),
                Some(Level::Deny) => {
                    finding.severity = Severity::Error;
                    None
                }
                Some(Level::Warn) => {
                    finding.severity = Severity::Warning;
                    None
                }
                None => None,
            };
            let in_baseline = || {
                let baseline = baseline.as_deref_mut()?;
                let takes = baseline.takes(&finding, &analysis.sources);
                takes.then_some((SuppressedBy::Baseline, "in the baseline"))
            };
            match by.or_else(in_baseline) {
                Some((by, reason)) => {
                    let reason = reason.to_owned();
                    sorted.suppressed.push(Suppressed { diagnostic: finding, by, reason });
                }
                None => sorted.findings.push(finding),
            }
        }
        sorted.suppressed.sort_by_key(|hidden| {
            let at = hidden.diagnostic.primary.at;
            (at.file, at.span, hidden.diagnostic.code)
        });
        sorted
    }

    /// For the renderers.
    pub(crate) fn report<'a>(&'a self, sources: &'a SourceMap) -> Report<'a> {
        Report { sources, findings: &self.findings, suppressed: &self.suppressed, cut: self.cut }
    }

    /// `1 error, 2 warnings, 1 allowed, 3 in the baseline`
    pub(crate) fn counted(&self) -> String {
        let errors = self.findings.iter().filter(|d| d.is_error()).count();
        let by_baseline = self.suppressed.iter().filter(|s| s.by == SuppressedBy::Baseline).count();
        let some = |n: usize, word: &str| (n > 0).then(|| plural(n, word));
        let plain = |n: usize, words: &str| (n > 0).then(|| format!("{n} {words}"));
        let findings = [
            some(errors, "error"),
            some(self.findings.len() - errors, "warning"),
            self.findings.is_empty().then(|| "no findings".to_owned()),
            plain(self.cut, "more left out"),
            plain(self.suppressed.len() - by_baseline, "allowed"),
            plain(by_baseline, "in the baseline"),
        ];
        findings.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Whether the check fails.
    pub(crate) fn is_wrong(&self) -> bool {
        self.findings.iter().any(Diagnostic::is_error)
    }
}
