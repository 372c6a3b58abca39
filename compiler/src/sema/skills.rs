//! Skills of agents, and where their queues overflow to.

use std::collections::BTreeSet;

use flowright_nlu::value::Decimal;

use super::circles::{circles, finding, told};
use super::cx::Checker;
use super::symbols::Found;
use crate::diag::Code;
use crate::ir::{SkillDef, SkillId};
use crate::syntax::ast;

/// Weights of skills, as `flowright-routing` takes them.
const WEIGHT_MIN: Decimal = Decimal(10_000);
/// See [`WEIGHT_MIN`].
const WEIGHT_MAX: Decimal = Decimal(10_000_000);

impl<'a> Checker<'a> {
    /// A skill.
    pub(super) fn skill(&mut self, found: &Found<'a, ast::Skill>) -> SkillDef {
        self.enter(found);
        let skill = found.node;
        let overflow = skill.overflow.as_ref().and_then(|(to, after)| {
            let to = self.lookup(|s| &s.skills, "skill", to)?;
            Some((SkillId(to), after.value))
        });
        if let Some(time) = &skill.first_reply_ms {
            self.takes_time(time, "the time for a first reply");
        }
        SkillDef {
            name: skill.name.text.clone(),
            first_reply_ms: skill.first_reply_ms.as_ref().map(|time| time.value),
            overflow,
            weight: skill.weight.as_ref().map_or(Decimal::ONE, |weight| self.weight(weight)),
        }
    }

    /// How much a queue counts: beyond these, nobody would ever wait for another, or always.
    fn weight(&mut self, weight: &ast::Spanned<Decimal>) -> Decimal {
        // A number that does not fit was reported, and is 0.
        let is_known = self.broken && weight.value == Decimal::ZERO;
        if !is_known && !(WEIGHT_MIN..=WEIGHT_MAX).contains(&weight.value) {
            let message = format!("the weight of a skill is from {WEIGHT_MIN} to {WEIGHT_MAX}");
            let help = match weight.value < WEIGHT_MIN {
                true => format!("write at least {WEIGHT_MIN}"),
                false => format!("write at most {WEIGHT_MAX}"),
            };
            self.error(Code::E0602, weight.span, message, "out of range", help);
        }
        weight.value
    }

    /// Overflow that leads back to where it began: each circle once.
    pub(super) fn overflow_cycles(&mut self, skills: &[SkillDef]) {
        let next =
            |skill: &SkillDef| skill.overflow.map(|(to, _)| to.index()).into_iter().collect();
        let next: Vec<BTreeSet<usize>> = skills.iter().map(next).collect();
        let found = self.symbols.skills.items.clone();
        let name = |skill: usize| skills.get(skill).map_or("", |skill| skill.name.as_str());
        for circle in circles(&next) {
            let place = |skill: &usize| {
                let found = found.get(*skill)?;
                let (to, _) = found.node.overflow.as_ref()?;
                Some((
                    found.at(to.span),
                    format!("`{}` overflows into `{}`", name(*skill), to.text),
                ))
            };
            let message = match circle.as_slice() {
                [only] => format!("`{}` overflows into itself", name(*only)),
                more => format!("these skills overflow in a circle: {}", told(more, name)),
            };
            let places = circle.iter().filter_map(place);
            let Some(found) = finding(Code::E0604, message, places) else { continue };
            let found =
                if circle.len() == 1 { found.label("would never leave its queue") } else { found };
            self.report(found.help("let one of the skills keep its queue"));
        }
    }
}
