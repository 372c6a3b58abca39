//! Utterances with their intents, from a file of tab-separated lines.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use flowright_compiler::diag::closest;

use crate::failure::Failure;

/// Largest file that is read.
const BYTES_MAX: u64 = 64 << 20;
/// Labels of utterances that no intent is for, unless there is an intent of that name.
const OUTSIDE: [&str; 3] = ["-", "oos", "out_of_scope"];
/// Labels that are named where several are unknown.
const NAMED: usize = 5;

/// What a line is made of.
const FORM: &str = "write the utterance, a tab, and its intent; or `-` where none is for it";

/// One utterance.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) text: String,
    /// Its intent; nothing where no intent is for it.
    pub(super) intent: Option<String>,
}

/// Reads a file; every label is an intent of `known`, or says that there is none.
///
/// # Errors
/// What is wrong with it, and in which line.
pub(super) fn read(path: &Path, known: &BTreeSet<&str>) -> Result<Vec<Row>, Failure> {
    let size = fs::metadata(path).map_err(|e| Failure::file("read", path, &e))?.len();
    if size > BYTES_MAX {
        let message = format!("`{}` is larger than {} MB", path.display(), BYTES_MAX >> 20);
        return Err(Failure::new(message).with_help("ask a part of it"));
    }
    let bytes = fs::read(path).map_err(|e| Failure::file("read", path, &e))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format!("{}:{line}: this line is not UTF-8", path.display()))
            .with_help("save the file as UTF-8")
    })?;
    parse(&text, known).map_err(|(line, what, help)| {
        Failure::new(format!("{}:{line}: {what}", path.display())).with_help(help)
    })
}

/// The line, what is wrong with it, what to do.
type Wrong = (usize, String, String);

fn parse(text: &str, known: &BTreeSet<&str>) -> Result<Vec<Row>, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    let mut unknown: Vec<(usize, &str)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Some((text, label)) = line.rsplit_once('\t') else {
            return Err((number, "there is no tab in this line".to_owned(), FORM.to_owned()));
        };
        let label = label.trim();
        if label.is_empty() || text.trim().is_empty() {
            let what = if label.is_empty() { "intent" } else { "utterance" };
            return Err((number, format!("there is no {what} in this line"), FORM.to_owned()));
        }
        let is_known = known.contains(label);
        if !is_known && !OUTSIDE.contains(&label) {
            if !unknown.iter().any(|(_, seen)| *seen == label) {
                unknown.push((number, label));
            }
            continue;
        }
        rows.push(Row { text: text.to_owned(), intent: is_known.then(|| label.to_owned()) });
    }
    if let Some((number, label)) = unknown.first().copied() {
        return Err((number, no_intent(label, &unknown), what_to_write(label, known)));
    }
    if rows.is_empty() {
        let help = "write an utterance, a tab and its intent into each line".to_owned();
        return Err((1, "there is no utterance in this file".to_owned(), help));
    }
    Ok(rows)
}

fn no_intent(label: &str, unknown: &[(usize, &str)]) -> String {
    let others: Vec<String> =
        unknown.iter().skip(1).take(NAMED).map(|(_, other)| format!("`{other}`")).collect();
    let more = match unknown.len().saturating_sub(1 + NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match others.is_empty() {
        true => format!("there is no intent `{label}`"),
        false => format!("there is no intent `{label}`, nor {}{more}", others.join(", ")),
    }
}

fn what_to_write(label: &str, known: &BTreeSet<&str>) -> String {
    match closest(label, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "the project has no intents".to_owned(),
        None => "write `-` where no intent of the project is for an utterance".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_utterances_with_their_intents() {
        let known = BTreeSet::from(["pay", "oos"]);
        let row = |text: &str, intent: Option<&str>| Row {
            text: text.to_owned(),
            intent: intent.map(str::to_owned),
        };
        let rows = parse("\u{feff}my bill\tpay\r\n\na\tb\t-\nx\toos\n", &known);
        assert_eq!(
            rows,
            Ok(vec![row("my bill", Some("pay")), row("a\tb", None), row("x", Some("oos"))])
        );
        let wrong = |text: &str| parse(text, &known).unwrap_err();
        assert_eq!(wrong("a\tpay\nno tab").0, 2);
        assert_eq!(wrong("a\t \n").1, "there is no intent in this line");
        assert_eq!(wrong(" \tpay\n").1, "there is no utterance in this line");
        assert_eq!(wrong("").1, "there is no utterance in this file");
        let (line, what, help) = wrong("a\tpay\nb\tpya\nc\tship");
        assert_eq!((line, what.as_str()), (2, "there is no intent `pya`, nor `ship`"));
        assert_eq!(help, "did you mean `pay`?");
    }
}
