//! A finding as data. Prose is written where the finding is made; every output format renders this.

use serde::{Deserialize, Serialize};

use super::{Code, Severity};
use crate::base::FileSpan;

/// A place with a few words about what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub at: FileSpan,
    /// What is here (primary) or why it matters (related). May be empty.
    pub text: String,
}

/// One replacement in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub at: FileSpan,
    /// The new text.
    pub text: String,
}

/// A change that mends the finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What applying it does, in the imperative.
    pub title: String,
    /// Its edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong: lower case, no final period, names in backticks.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// What to do about it.
    pub help: Vec<String>,
    /// Mechanical changes that mend it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding of `code` at `at`, with the code's own severity.
    #[must_use]
    pub fn new(code: Code, at: FileSpan, message: impl Into<String>) -> Self {
        let primary = Label { at, text: String::new() };
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary,
            related: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says what is at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a related place.
    #[must_use]
    pub fn related(mut self, at: FileSpan, text: impl Into<String>) -> Self {
        self.related.push(Label { at, text: text.into() });
        self
    }

    /// Adds a sentence of advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a replacement of `at` by `text` as a fix.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, at: FileSpan, text: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { at, text: text.into() }] });
        self
    }

    /// Whether it keeps the project from being compiled.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
