//! `flowright doctor`: what is wrong with a project where it runs, one thing a line, and what to do.

mod address;
mod project;
mod store;

use serde::Serialize;

use crate::Outcome;
use crate::args::{DoctorArgs, Format};
use crate::failure::{Failure, print, print_json};
use crate::stores::folder_there;
use crate::style::{Stream, paint};

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Warning,
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Thing {
    thing: &'static str,
    state: State,
    says: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// What is damaged, each by its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

impl Thing {
    fn new(thing: &'static str, state: State, says: impl Into<String>) -> Self {
        Self { thing, state, says: says.into(), help: None, details: Vec::new() }
    }

    fn ok(thing: &'static str, says: impl Into<String>) -> Self {
        Self::new(thing, State::Ok, says)
    }

    fn warning(thing: &'static str, says: impl Into<String>, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::new(thing, State::Warning, says) }
    }

    fn fault(thing: &'static str, says: impl Into<String>, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::new(thing, State::Fault, says) }
    }

    /// What kept something from being done.
    fn failed(thing: &'static str, failure: &Failure) -> Self {
        let (says, help) = failure.parts();
        Self { help, ..Self::new(thing, State::Fault, says) }
    }

    fn line(&self) -> String {
        let (word, color) = match self.state {
            State::Ok => ("ok", "1;32"),
            State::Warning => ("warning", "1;33"),
            State::Fault => ("fault", "1;31"),
        };
        // Spaces behind the colours, so that columns are the same with and without.
        let (word, space) = (paint(Stream::Out, color, word), " ".repeat(9 - word.len()));
        let mut text = format!("{word}{space}{:<14} {}\n", self.thing, self.says);
        let indent = " ".repeat(24);
        for detail in &self.details {
            text.push_str(&format!("{indent}- {detail}\n"));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("{indent}{} {help}\n", paint(Stream::Out, "1;36", "help:")));
        }
        text
    }
}

/// All of it, for programs.
#[derive(Debug, Serialize)]
struct Report<'r> {
    schema_version: u32,
    result: State,
    things: &'r [Thing],
}

pub(crate) fn run(args: &DoctorArgs) -> Result<Outcome, Failure> {
    let look = &args.look;
    let folder = folder_there(&look.project)?;
    let mut things = Vec::new();
    let config = project::look(&look.project, &folder, look.config.as_deref(), &mut things);
    let served = config.as_ref().is_some_and(|known| address::look(known, &mut things));
    if let Some(known) = &config {
        address::look_grpc(known, served, &mut things);
    }
    let named = config.as_ref().map(|known| folder.join(&known.config.store.path));
    match look.store.clone().or(named) {
        Some(path) => store::look(&path, served, &mut things),
        None => things.push(Thing::warning(
            "store",
            "not looked at: the configuration says where it is, and cannot be read",
            "mend the configuration, or name the file with `--store FILE`",
        )),
    }
    let result = things.iter().map(|thing| thing.state).max().unwrap_or(State::Ok);
    match look.format {
        Format::Human => print(&things.iter().map(Thing::line).collect::<String>())?,
        Format::Json => print_json(&Report { schema_version: 1, result, things: &things })?,
    }
    Ok(if result == State::Fault { Outcome::Findings } else { Outcome::Fine })
}
