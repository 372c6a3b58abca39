//! `flowright check --write-test FILE`: conversations that refute a property, as `test` blocks. The
//! customer's part comes from the proof; the bot's is what it really says.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use flowright_compiler::base::SourceProvider;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::prove::{Answer, Counterexample, Line};
use flowright_compiler::{Analysis, bundle, compile};
use flowright_engine::transcript::{Recorded, record_test};

use crate::failure::{Failure, write_file};
use crate::project::{Project, load};

/// Name of the file that holds the customer's part while it is played; no project has it.
const DRAFT: &str = "counterexample draft.flow";

/// Appends a test for each refuted property to `file`; gives how many.
pub(crate) fn write_tests(
    project: &Project,
    analysis: &Analysis,
    file: &Path,
) -> Result<usize, Failure> {
    let found = &analysis.proofs.counterexamples;
    if found.is_empty() {
        return Ok(0);
    }
    let mut text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(Failure::file("read", file, &e)),
    };
    for one in found {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&test(project, analysis, one)?);
    }
    write_file(file, text.as_bytes())?;
    Ok(found.len())
}

/// One test, with what the bot says.
fn test(project: &Project, analysis: &Analysis, one: &Counterexample) -> Result<String, Failure> {
    let head = head(analysis, one);
    let draft = format!("{head}{}}}\n", customers_part(one));
    let mut text = head;
    for line in play(project, &draft)? {
        let _ = match line {
            Recorded::User(said) => writeln!(text, "\n  user {}", quoted(&said)),
            Recorded::Bot(said) => writeln!(text, "  bot  {}", quoted(&said)),
            Recorded::Silence(ms) => writeln!(text, "\n  silence {}s", ms / 1_000),
        };
    }
    match one.property.rsplit_once(" before ") {
        Some((_, action)) => {
            let _ = writeln!(text, "  expect not called {action}");
        }
        None => text.push_str("  expect ended resolved\n"),
    }
    text.push_str("}\n");
    Ok(text)
}

/// The settings of the test: its day and what actions answer.
fn head(analysis: &Analysis, one: &Counterexample) -> String {
    let name = format!("{}: {}", one.flow, one.property).replace(['"', '\\', '{', '}'], "'");
    let mut text = format!("test \"{name}\" {{\n  today 2026-06-01\n");
    if let Some(project) = &analysis.project
        && let Some(lang) = project.bot.languages.first()
    {
        let _ = writeln!(text, "  language {lang}");
    }
    if !one.customer.is_empty() {
        let fields: Vec<String> =
            one.customer.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let _ = writeln!(text, "  customer {{ {} }}", fields.join("  "));
    }
    let name = |action: &flowright_compiler::ir::ActionId| {
        let project = analysis.project.as_ref();
        project.and_then(|p| p.actions.get(action.index())).map_or("", |a| a.name.as_str())
    };
    for line in &one.lines {
        let Line::Action { action, answer } = line else { continue };
        let name = name(action);
        let _ = match answer {
            Answer::Error(error) => writeln!(text, "  given {name} -> {error}"),
            Answer::Fails => writeln!(text, "  given {name} -> fails"),
            // What gives nothing back succeeds by itself.
            Answer::Fields(fields) if fields.is_empty() => Ok(()),
            Answer::Fields(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                writeln!(text, "  given {name} -> {{ {} }}", fields.join(", "))
            }
        };
    }
    text
}

fn customers_part(one: &Counterexample) -> String {
    let mut text = String::new();
    for line in &one.lines {
        let _ = match line {
            Line::Customer(said) => writeln!(text, "  user {}", quoted(said)),
            Line::Silence(ms) => writeln!(text, "  silence {}s", ms / 1_000),
            _ => Ok(()),
        };
    }
    text
}

/// Plays the customer's part in the project.
fn play(project: &Project, draft: &str) -> Result<Vec<Recorded>, Failure> {
    let mut sources = project.sources().map_err(Failure::new)?;
    sources.push((DRAFT.to_owned(), Arc::from(draft)));
    let analysis = flowright_compiler::analyse(&MemorySources(sources)).map_err(Failure::new)?;
    let built = compile::build(&analysis).map_err(Failure::new)?;
    let encoded = bundle::write(&built).map_err(|e| Failure::new(e.to_string()))?;
    let program = load(&encoded.bytes, true).map_err(Failure::new)?;
    let tests = &program.program.tests;
    let of_draft = |at: flowright_compiler::base::FileSpan| {
        let file = program.program.files.get(at.file.0 as usize);
        file.is_some_and(|file| file.label == DRAFT)
    };
    let test = tests.iter().find(|test| of_draft(test.at));
    Ok(test.map(|test| record_test(&program, test)).unwrap_or_default())
}

/// A text as the language writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
