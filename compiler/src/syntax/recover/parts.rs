//! A body in parts: each is tried whole, and cut at its lines when it fails.

use super::ChunkParser;
use crate::base::Span;
use crate::base::limits::DIAGNOSTICS_PER_FILE_MAX;
use crate::syntax::pest_bridge::Failure;

/// A part of a body: to be tried whole, or known to be lost.
pub(super) enum Part {
    Whole(Span),
    Lost(Span, Failure),
}

impl ChunkParser<'_> {
    /// Hands a piece to `take`, whole if it has its form. A line that begins with no keyword was
    /// taken for a part of the piece before it: when the piece fails, it is cut at its lines, and
    /// only the line that fails is handed on as lost.
    pub(super) fn each_part(
        &mut self,
        piece: Span,
        keywords: &[&str],
        take: &mut dyn FnMut(&mut Self, Part) -> Result<(), Failure>,
    ) {
        let mut piece = piece;
        loop {
            let Err(failure) = take(self, Part::Whole(piece)) else { return };
            let lines = self.cutter.lines(piece);
            let failing = lines.iter().rposition(|line| line.start <= failure.at).unwrap_or(0);
            let (before, from) = lines.split_at(failing.min(lines.len()));
            if let (Some(first), Some(last)) = (before.first(), before.last()) {
                // What is missing at the end of a line shows at the start of the next.
                let before = first.cover(*last);
                self.each_part(before, keywords, take);
                let Some(rest) = from.first().zip(from.last()) else { return };
                piece = rest.0.cover(*rest.1);
                continue;
            }
            // Nobody reads on: what is left is lost as one, for each line costs a look at all of it.
            let enough = self.findings.len() >= DIAGNOSTICS_PER_FILE_MAX;
            let first = lines.first().copied().filter(|_| !enough);
            let lost = first.unwrap_or(piece);
            if let Err(failure) = take(self, Part::Lost(lost, failure)) {
                self.report(lost, &failure, keywords);
            }
            let Some((next, last)) = lines.get(1).zip(lines.last()).filter(|_| !enough) else {
                return;
            };
            piece = next.cover(*last);
        }
    }
}
