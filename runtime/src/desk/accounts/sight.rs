//! What somebody at the desk may see of a conversation: fields that are for another role, or personal and
//! not for her, are absent, as if nobody had filled them.

use flowright_compiler::ir::{RoleDef, has_role};
use flowright_engine::model::{Fact, Summary};
use serde_json::{Value as Json, json};

use super::Account;
use crate::shown;

/// Who looks at a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'s> {
    /// The roles of the bot, as they are now.
    pub roles: &'s [RoleDef],
    /// Who it is.
    pub account: &'s Account,
    /// Whether her role supervises.
    pub supervises: bool,
    /// Whether the conversation is hers.
    pub is_owner: bool,
}

impl Sight<'_> {
    /// Whether she may see a fact: her role is the one that it is for, or includes it; and where it is
    /// personal, the conversation is hers or she supervises.
    #[must_use]
    pub fn sees(&self, fact: &Fact) -> bool {
        let role = self.account.role.as_deref();
        let is_for_her = |wanted: &String| role.is_some_and(|r| has_role(self.roles, r, wanted));
        let is_near = self.is_owner || self.supervises;
        fact.visible_to.as_ref().is_none_or(is_for_her) && (!fact.personal || is_near)
    }

    /// A summary with what she may see.
    #[must_use]
    pub fn seen(&self, summary: &Summary) -> Json {
        shown::summary(summary, |fact| {
            let Fact { name, value, turn, .. } = fact;
            self.sees(fact).then(|| json!({ "name": name, "value": value, "turn": turn }))
        })
    }
}

#[cfg(test)]
mod tests {
    use flowright_compiler::ir::RoleId;
    use flowright_nlu::lang::Lang;

    use super::*;
    use crate::desk::accounts::Capacity;

    fn roles() -> Vec<RoleDef> {
        let role = |name: &str, includes: &[u32]| RoleDef {
            name: name.to_owned(),
            includes: includes.iter().map(|n| RoleId(*n)).collect(),
        };
        vec![role("agent", &[]), role("supervisor", &[0]), role("audit", &[])]
    }

    fn account(role: Option<&str>) -> Account {
        Account {
            id: "1".to_owned(),
            login: "ann".to_owned(),
            name: "Ann".to_owned(),
            role: role.map(str::to_owned),
            skills: std::collections::BTreeMap::new(),
            capacity: Capacity::default(),
            weight_milli: 1_000,
            disabled: false,
            made_ms: 0,
            changed_ms: 0,
        }
    }

    fn fact(name: &str, personal: bool, visible_to: Option<&str>) -> Fact {
        Fact {
            name: name.to_owned(),
            value: format!("value of {name}"),
            turn: Some(1),
            personal,
            visible_to: visible_to.map(str::to_owned),
        }
    }

    fn facts() -> Vec<Fact> {
        vec![
            fact("company", false, None),
            fact("email", true, None),
            fact("notes", false, Some("agent")),
            fact("contract", false, Some("supervisor")),
            fact("salary", true, Some("supervisor")),
            fact("trail", false, Some("audit")),
            // Of a session that began with a bundle which had this role.
            fact("old", false, Some("gone")),
        ]
    }

    /// Role, whether it supervises, whether the conversation is hers; what she sees.
    const CASES: [(Option<&str>, bool, bool, &[&str]); 10] = [
        (None, false, false, &["company"]),
        (None, false, true, &["company", "email"]),
        (Some("agent"), false, false, &["company", "notes"]),
        (Some("agent"), false, true, &["company", "email", "notes"]),
        (Some("supervisor"), true, false, &["company", "email", "notes", "contract", "salary"]),
        (Some("supervisor"), true, true, &["company", "email", "notes", "contract", "salary"]),
        // Where the configuration has others supervise.
        (Some("supervisor"), false, false, &["company", "notes", "contract"]),
        (Some("agent"), true, false, &["company", "email", "notes"]),
        (Some("audit"), false, false, &["company", "trail"]),
        // A role that the bot does not have any more.
        (Some("gone"), false, true, &["company", "email"]),
    ];

    #[test]
    fn each_sees_what_is_for_her_and_nothing_tells_of_the_rest() {
        let (roles, facts) = (roles(), facts());
        for (role, supervises, is_owner, expected) in CASES {
            let account = account(role);
            let sight = Sight { roles: &roles, account: &account, supervises, is_owner };
            let summary = Summary {
                flow: None,
                state: None,
                intent: None,
                confidence_percent: None,
                sentiment_percent: None,
                lang: Lang::parse("en").unwrap(),
                customer: facts.clone(),
                slots: facts.clone(),
                tried: Vec::new(),
                transcript: Vec::new(),
                attachments: Vec::new(),
            };
            let seen = sight.seen(&summary);
            for part in ["customer", "slots"] {
                let names: Vec<&str> = seen[part]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|f| f["name"].as_str().unwrap())
                    .collect();
                assert_eq!(names, expected, "{role:?} {supervises} {is_owner}");
            }
            let text = seen.to_string();
            for hidden in facts.iter().filter(|fact| !expected.contains(&fact.name.as_str())) {
                assert!(!text.contains(&hidden.name), "{role:?}: {text}");
            }
        }
    }
}
