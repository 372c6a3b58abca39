//! Skills of agents, and where their queues overflow to.

use std::collections::BTreeSet;

use flowright_nlu::value::Decimal;

use super::cx::Checker;
use super::symbols::Found;
use crate::diag::Code;
use crate::ir::{SkillDef, SkillId};
use crate::syntax::ast;

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
            weight: skill.weight.as_ref().map_or(Decimal::ONE, |weight| weight.value),
        }
    }

    /// Overflow that leads back to where it began.
    pub(super) fn overflow_cycles(&mut self, skills: &[SkillDef]) {
        let found = self.symbols.skills.items.clone();
        let circles = circles(skills);
        for (number, skill) in found.iter().enumerate() {
            if circles.contains(&number) {
                self.enter(skill);
                let message =
                    format!("the overflow of `{}` leads back to it", skill.node.name.text);
                self.error(
                    Code::E0604,
                    skill.node.name.span,
                    message,
                    "a circle",
                    "let one of the skills keep its queue",
                );
            }
        }
    }
}

/// The skills that overflow to themselves, by way of others too.
fn circles(skills: &[SkillDef]) -> BTreeSet<usize> {
    let next = |id: usize| skills.get(id)?.overflow.map(|(to, _)| to.index());
    let mut circles = BTreeSet::new();
    // By which walk each was reached first: a walk that comes to its own trail has found a circle.
    let mut reached: Vec<Option<usize>> = vec![None; skills.len()];
    for walk in 0..skills.len() {
        let mut at = Some(walk);
        while let Some(here) = at {
            match reached.get_mut(here) {
                Some(first @ None) => *first = Some(walk),
                Some(Some(first)) if *first == walk => {
                    let mut on = Some(here);
                    while let Some(member) = on.filter(|member| circles.insert(*member)) {
                        on = next(member);
                    }
                    break;
                }
                _ => break,
            }
            at = next(here);
        }
    }
    circles
}
