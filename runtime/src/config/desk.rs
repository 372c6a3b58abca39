//! `[desk]`: how people sign in at the desk, and who of them supervises.

use std::time::Duration;

use flowright_compiler::diag::closest;
use flowright_compiler::ir::RoleDef;
use serde::Deserialize;

use super::ConfigError;
use super::conversations::lasting;
use crate::desk::accounts::DeskOptions;

/// `[desk]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskConfig {
    /// Roles that supervise; `supervisor` without.
    pub supervisors: Option<Vec<String>>,
    /// How long a login lasts.
    pub sign_in_lasts: Option<SignInLasts>,
    /// How long it lasts without a request.
    pub idle: Option<SignInLasts>,
}

/// A time for which somebody stays signed in: `30m`, `12h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SignInLasts(pub Duration);

/// Who has gone for longer signs in again.
const DAYS_MAX: u64 = 30;

impl TryFrom<String> for SignInLasts {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        lasting(&text, DAYS_MAX).map(Self)
    }
}

impl DeskConfig {
    /// With what holds where nothing is said, for a bot with these roles.
    ///
    /// # Errors
    /// [`ConfigError::UnknownRole`].
    pub fn options(&self, roles: &[RoleDef]) -> Result<DeskOptions, ConfigError> {
        let usual = DeskOptions::default();
        let known = || roles.iter().map(|role| role.name.as_str());
        let mut named = self.supervisors.iter().flatten();
        if let Some(unknown) = named.find(|name| !known().any(|role| role == name.as_str())) {
            return Err(ConfigError::UnknownRole {
                name: unknown.clone(),
                hint: closest(unknown, known()).map(str::to_owned),
                known: known().map(str::to_owned).collect(),
            });
        }
        Ok(DeskOptions {
            supervisors: self.supervisors.clone().unwrap_or(usual.supervisors),
            sign_in_lasts: self.sign_in_lasts.map_or(usual.sign_in_lasts, |time| time.0),
            idle: self.idle.map_or(usual.idle, |time| time.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn roles(names: &[&str]) -> Vec<RoleDef> {
        names.iter().map(|n| RoleDef { name: (*n).to_owned(), includes: Vec::new() }).collect()
    }

    #[test]
    fn it_is_read_and_wrong_values_are_told() {
        let text = "[desk]\nsupervisors = [\"lead\"]\nsign_in_lasts = \"8h\"\nidle = \"15m\"\n";
        let desk = Config::parse("f", text).unwrap().desk;
        let options = desk.options(&roles(&["lead"])).unwrap();
        assert_eq!(options.supervisors, ["lead"]);
        assert_eq!((options.sign_in_lasts.as_secs(), options.idle.as_secs()), (28_800, 900));
        let usual = Config::parse("f", "").unwrap().desk.options(&[]).unwrap();
        assert_eq!(usual, DeskOptions::default());
        for (text, message) in [
            ("[desk]\nidel = \"1h\"\n", "did you mean `idle`?"),
            ("[dsk]\n", "did you mean `desk`?"),
            ("[desk]\nidle = 60\n", "`idle` must be a text in quotes, such as `idle = \"1h\"`"),
            ("[desk]\nidle = \"30s\"\n", "`30s` is not a time, such as"),
            ("[desk]\nidle = \"0m\"\n", "`0m` must be from 1m to 30d"),
            ("[desk]\nsign_in_lasts = \"31d\"\n", "`31d` must be from 1m to 30d"),
            ("[desk]\nsupervisors = \"lead\"\n", "must be a list of texts in quotes"),
        ] {
            let error = Config::parse("f", text).unwrap_err().to_string();
            assert!(error.starts_with("R0202: f:") && error.contains(message), "{error}");
        }
    }

    #[test]
    fn roles_that_the_bot_lacks_are_told_with_those_that_it_has() {
        let desk = Config::parse("f", "[desk]\nsupervisors = [\"superviser\"]\n").unwrap().desk;
        for (names, expected) in [
            (
                vec!["agent", "supervisor"],
                "R0215: `supervisors` of `[desk]`: the bot has no role `superviser`, did you mean \
                 `supervisor`?; its roles are agent, supervisor",
            ),
            (
                vec![],
                "R0215: `supervisors` of `[desk]`: the bot has no role `superviser`; it declares no \
                 role",
            ),
        ] {
            assert_eq!(desk.options(&roles(&names)).unwrap_err().to_string(), expected);
        }
    }
}
