//! Findings as SARIF 2.1.0, within what code scanning services take: errors first, what is too
//! much is left out and said to be.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fingerprint::Fingerprints;
use super::place::Place;
use super::short::word;
use super::{Code, Diagnostic, Fix, Label, Report, SuppressedBy};
use crate::base::{FileSpan, SourceMap, is_standard};

/// Results in one run; services keep no more.
pub const RESULTS_MAX: usize = 5_000;
/// Locations of one result, its own included.
pub const LOCATIONS_MAX: usize = 1_000;
/// Where the pages of the codes are.
pub const PAGES: &str = "https://github.com/flowright/flowright/blob/main/docs/errors";
const SCHEMA: &str = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json";

/// A finding with what hides it, if something does, and its fingerprint.
struct Item<'a> {
    finding: &'a Diagnostic,
    suppressed: Option<(SuppressedBy, &'a str)>,
    fingerprint: String,
}

/// One SARIF log with one run.
#[must_use]
pub fn render_sarif(report: &Report<'_>) -> String {
    let mut items = items(report);
    let total = items.len() + report.cut;
    let rank = |item: &Item<'_>| (item.suppressed.is_some(), item.finding.severity);
    items.sort_by_key(rank);
    items.truncate(RESULTS_MAX);
    let omitted = total - items.len();
    let mut codes: Vec<Code> = items.iter().map(|item| item.finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<Value> =
        items.iter().map(|item| result(item, &codes, report.sources)).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "flowright",
                "informationUri": "https://github.com/flowright/flowright",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { "%SRCROOT%": {
                "description": { "text": "The folder in which the check ran." },
            } },
            "invocations": [invocation(omitted)],
            "results": results,
            "properties": { "findings": total, "omitted": omitted },
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

/// Everything that was found, in reading order, so that fingerprints do not depend on what hides.
fn items<'a>(report: &Report<'a>) -> Vec<Item<'a>> {
    let counted = report.findings.iter().map(|finding| (finding, None));
    let hidden = report.suppressed.iter().map(|s| (&s.diagnostic, Some((s.by, s.reason.as_str()))));
    let mut all: Vec<_> = counted.chain(hidden).collect();
    all.sort_by_key(|(finding, _)| {
        (finding.primary.at.file, finding.primary.at.span, finding.code)
    });
    let mut fingerprints = Fingerprints::default();
    all.into_iter()
        .map(|(finding, suppressed)| {
            let fingerprint = fingerprints.next(finding, report.sources);
            Item { finding, suppressed, fingerprint }
        })
        .collect()
}

fn invocation(omitted: usize) -> Value {
    let mut invocation = json!({ "executionSuccessful": true });
    if omitted > 0 {
        let message = format!("{omitted} more findings were left out");
        let said = json!([{ "level": "warning", "message": { "text": message } }]);
        put(&mut invocation, "toolExecutionNotifications", said);
    }
    invocation
}

fn rule(code: Code) -> Value {
    let page = code.page();
    let about = page.split("\n\n").nth(1).unwrap_or("").replace('\n', " ");
    let group = code.as_str().get(1..3).unwrap_or("");
    json!({
        "id": code.as_str(),
        "name": code.slug(),
        "shortDescription": { "text": code.slug().replace('-', " ") },
        "fullDescription": { "text": about },
        "help": { "text": about, "markdown": page },
        "helpUri": format!("{PAGES}/{code}.md"),
        "defaultConfiguration": { "level": word(code.severity()) },
        "properties": { "tags": [group_name(group)] },
    })
}

/// What the codes of a group are about.
fn group_name(group: &str) -> &'static str {
    match group {
        "01" => "syntax",
        "02" => "names",
        "03" => "types",
        "04" => "flows",
        "05" => "texts",
        "06" => "routing",
        "07" => "confidentiality",
        "08" => "properties",
        _ => "project",
    }
}

fn result(item: &Item<'_>, codes: &[Code], sources: &SourceMap) -> Value {
    let finding = item.finding;
    let mut result = json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": codes.binary_search(&finding.code).unwrap_or_default(),
        "level": word(finding.severity),
        "message": { "text": message(finding) },
        "locations": [{ "physicalLocation": physical(finding.primary.at, sources) }],
        "partialFingerprints": { "primaryLocationLineHash": item.fingerprint },
    });
    if !finding.related.is_empty() {
        put(&mut result, "relatedLocations", related(&finding.related, sources));
    }
    let fixes: Vec<Value> = finding.fixes.iter().map(|fix| fix_view(fix, sources)).collect();
    if !fixes.is_empty() {
        put(&mut result, "fixes", Value::Array(fixes));
    }
    if let Some((by, reason)) = item.suppressed {
        let kind = match by {
            SuppressedBy::Source => "inSource",
            SuppressedBy::CommandLine | SuppressedBy::Baseline => "external",
        };
        let suppression = json!([{ "kind": kind, "justification": reason }]);
        put(&mut result, "suppressions", suppression);
    }
    result
}

/// Adds a field to an object.
fn put(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(key.to_owned(), value);
    }
}

/// What is wrong, what is there, and what to do, in one text.
fn message(finding: &Diagnostic) -> String {
    let mut text = finding.message.clone();
    if !finding.primary.text.is_empty() {
        text.push_str(": ");
        text.push_str(&finding.primary.text);
    }
    for help in &finding.help {
        text.push_str("\nHelp: ");
        text.push_str(help);
    }
    text
}

fn related(labels: &[Label], sources: &SourceMap) -> Value {
    let one = |label: &Label| {
        let mut location = json!({ "physicalLocation": physical(label.at, sources) });
        if !label.text.is_empty() {
            put(&mut location, "message", json!({ "text": label.text }));
        }
        location
    };
    Value::Array(labels.iter().take(LOCATIONS_MAX - 1).map(one).collect())
}

fn physical(at: FileSpan, sources: &SourceMap) -> Value {
    let place = Place::new(at, sources);
    json!({ "artifactLocation": artifact(place.file), "region": region(&place) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column_utf16,
        "endLine": place.end_line,
        "endColumn": place.end_column_utf16,
    })
}

/// A file relative to where the check ran; one that lies elsewhere has an address of its own.
fn artifact(label: &str) -> Value {
    if is_standard(label) {
        return json!({ "uri": format!("flowright:{label}") });
    }
    if label.starts_with('/') {
        return json!({ "uri": format!("file://{}", encoded(label)) });
    }
    json!({ "uri": encoded(label), "uriBaseId": "%SRCROOT%" })
}

/// A path as the path of an address.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn fix_view(fix: &Fix, sources: &SourceMap) -> Value {
    let mut changes: BTreeMap<u32, (Value, Vec<Value>)> = BTreeMap::new();
    for edit in &fix.edits {
        let place = Place::new(edit.at, sources);
        let mut replacement = Map::new();
        replacement.insert("deletedRegion".to_owned(), region(&place));
        if !edit.text.is_empty() {
            replacement.insert("insertedContent".to_owned(), json!({ "text": edit.text }));
        }
        let change =
            changes.entry(edit.at.file.0).or_insert_with(|| (artifact(place.file), Vec::new()));
        change.1.push(Value::Object(replacement));
    }
    let changes: Vec<Value> = changes
        .into_values()
        .map(|(file, replacements)| {
            json!({ "artifactLocation": file, "replacements": replacements })
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}
