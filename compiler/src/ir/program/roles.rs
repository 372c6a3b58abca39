//! Roles of agents, and whose rights each has besides its own.

use serde::{Deserialize, Serialize};

use super::RoleId;

/// `role supervisor includes agent`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleDef {
    pub name: String,
    /// The roles that it includes, as they are written.
    pub includes: Vec<RoleId>,
}

/// Whether somebody in a role has the rights of another: it is that one, or includes it by whatever way.
/// A name that is not among the roles has none, not even its own.
#[must_use]
pub fn has_role(roles: &[RoleDef], role: &str, wanted: &str) -> bool {
    let mut open: Vec<usize> = roles.iter().position(|def| def.name == role).into_iter().collect();
    let mut seen = vec![false; roles.len()];
    while let Some(number) = open.pop() {
        let (Some(def), Some(seen)) = (roles.get(number), seen.get_mut(number)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        if def.name == wanted {
            return true;
        }
        open.extend(def.includes.iter().map(|id| id.index()));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, includes: &[u32]) -> RoleDef {
        RoleDef { name: name.to_owned(), includes: includes.iter().map(|n| RoleId(*n)).collect() }
    }

    #[test]
    fn a_role_has_its_own_rights_and_those_of_what_it_includes() {
        let roles =
            [role("agent", &[]), role("lead", &[0]), role("chief", &[1, 3]), role("audit", &[])];
        for (name, wanted, has) in [
            ("agent", "agent", true),
            ("lead", "agent", true),
            ("chief", "agent", true),
            ("chief", "audit", true),
            ("agent", "lead", false),
            ("lead", "audit", false),
            ("gone", "agent", false),
            ("gone", "gone", false),
            ("chief", "gone", false),
        ] {
            assert_eq!(has_role(&roles, name, wanted), has, "{name} {wanted}");
        }
    }

    #[test]
    fn roles_in_a_circle_come_to_an_end() {
        let roles = [role("a", &[1]), role("b", &[0, 9])];
        assert!(has_role(&roles, "a", "b") && !has_role(&roles, "a", "c"));
    }
}
