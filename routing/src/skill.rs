//! What agents can do, as plain numbers of a compiled project.

use serde::{Deserialize, Serialize};

use crate::limits::{OVERFLOW_STEPS_MAX, WEIGHT_MILLI_MAX, WEIGHT_MILLI_MIN};

/// A skill by its number in [`crate::Setup::skills`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct SkillId(pub u16);

impl SkillId {
    /// As an index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A queue that overflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// Whose agents may help.
    pub to: SkillId,
    /// After how long.
    pub after_ms: i64,
}

/// A skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// For people.
    pub name: String,
    /// How soon a customer is to have the first reply.
    pub first_reply_ms: Option<i64>,
    /// Who helps when nobody of this skill is free for long.
    pub overflow: Option<Overflow>,
    /// How much its queue counts beside others, in thousandths.
    pub weight_milli: u32,
}

impl Skill {
    /// A skill of weight 1 without targets.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), first_reply_ms: None, overflow: None, weight_milli: 1_000 }
    }

    /// Its weight within what is allowed.
    pub(crate) fn weight_milli(&self) -> i64 {
        i64::from(self.weight_milli.clamp(WEIGHT_MILLI_MIN, WEIGHT_MILLI_MAX))
    }
}

/// A skill and those that it overflows into, each with the time since the beginning after which it
/// helps. Circles are cut.
pub(crate) fn chain(skills: &[Skill], first: SkillId) -> Vec<(SkillId, i64)> {
    let mut chain = vec![(first, 0)];
    let mut at_ms = 0_i64;
    let mut skill = skills.get(first.index());
    while let Some(Overflow { to, after_ms }) = skill.and_then(|skill| skill.overflow) {
        let is_known = to.index() < skills.len() && chain.iter().all(|(seen, _)| *seen != to);
        if !is_known || chain.len() > OVERFLOW_STEPS_MAX {
            break;
        }
        at_ms = at_ms.saturating_add(after_ms.max(0));
        chain.push((to, at_ms));
        skill = skills.get(to.index());
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_adds_up_and_circles_end() {
        let skill = |to: u16, after_ms: i64| Skill {
            overflow: Some(Overflow { to: SkillId(to), after_ms }),
            ..Skill::named("s")
        };
        let skills = [skill(1, 10), skill(2, 5), skill(0, 1), skill(9, 1)];
        assert_eq!(
            chain(&skills, SkillId(0)),
            [(SkillId(0), 0), (SkillId(1), 10), (SkillId(2), 15)]
        );
        assert_eq!(chain(&skills, SkillId(3)), [(SkillId(3), 0)]);
    }
}
