//! The baseline file: findings that were there when checking began and do not count.
//!
//! A finding is known by its code, its file in the project and a hash of its line's text, so that
//! lines which come and go around it change nothing. Entries that match nothing any more are said,
//! so that the file can only shrink.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flowright_compiler::base::SourceMap;
use flowright_compiler::diag::fingerprint::line_hash;
use flowright_compiler::diag::{Code, Diagnostic};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, write_file};

/// Version of the file's form.
const SCHEMA_VERSION: u32 = 1;
/// Bytes of a baseline file.
const BYTES_MAX: u64 = 16 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema_version: u32,
    findings: Vec<Entry>,
}

/// Findings of one code on lines of one text in one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: Code,
    /// Relative to the project, `/` between parts.
    file: String,
    line_hash: String,
    count: u32,
    /// For readers of the file; not compared.
    #[serde(default)]
    message: String,
}

type Key = (String, Code, String);

/// A baseline, and how much of it is not matched yet.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    path: PathBuf,
    left: BTreeMap<Key, (u32, String)>,
}

impl Baseline {
    /// # Errors
    /// When there is no such file, or it is not a baseline.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let file = |e| Failure::file("read", path, &e);
        let size = std::fs::metadata(path).map_err(file)?.len();
        if size > BYTES_MAX {
            let message = format!("`{}` has {size} bytes, more than {BYTES_MAX}", path.display());
            return Err(Failure::new(message));
        }
        let bytes = std::fs::read(path).map_err(file)?;
        if let Some(found) = bytes.iter().find(|b| !b.is_ascii_whitespace()).filter(|b| **b != b'{')
        {
            let cause = format!("it begins with `{}`, not with `{{`", char::from(*found));
            return Err(malformed(format!("`{}` is not a baseline: {cause}", path.display())));
        }
        let document: Document = serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let cause = message.split(" at line ").next().unwrap_or_default();
            let place = format!("{}:{line}:{column}", path.display());
            malformed(format!("`{place}` is not a baseline: {cause}"))
        })?;
        if document.schema_version != SCHEMA_VERSION {
            let version = document.schema_version;
            let message = format!(
                "`{}` is a baseline of version {version}, not {SCHEMA_VERSION}",
                path.display()
            );
            return Err(malformed(message));
        }
        let mut left = BTreeMap::new();
        for entry in document.findings {
            let key = (entry.file, entry.code, entry.line_hash);
            let known = left.entry(key).or_insert((0_u32, entry.message));
            known.0 = known.0.saturating_add(entry.count);
        }
        Ok(Self { path: path.to_owned(), left })
    }

    /// Whether the baseline holds a finding, which uses up one of its count.
    pub(crate) fn takes(&mut self, finding: &Diagnostic, sources: &SourceMap) -> bool {
        match self.left.get_mut(&key(finding, sources)) {
            Some((count, _)) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Says which entries matched nothing; with `checked`, only those of these files.
    pub(crate) fn print_unmatched(&self, checked: Option<&SourceMap>) {
        let is_checked = |label: &str| {
            checked.is_none_or(|sources| sources.iter().any(|(_, file)| file.label == label))
        };
        let unmatched = self.left.iter().filter(|(_, (count, _))| *count > 0);
        let unmatched = unmatched.filter(|((file, ..), _)| is_checked(file));
        let lines: Vec<String> = unmatched
            .map(|((file, code, _), (count, message))| {
                let times = if *count == 1 { String::new() } else { format!(" ({count} times)") };
                format!("  {file}: {code}: {message}{times}\n")
            })
            .collect();
        if !lines.is_empty() {
            let path = self.path.display();
            eprint!("{path}: {} no longer there:\n{}", entries(lines.len()), lines.concat());
            eprintln!("  write it again with `--write-baseline {path}`");
        }
    }
}

fn malformed(message: String) -> Failure {
    Failure::new(message).with_help("write it again with `flowright check --write-baseline FILE`")
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry is".to_owned() } else { format!("{count} entries are") }
}

fn key(finding: &Diagnostic, sources: &SourceMap) -> Key {
    let file = sources.get(finding.primary.at.file).map_or("", |file| file.label.as_str());
    (file.to_owned(), finding.code, line_hash(finding, sources))
}

/// Writes findings as a baseline.
///
/// # Errors
/// What kept the file from being written.
pub(crate) fn write(
    path: &Path,
    findings: &[Diagnostic],
    sources: &SourceMap,
) -> Result<(), Failure> {
    let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
    for finding in findings {
        let key = key(finding, sources);
        let entry = entries.entry(key.clone()).or_insert_with(|| Entry {
            code: finding.code,
            file: key.0,
            line_hash: key.2,
            count: 0,
            message: finding.message.clone(),
        });
        entry.count += 1;
    }
    let document =
        Document { schema_version: SCHEMA_VERSION, findings: entries.into_values().collect() };
    let text = serde_json::to_string_pretty(&document).map_err(|e| Failure::new(e.to_string()))?;
    write_file(path, (text + "\n").as_bytes())
}
