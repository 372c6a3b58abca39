//! What a check found, as the renderers for machines take it: what counts, and what does not.

use super::Diagnostic;
use crate::base::SourceMap;

/// Findings of one check.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Every source, under the names that readers know.
    pub sources: &'a SourceMap,
    /// What counts, in reading order.
    pub findings: &'a [Diagnostic],
    /// What does not count.
    pub suppressed: &'a [Suppressed],
    /// Findings left out because there were too many.
    pub cut: usize,
}

impl Report<'_> {
    /// Number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|d| d.is_error()).count()
    }

    /// Number of warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.errors()
    }
}

/// A finding that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// What hides it.
    pub by: SuppressedBy,
    /// Why.
    pub reason: String,
}

/// What hides a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressedBy {
    /// An `allow` in the source.
    Source,
    /// An option of the command.
    CommandLine,
    /// The baseline file.
    Baseline,
}
