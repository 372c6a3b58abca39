//! What an account says of somebody, and what may stand in it.

use std::collections::BTreeMap;

use flowright_compiler::diag::closest;
use flowright_compiler::ir::Program;
use flowright_routing::limits::{CAPACITY_MAX, LEVEL_MAX, WEIGHT_MILLI_MAX, WEIGHT_MILLI_MIN};
use serde::{Deserialize, Serialize};

use super::AccountError;
use crate::limits::{AGENT_CHARS_MAX, LOGIN_NAME_CHARS_MAX};

/// What counts as much as it usually does.
pub const WEIGHT_MILLI_USUAL: u32 = 1_000;

/// Somebody who signs in at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its own for ever: an account that is made anew under the same login has another.
    pub id: String,
    /// What she signs in with, in small letters.
    pub login: String,
    /// Her name, as customers see it.
    pub name: String,
    /// A role of the bot; without, she sees what everybody sees.
    pub role: Option<String>,
    /// What she can do, by skills of the bot: from 1, a little, to 5.
    pub skills: BTreeMap<String, u8>,
    /// How many conversations she has at once.
    pub capacity: Capacity,
    /// How much of the work she gets, in thousandths of the usual.
    pub weight_milli: u32,
    /// She cannot sign in.
    pub disabled: bool,
    /// When it was made, ms UTC.
    pub made_ms: i64,
    /// When it was changed last, ms UTC.
    pub changed_ms: i64,
}

/// Conversations at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Capacity {
    /// On all channels that are not named; what the desk takes for usual, where it is not said.
    pub default: Option<u16>,
    /// By channels of the bot.
    pub channels: BTreeMap<String, u16>,
}

/// What operators decide of an account. What they do not say is as in a new one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// [`Account::name`]
    pub name: String,
    /// [`Account::role`]
    #[serde(default)]
    pub role: Option<String>,
    /// [`Account::skills`]
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// [`Account::capacity`]
    #[serde(default)]
    pub capacity: Capacity,
    /// [`Account::weight_milli`]
    #[serde(default = "usual_weight")]
    pub weight_milli: u32,
    /// [`Account::disabled`]
    #[serde(default)]
    pub disabled: bool,
}

pub(crate) const fn usual_weight() -> u32 {
    WEIGHT_MILLI_USUAL
}

impl Account {
    /// A new one.
    pub(super) fn new(id: String, login: String, particulars: Particulars, now_ms: i64) -> Self {
        let Particulars { name, role, skills, capacity, weight_milli, disabled } = particulars;
        let (made_ms, changed_ms) = (now_ms, now_ms);
        Self {
            id,
            login,
            name,
            role,
            skills,
            capacity,
            weight_milli,
            disabled,
            made_ms,
            changed_ms,
        }
    }

    /// The same with other particulars.
    pub(super) fn with(&self, particulars: Particulars, now_ms: i64) -> Self {
        let changed = Self::new(self.id.clone(), self.login.clone(), particulars, now_ms);
        Self { made_ms: self.made_ms, ..changed }
    }

    /// What it names and a bot does not have, in words.
    #[must_use]
    pub fn unknown(&self, program: &Program) -> Vec<String> {
        let role = self.role.iter().filter(|role| !roles(program).any(|known| known == *role));
        let role = role.map(|role| format!("the role `{role}`"));
        let skills = self.skills.keys().filter(|name| !skills(program).any(|known| known == *name));
        let skills = skills.map(|name| format!("the skill `{name}`"));
        let named = self.capacity.channels.keys();
        let others = named.filter(|name| !channels(program).any(|known| known == *name));
        role.chain(skills).chain(others.map(|name| format!("the channel `{name}`"))).collect()
    }
}

fn roles(program: &Program) -> impl Iterator<Item = &str> + Clone {
    program.roles.iter().map(|role| role.name.as_str())
}

fn skills(program: &Program) -> impl Iterator<Item = &str> + Clone {
    program.skills.iter().map(|skill| skill.name.as_str())
}

fn channels(program: &Program) -> impl Iterator<Item = &str> + Clone {
    program.channels.iter().map(|channel| channel.name.as_str())
}

impl Particulars {
    /// That they can be those of an account of a bot.
    ///
    /// # Errors
    /// [`AccountError::Bad`], with what is right where that can be told.
    pub fn check(&self, program: &Program) -> Result<(), AccountError> {
        let chars = self.name.chars().count();
        let is_shown = !self.name.trim().is_empty() && !self.name.chars().any(char::is_control);
        if !is_shown || chars > AGENT_CHARS_MAX {
            return bad(format!("`name` has 1 to {AGENT_CHARS_MAX} characters that can be seen"));
        }
        if let Some(role) = &self.role {
            known("role", role, roles(program))?;
        }
        for (skill, level) in &self.skills {
            known("skill", skill, skills(program))?;
            if !(1..=LEVEL_MAX).contains(level) {
                return bad(format!(
                    "the skill `{skill}` has the level {level}; levels go from 1 to {LEVEL_MAX}"
                ));
            }
        }
        let Capacity { default, channels: by_channel } = &self.capacity;
        for channel in by_channel.keys() {
            known("channel", channel, channels(program))?;
        }
        if default.iter().chain(by_channel.values()).any(|count| *count > CAPACITY_MAX) {
            return bad(format!("a capacity is at most {CAPACITY_MAX} conversations at once"));
        }
        if !(WEIGHT_MILLI_MIN..=WEIGHT_MILLI_MAX).contains(&self.weight_milli) {
            return bad(format!(
                "`weight_milli` is {}; it goes from {WEIGHT_MILLI_MIN} to {WEIGHT_MILLI_MAX}, and \
                 {WEIGHT_MILLI_USUAL} is usual",
                self.weight_milli
            ));
        }
        Ok(())
    }
}

fn known<'p>(
    what: &str,
    name: &str,
    all: impl Iterator<Item = &'p str> + Clone,
) -> Result<(), AccountError> {
    if all.clone().any(|known| known == name) {
        return Ok(());
    }
    let hint = match closest(name, all.clone()) {
        Some(close) => format!(", did you mean `{close}`?"),
        None => String::new(),
    };
    let names = all.collect::<Vec<_>>().join(", ");
    let there = match names.is_empty() {
        true => format!("it declares no {what}"),
        false => format!("there are {names}"),
    };
    bad(format!("the bot has no {what} `{name}`{hint}; {there}"))
}

fn bad(text: String) -> Result<(), AccountError> {
    Err(AccountError::Bad(text))
}

/// A login in the one way it is kept, or nothing where it cannot be one: letters and digits of ASCII, and
/// `.`, `_`, `-`, `+` and `@`, so that no two look alike and each can stand in an address.
#[must_use]
pub fn login_name(text: &str) -> Option<String> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
    // `.` and `..` would be steps in a path.
    let is_step = text.chars().all(|c| c == '.');
    let is_login = !is_step && text.len() <= LOGIN_NAME_CHARS_MAX && text.chars().all(is_good);
    is_login.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_what_can_be_typed_and_told_apart() {
        for (text, login) in [
            ("ann", Some("ann")),
            ("Ann.Lee+desk@Acme.example", Some("ann.lee+desk@acme.example")),
            ("0", Some("0")),
            ("", None),
            ("..", None),
            ("ann lee", None),
            ("ann/lee", None),
            ("аnn", None),
            ("ann\n", None),
        ] {
            assert_eq!(login_name(text).as_deref(), login, "{text:?}");
        }
        assert_eq!(login_name(&"a".repeat(LOGIN_NAME_CHARS_MAX + 1)), None);
    }
}
