//! Findings for programs: one JSON document, lines and columns from 1. Its form is published as
//! `docs/schemas/diagnostics.schema.json`.

use serde::Serialize;

use super::{Diagnostic, Label, Report, SuppressedBy};
use crate::base::{FileSpan, SourceMap};

/// Version of the document's form.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<Vec<SuppressedView<'a>>>,
}

#[derive(Serialize)]
struct SuppressedView<'a> {
    by: SuppressedBy,
    reason: &'a str,
    #[serde(flatten)]
    finding: Finding<'a>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    severity: super::Severity,
    message: &'a str,
    #[serde(flatten)]
    place: PlaceView<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    help: &'a [String],
    fixes: Vec<FixView<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: PlaceView<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct FixView<'a> {
    title: &'a str,
    edits: Vec<EditView<'a>>,
}

#[derive(Serialize)]
struct EditView<'a> {
    #[serde(flatten)]
    place: PlaceView<'a>,
    text: &'a str,
}

/// A range; `end_column` is one past the last byte. Columns count bytes, `*_utf16` UTF-16 units.
#[derive(Serialize)]
pub(crate) struct PlaceView<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    column_utf16: u32,
    end_line: u32,
    end_column: u32,
    end_column_utf16: u32,
}

/// Renders all findings as one JSON document.
#[must_use]
pub fn render_json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        errors,
        warnings: diagnostics.len() - errors,
        diagnostics: diagnostics.iter().map(|d| finding(d, sources)).collect(),
        omitted: None,
        suppressed: None,
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Renders a whole report as one JSON document: also what was left out and what does not count.
#[must_use]
pub fn render_json_report(report: &Report<'_>) -> String {
    let suppressed = report.suppressed.iter().map(|hidden| SuppressedView {
        by: hidden.by,
        reason: &hidden.reason,
        finding: finding(&hidden.diagnostic, report.sources),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        errors: report.errors(),
        warnings: report.warnings(),
        diagnostics: report.findings.iter().map(|d| finding(d, report.sources)).collect(),
        omitted: Some(report.cut),
        suppressed: Some(suppressed.collect()),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Finding<'a> {
    let edit =
        |edit: &'a super::Edit| EditView { place: place(edit.at, sources), text: &edit.text };
    let related =
        |label: &'a Label| Related { place: place(label.at, sources), label: &label.text };
    let fix = |fix: &'a super::Fix| FixView {
        title: &fix.title,
        edits: fix.edits.iter().map(edit).collect(),
    };
    Finding {
        code: diagnostic.code.as_str(),
        name: diagnostic.code.slug(),
        severity: diagnostic.severity,
        message: &diagnostic.message,
        place: place(diagnostic.primary.at, sources),
        label: &diagnostic.primary.text,
        related: diagnostic.related.iter().map(related).collect(),
        help: &diagnostic.help,
        fixes: diagnostic.fixes.iter().map(fix).collect(),
    }
}

pub(crate) fn place(at: FileSpan, sources: &SourceMap) -> PlaceView<'_> {
    let (label, text, lines) = match sources.get(at.file) {
        Some(file) => (file.label.as_str(), &*file.text, Some(&file.lines)),
        None => ("", "", None),
    };
    let both = |offset| {
        let columns = lines.map(|l| (l.line_column(offset), l.line_column_utf16(text, offset)));
        columns.map_or((1, 1, 1), |(c, wide)| (c.line + 1, c.column + 1, wide.column + 1))
    };
    let (line, column, column_utf16) = both(at.span.start);
    let (end_line, end_column, end_column_utf16) = both(at.span.end);
    PlaceView { file: label, line, column, column_utf16, end_line, end_column, end_column_utf16 }
}
