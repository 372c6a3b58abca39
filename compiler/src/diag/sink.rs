//! Findings in the order in which people read them, without repetition and not without end.

use super::Diagnostic;
use crate::base::limits::{DIAGNOSTICS_MAX, DIAGNOSTICS_PER_FILE_MAX};

/// Sorts by file, place and code, drops repetitions, and cuts what is too much. Gives how many
/// were cut.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) -> usize {
    let key = |d: &Diagnostic| (d.primary.at.file, d.primary.at.span, d.code);
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
    diagnostics.dedup();
    let before = diagnostics.len();
    let (mut file, mut in_file) = (None, 0);
    diagnostics.retain(|d| {
        if file != Some(d.primary.at.file) {
            (file, in_file) = (Some(d.primary.at.file), 0);
        }
        in_file += 1;
        in_file <= DIAGNOSTICS_PER_FILE_MAX
    });
    diagnostics.truncate(DIAGNOSTICS_MAX);
    before - diagnostics.len()
}
