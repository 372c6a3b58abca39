//! Knowledge bases: names, levels and conditions. Their articles are looked at when all else is right.

use flowright_knowledge::Level;
use flowright_nlu::value::Decimal;

use super::cx::Checker;
use super::hir::{Knowledge, KnowledgeAt};
use super::scope::Scope;
use crate::diag::Code;
use crate::syntax::ast::{self, Name};

/// Below, an article is wrong about as often as right.
const SURE_FROM: Decimal = Decimal(Decimal::ONE.0 / 2);

impl Checker<'_> {
    /// The knowledge bases that are right.
    pub(super) fn knowledge(&mut self) -> Vec<Knowledge> {
        let mut bases = Vec::new();
        for found in self.symbols.knowledge.items.clone() {
            self.enter(&found);
            let ast::Knowledge { name, sources, level, applies } = found.node;
            if sources.is_empty() && !found.broken {
                let message = format!("`{}` has no source", name.text);
                let help = "name the folder of its articles: `source \"knowledge/\"`";
                self.error(Code::E0608, name.span, message, "has no articles", help);
            }
            let level = level.as_ref().map_or(Some(Level::Enterprise), |level| self.level(level));
            let applies = match applies {
                Some(applies) => self.condition(applies, &Scope::default()).map(Some),
                None => Some(None),
            };
            if let (Some(level), Some(applies)) = (level, applies) {
                let (name, at) = (name.text.clone(), self.at(name.span));
                bases.push(Knowledge { name, level, applies, at });
            }
        }
        bases
    }

    fn level(&mut self, written: &Name) -> Option<Level> {
        let level = Level::ALL.into_iter().find(|level| level.name() == written.text);
        if level.is_none() {
            let names = Level::ALL.map(Level::name);
            self.unknown(Code::E0208, "knowledge level", written, names);
        }
        level
    }

    /// `answer from knowledge at P`.
    pub(super) fn knowledge_at(&mut self, written: &ast::Spanned<Decimal>) -> KnowledgeAt {
        let share = self.share(written);
        if share < SURE_FROM {
            let finding = self
                .finding(
                    Code::W0607,
                    written.span,
                    "articles that are more likely wrong than right are answered with",
                )
                .label("less than half sure")
                .help("write 60% to 80%: `answer from knowledge at 70%`");
            self.report(finding);
        }
        KnowledgeAt { share, at: self.at(written.span) }
    }
}
