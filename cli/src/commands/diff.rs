//! `flowright diff`: what a new version does to conversations that the old one began.

use std::path::Path;

use flowright_compiler::ir::Program;
use flowright_compiler::upgrade::{
    ChangeView, Class, Diff, MigrationPlan, Version, class_words, diff, render_changes,
};
use flowright_engine::LoadedProgram;
use flowright_engine::compare::{Comparison, Difference, Limits, compare};
use serde::Serialize;

use crate::Outcome;
use crate::args::{DiffArgs, Format};
use crate::failure::{Failure, print, print_json};
use crate::progress::Progress;
use crate::runnable::Runnable;
use crate::style::{Stream, paint};

/// Version of the form of the JSON document.
const SCHEMA_VERSION: u32 = 1;

pub(crate) fn run(args: &DiffArgs) -> Result<Outcome, Failure> {
    let (old, new) = (open(&args.old)?, open(&args.new)?);
    let version = |loaded: &LoadedProgram| loaded.bundle;
    let diff = diff(
        Version { program: &old.program, hash: version(&old) },
        Version { program: &new.program, hash: version(&new) },
    );
    let comparison = {
        let _progress = Progress::begin("comparing conversations");
        compare(&old, &new, &diff.plan, Limits::default())
    };
    match args.format {
        Format::Human => {
            print(&changes_for_people(&diff, &old.program, &new.program))?;
            print(&conversation(&comparison))?;
            let (was, is) = (hash_words(&old.bundle), hash_words(&new.bundle));
            let classes: Vec<Class> = diff.changes.iter().map(|change| change.class).collect();
            eprintln!("{was} -> {is}: {}", counted(&classes));
        }
        Format::Json => {
            print_json(&document(&diff, &comparison, &old.program, &new.program))?;
        }
    }
    Ok(if diff.class() == Class::Safe { Outcome::Fine } else { Outcome::Findings })
}

/// A version that does not compile cannot be compared.
fn open(path: &Path) -> Result<LoadedProgram, Failure> {
    match Runnable::open_quietly(path)? {
        Some(runnable) => runnable.load(true),
        None => Err(Failure::new(format!("`{}` does not compile", path.display()))
            .with_help("mend its errors first: `flowright check`")),
    }
}

fn hash_words(hash: &[u8; 32]) -> String {
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// How many changes there are of each class.
pub(crate) fn counted(classes: &[Class]) -> String {
    let count = |class| classes.iter().filter(|of| **of == class).count();
    let words = |class| format!("{} {}", count(class), class_words(class));
    [Class::Breaking, Class::NeedsMigrate, Class::Safe].map(words).join(", ")
}

fn changes_for_people(diff: &Diff, old: &Program, new: &Program) -> String {
    let mut text = String::new();
    for change in &diff.changes {
        let shown = render_changes(std::slice::from_ref(change), old, new);
        let (head, rest) = shown.split_once(':').unwrap_or((&shown, ""));
        let color = match (change.class, change.code) {
            (Class::Safe, None) => "32",
            (Class::Safe, Some(_)) | (Class::NeedsMigrate, _) => "1;33",
            (Class::Breaking, _) => "1;31",
        };
        text.push_str(&format!("{}:{rest}", paint(Stream::Out, color, head)));
    }
    text
}

fn conversation(comparison: &Comparison) -> String {
    let count = comparison.conversations;
    match (&comparison.difference, comparison.limited) {
        (Some(difference), _) => story(difference),
        (None, true) => {
            format!("\nno conversation among the first {count} goes differently; there are more\n")
        }
        (None, false) => format!("\nno conversation goes differently ({count} places looked at)\n"),
    }
}

fn story(difference: &Difference) -> String {
    let mut text = "\nthe shortest conversation that goes differently:\n".to_owned();
    let mut line = |who: &str, what: &str| text.push_str(&format!("  {who:9} {what}\n"));
    for (field, value) in &difference.customer {
        line("customer", &format!("{field}: {value}"));
    }
    let last = difference.exchanges.len().saturating_sub(1);
    for (number, exchange) in difference.exchanges.iter().enumerate() {
        line("", &format!("> {}", exchange.what));
        if number == last {
            let sides = [
                ("before", &exchange.before, &difference.before),
                ("now", &exchange.now, &difference.now),
            ];
            for (who, said, did) in sides {
                said.iter().for_each(|text| line(who, text));
                did.iter().for_each(|did| line(who, &format!("[{did}]")));
            }
        } else {
            exchange.now.iter().for_each(|text| line("bot", text));
        }
    }
    text
}

#[derive(Serialize)]
struct Document<'d> {
    schema_version: u32,
    old: String,
    new: String,
    class: Class,
    changes: Vec<ChangeView>,
    conversation: &'d Comparison,
    plan: &'d MigrationPlan,
}

fn document<'d>(
    diff: &'d Diff,
    comparison: &'d Comparison,
    old: &Program,
    new: &Program,
) -> Document<'d> {
    let hash = |hash: &[u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Document {
        schema_version: SCHEMA_VERSION,
        old: hash(&diff.plan.from),
        new: hash(&diff.plan.to),
        class: diff.class(),
        changes: diff.changes.iter().map(|change| ChangeView::new(change, old, new)).collect(),
        conversation: comparison,
        plan: &diff.plan,
    }
}
