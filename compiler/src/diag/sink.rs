//! Findings in the order in which people read them, without repetition and not without end.

use std::collections::BTreeMap;

use super::Diagnostic;
use crate::base::FileId;
use crate::base::limits::{DIAGNOSTICS_MAX, DIAGNOSTICS_PER_FILE_MAX};

/// Sorts by file, place and code, drops repetitions, and cuts what is too much: warnings before
/// errors, for a project with an error must not look as if it had none. Gives how many were cut.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) -> usize {
    let key = |d: &Diagnostic| (d.primary.at.file, d.primary.at.span, d.code);
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
    diagnostics.dedup();
    let before = diagnostics.len();
    let mut rooms: BTreeMap<FileId, Room> = BTreeMap::new();
    for finding in diagnostics.iter() {
        let room =
            rooms.entry(finding.primary.at.file).or_insert(Room::of(DIAGNOSTICS_PER_FILE_MAX));
        room.expect(finding);
    }
    let mut all = Room::of(DIAGNOSTICS_MAX);
    diagnostics.retain(|d| rooms.get_mut(&d.primary.at.file).is_some_and(|room| room.takes(d)));
    diagnostics.iter().for_each(|finding| all.expect(finding));
    diagnostics.retain(|d| all.takes(d));
    before - diagnostics.len()
}

/// Places for findings, of which those that errors will need are kept for them.
struct Room {
    left: usize,
    errors: usize,
}

impl Room {
    const fn of(left: usize) -> Self {
        Self { left, errors: 0 }
    }

    fn expect(&mut self, finding: &Diagnostic) {
        self.errors += usize::from(finding.is_error());
    }

    fn takes(&mut self, finding: &Diagnostic) -> bool {
        let kept = if finding.is_error() { 0 } else { self.errors };
        let takes = self.left > kept;
        self.left -= usize::from(takes);
        self.errors -= usize::from(finding.is_error());
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileSpan, Span};
    use crate::diag::Code;

    fn at(code: Code, file: u32, start: u32) -> Diagnostic {
        let span = Span::new(start, start + 1);
        Diagnostic::new(code, FileSpan { file: FileId(file), span }, "a")
    }

    #[test]
    fn warnings_are_cut_before_errors_and_all_are_counted() {
        let max = u32::try_from(DIAGNOSTICS_PER_FILE_MAX).unwrap();
        let mut findings: Vec<Diagnostic> =
            (0..max + 100).map(|start| at(Code::W0403, 0, start)).collect();
        findings.push(at(Code::E0402, 0, max + 200));
        findings.push(at(Code::W0403, 1, 0));
        assert_eq!(tidy(&mut findings), 101);
        assert_eq!(findings.len(), DIAGNOSTICS_PER_FILE_MAX + 1);
        assert!(findings.iter().any(Diagnostic::is_error));
        let files = u32::try_from(DIAGNOSTICS_MAX / DIAGNOSTICS_PER_FILE_MAX).unwrap() + 1;
        let code = |file| if file == files - 1 { Code::E0402 } else { Code::W0403 };
        let mut findings: Vec<Diagnostic> = (0..files)
            .flat_map(|file| (0..max).map(move |start| at(code(file), file, start)))
            .collect();
        assert_eq!(tidy(&mut findings), DIAGNOSTICS_PER_FILE_MAX);
        let errors = findings.iter().filter(|d| d.is_error()).count();
        assert_eq!((findings.len(), errors), (DIAGNOSTICS_MAX, DIAGNOSTICS_PER_FILE_MAX));
    }
}
