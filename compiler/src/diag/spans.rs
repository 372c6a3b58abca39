//! The places of a finding.

use super::Diagnostic;
use crate::base::{FileSpan, Spans};

impl Spans for Diagnostic {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        let Self { code: _, severity: _, message: _, primary, related, help: _, fixes } = self;
        see(&mut primary.at);
        related.iter_mut().for_each(|label| see(&mut label.at));
        fixes.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| see(&mut edit.at));
    }
}
