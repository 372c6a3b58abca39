//! A project that is checked again and again: after each edit, in an editor, while it is watched.
//!
//! What an edit cannot have changed is remembered: trees of declarations by their text, what was
//! found of a flow by its text, the texts of all that it may name and what the flows do that it
//! meets. What comes out is the same to the last byte as what [`crate::analyse`] gives.

use crate::base::SourceProvider;
use crate::base::limits::EXAMPLES_TIMES_INTENTS_MAX;
use crate::compile::{Analysis, Memory, analyse_loaded};
use crate::project::{self, Files};

/// See the module.
#[derive(Debug, Default)]
pub struct Workspace {
    files: Files,
    memory: Memory,
}

/// Work done since a workspace was made. What was remembered does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Declarations parsed.
    pub parsed: u64,
    /// Flows whose names and types were looked at.
    pub resolved: u64,
    /// Flows whose ways were followed.
    pub followed: u64,
}

impl Workspace {
    /// Checks the project as it is now.
    ///
    /// # Errors
    /// What kept the sources from being read.
    pub fn check(&mut self, provider: &dyn SourceProvider) -> Result<Analysis, String> {
        let loaded = self.files.load(project::texts(provider)?).with_articles(provider)?;
        let work_max = EXAMPLES_TIMES_INTENTS_MAX;
        let analysis =
            analyse_loaded(loaded, provider.encoder()?, work_max, Some(&mut self.memory))?;
        self.memory.sema.end_check();
        // Where names or types were wrong, no flow was looked at further: the next check may go on
        // from what an earlier one found.
        if analysis.project.is_some() {
            self.memory.checks.end_check();
        }
        Ok(analysis)
    }

    /// How much work that was.
    #[must_use]
    pub fn work(&self) -> Work {
        Work {
            parsed: self.files.parsed_decls(),
            resolved: self.memory.sema.flows_checked(),
            followed: self.memory.checks.followed(),
        }
    }
}
