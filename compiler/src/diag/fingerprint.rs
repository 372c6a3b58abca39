//! What a finding is known by from one check to the next: its code and the text of its line, so
//! that lines which come and go above it change nothing.

use std::collections::BTreeMap;

use super::place::line_text;
use super::{Code, Diagnostic};
use crate::base::SourceMap;

/// Characters of a line's hash.
const HASH_LENGTH: usize = 16;

/// A finding's code and its line's text with every run of blanks as one, hashed.
#[must_use]
pub fn line_hash(finding: &Diagnostic, sources: &SourceMap) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(finding.code.as_str().as_bytes());
    for word in line_text(finding.primary.at, sources).split_whitespace() {
        hash.update(b" ");
        hash.update(word.as_bytes());
    }
    hash.finalize().to_hex().chars().take(HASH_LENGTH).collect()
}

/// Numbers findings of one hash in one file.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: BTreeMap<(u32, Code, String), u32>,
}

impl Fingerprints {
    /// `HASH:N` for the `N`th finding like this in its file; findings come in reading order.
    pub fn next(&mut self, finding: &Diagnostic, sources: &SourceMap) -> String {
        let hash = line_hash(finding, sources);
        let key = (finding.primary.at.file.0, finding.code, hash.clone());
        let count = self.seen.entry(key).or_insert(0);
        *count += 1;
        format!("{hash}:{count}")
    }
}
