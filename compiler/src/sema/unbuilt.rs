//! What is part of the language and does nothing yet: checked in form and names, and said so.

use flowright_nlu::value::Decimal;

use super::cx::Checker;
use crate::base::Span;
use crate::diag::Code;

impl Checker<'_> {
    /// Experiments: form and names; a plain word that they do nothing yet.
    pub(super) fn experiments(&mut self) {
        for found in self.symbols.experiments.items.clone() {
            self.enter(&found);
            let shares = found.node.variants.iter().map(|(_, share)| share.value.0).sum::<i64>();
            if shares != Decimal::ONE.0 && !found.broken {
                self.error(
                    Code::E0605,
                    found.node.name.span,
                    "the shares do not add up to 100%",
                    "not a whole",
                    "give every variant its share",
                );
            }
            self.not_built(
                found.node.name.span,
                "experiments",
                "nobody is assigned to a variant yet",
            );
        }
    }

    /// Says that something is checked but not carried out by this version.
    fn not_built(&mut self, span: Span, what: &str, effect: &str) {
        let message = format!("{what} are not built yet");
        let finding = self.finding(Code::W0901, span, message).label(effect.to_owned());
        self.report(finding.help("this version checks its form and names only"));
    }
}
