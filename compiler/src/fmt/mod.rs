//! The formatter: one style, no options. It works from the tokens and the grammar's tree, keeps
//! every comment, changes nothing but blank space, and checks that by parsing what it wrote.
//!
//! `units` (the text as a row of words, signs and strings) · `tree` (brackets, items, comments) ·
//! `print` (an item to lines) · `rows` (items below each other) · `align` (columns) · `check`.

mod align;
mod check;
#[cfg(test)]
mod examples;
mod print;
mod rows;
mod tree;
mod units;
mod width;

use crate::base::limits::SOURCE_BYTES_MAX;
use crate::base::{FileId, Span};
use crate::diag::Diagnostic;
use crate::syntax::layout::{Layout, layout};
use crate::syntax::parse;

/// A formatted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// All of the new text; the old one when there is a finding.
    pub text: String,
    /// Declarations of the old text that were left byte for byte, because they have a syntax error.
    pub left: Vec<Span>,
    /// Why nothing was changed: the text is too large, or the formatter has a fault.
    pub finding: Option<Diagnostic>,
}

/// Formats a whole text.
#[must_use]
pub fn format(text: &str) -> Formatted {
    if text.len() > SOURCE_BYTES_MAX {
        let finding = parse(text, FileId(0)).diagnostics.into_iter().next();
        return Formatted { text: text.to_owned(), left: Vec::new(), finding };
    }
    let layout = layout(text);
    let written = write_laid_out(text, &layout);
    let left = layout.broken;
    if written == text {
        return Formatted { text: written, left, finding: None };
    }
    match check::check(text, &written) {
        None => Formatted { text: written, left, finding: None },
        finding => Formatted { text: text.to_owned(), left, finding },
    }
}

/// Formats without a check.
fn write(text: &str) -> String {
    write_laid_out(text, &layout(text))
}

fn write_laid_out(text: &str, layout: &Layout) -> String {
    let (units, end) = units::units(text, layout);
    let lines = rows::file(&tree::build(&units, &end, layout));
    let mut written = String::with_capacity(text.len());
    for line in lines {
        if !line.text.is_empty() {
            written.push_str(&" ".repeat(line.indent));
            written.push_str(&line.text);
        }
        written.push('\n');
    }
    // A string that nobody closed may reach to the end of the file.
    if layout.broken.last().is_some_and(|last| last.end as usize == text.len()) {
        written.pop();
    }
    written
}
