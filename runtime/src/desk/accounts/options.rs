//! How people sign in, and who of them supervises.

use std::time::Duration;

use flowright_compiler::ir::{RoleDef, has_role};

use super::Account;

/// The role that supervises where nothing else is configured.
pub const SUPERVISOR: &str = "supervisor";

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskOptions {
    /// Roles that supervise. One that the bot does not declare is nobody's.
    pub supervisors: Vec<String>,
    /// How long a login lasts.
    pub sign_in_lasts: Duration,
    /// How long it lasts without a request.
    pub idle: Duration,
}

impl Default for DeskOptions {
    fn default() -> Self {
        Self {
            supervisors: vec![SUPERVISOR.to_owned()],
            sign_in_lasts: Duration::from_secs(12 * 3_600),
            idle: Duration::from_secs(3_600),
        }
    }
}

impl DeskOptions {
    /// Whether an account supervises: its role is such a role, or includes one.
    pub(crate) fn supervises(&self, roles: &[RoleDef], account: &Account) -> bool {
        let Some(role) = &account.role else { return false };
        self.supervisors.iter().any(|supervisor| has_role(roles, role, supervisor))
    }
}
