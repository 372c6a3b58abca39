//! Checks that no answer passes.

use super::boxes::{Case, Var, Vocabulary};
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::Slot;

/// A slot with checks that no value passes, alone or together.
pub(super) fn hopeless_checks(words: &mut Vocabulary<'_>, slot: &Slot) -> Option<Diagnostic> {
    if slot.checks.is_empty() {
        return None;
    }
    let filled = Case::from([(Var::Cell(slot.place), words.all(&Var::Cell(slot.place)).filled())]);
    let mut cases = vec![filled];
    for (number, (cond, _)) in slot.checks.iter().enumerate() {
        let good = words.cases(cond, true)?;
        cases = words.meet(&cases, &good)?;
        if cases.is_empty() {
            let message = format!("no value of `{}` can pass this check", slot.name);
            let finding = Diagnostic::new(Code::E0414, cond.at, message);
            return Some(match number {
                0 => finding.label("never holds").help("mend the condition"),
                _ => finding
                    .label("with the checks before it, never holds")
                    .help("the checks of a slot must all hold: mend one of them"),
            });
        }
    }
    None
}
