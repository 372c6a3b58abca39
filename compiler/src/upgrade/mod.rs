//! Upgrades: what a new version of a project does to sessions that the old one began.
//!
//! [`diff`] compares two programs and classes every change for sessions in flight: nothing to do,
//! a line of `migrate` is missing, or what they wait for exists no more. With the changes comes a
//! [`MigrationPlan`]: what a runtime needs to move a session from the one to the other.

mod cells;
mod empty;
mod flows;
mod lacks;
mod matching;
mod names;
pub mod plan;
mod render;
mod said;
mod same;
mod tables;
mod takeover;
mod unfilled;
mod values;
mod waits;

use serde::Serialize;

use crate::base::FileSpan;
use crate::diag::Code;
use crate::ir::Program;

pub use plan::MigrationPlan;
pub use render::{ChangeView, class_words, place_of, render_changes};

/// What a change means for sessions in flight, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// They go on.
    Safe,
    /// They go on when `migrate` says how.
    NeedsMigrate,
    /// What they wait for, or hold, has no place any more.
    Breaking,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it means for sessions in flight.
    pub class: Class,
    /// The finding, where there is something to do about it.
    pub code: Option<Code>,
    /// `flow`, `state`, `slot`, `text` and the like.
    pub what: &'static str,
    /// Its name, in the old program if it was there.
    pub name: String,
    /// What has changed and what comes of it: lower case, no final period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where in the old program.
    #[serde(skip)]
    pub old_at: Option<FileSpan>,
    /// Where in the new program.
    #[serde(skip)]
    pub new_at: Option<FileSpan>,
}

impl Change {
    fn new(class: Class, what: &'static str, name: &str) -> Self {
        let code = match class {
            Class::Safe => None,
            Class::NeedsMigrate => Some(Code::E0914),
            Class::Breaking => Some(Code::E0915),
        };
        Self {
            class,
            code,
            what,
            name: name.to_owned(),
            message: String::new(),
            help: None,
            old_at: None,
            new_at: None,
        }
    }

    fn says(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn was_at(mut self, at: FileSpan) -> Self {
        self.old_at = Some(at);
        self
    }

    fn now_at(mut self, at: FileSpan) -> Self {
        self.new_at = Some(at);
        self
    }
}

/// Changes as they are found.
type Found = Vec<Change>;

/// A program with the hash of its bundle.
#[derive(Debug, Clone, Copy)]
pub struct Version<'p> {
    /// Tables and functions.
    pub program: &'p Program,
    /// The bundle's hash.
    pub hash: [u8; 32],
}

/// What lies between two programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Every change, the worst first, then by kind and name.
    pub changes: Vec<Change>,
    /// How sessions move.
    pub plan: MigrationPlan,
}

impl Diff {
    /// The worst of the changes.
    #[must_use]
    pub fn class(&self) -> Class {
        self.changes.iter().map(|change| change.class).max().unwrap_or(Class::Safe)
    }
}

/// Compares two programs.
#[must_use]
pub fn diff(old: Version<'_>, new: Version<'_>) -> Diff {
    let mut found = Found::new();
    let said = said::read(old.program, &old.hash, new.program, &mut found);
    let names = names::Names::new(old.program, new.program, &said);
    let customer = cells::customer(&names, &said, &mut found);
    let session = cells::session(&names, &said, &mut found);
    let spaces = names::Spaces { customer: &customer, session: &session };
    let flows = flows::flows(&names, &said, spaces, &mut found);
    tables::tables(&names, &said, &mut found);
    found.sort_by(|a, b| {
        b.class.cmp(&a.class).then_with(|| (a.what, &a.name).cmp(&(b.what, &b.name)))
    });
    found.dedup();
    let plan = MigrationPlan {
        from: old.hash,
        to: new.hash,
        customer: customer.plan,
        session: session.plan,
        flows,
        intents: names.intents.clone(),
        skills: names.skills.clone(),
        channels: names.channels.clone(),
        languages: new.program.bot.languages.clone(),
    };
    Diff { changes: found, plan }
}
