//! Who there is: roles, and the customer with the profile's fields.

use std::collections::BTreeSet;

use super::cx::Checker;
use crate::base::limits::ROLES_MAX;
use crate::diag::Code;
use crate::ir::FieldDef;
use crate::syntax::ast::{Labels, Role};

impl<'a> Checker<'a> {
    /// Roles: their names and that they do not include each other in a circle.
    pub(super) fn roles(&mut self) {
        let roles = self.symbols.roles.items.clone();
        for role in &roles {
            self.enter(role);
            for included in &role.node.includes {
                self.lookup(|s| &s.roles, "role", included);
            }
        }
        if roles.len() > ROLES_MAX {
            // Said where the rights of each are told apart.
            return;
        }
        for role in &roles {
            self.enter(role);
            if self.includes_itself(role.node) {
                let message = format!("the role `{}` includes itself", role.node.name.text);
                self.error(
                    Code::E0214,
                    role.node.name.span,
                    message,
                    "a circle",
                    "remove one `includes`",
                );
            }
        }
    }

    fn includes_itself(&self, role: &Role) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&Role> = vec![role];
        while let Some(next) = open.pop() {
            for included in &next.includes {
                if included.text == role.name.text {
                    return true;
                }
                if seen.insert(&included.text) {
                    let number = self.symbols.roles.get(&included.text);
                    let found = number.and_then(|i| self.symbols.roles.items.get(i as usize));
                    open.extend(found.map(|found| found.node));
                }
            }
        }
        false
    }

    /// `personal` and `visible to ROLE`.
    pub(super) fn labels(&mut self, labels: &Labels) {
        if let Some(role) = &labels.visible_to {
            self.lookup(|s| &s.roles, "role", role);
        }
    }

    /// The customer's profile.
    pub(super) fn customer(&mut self) {
        let customers = self.symbols.customers.clone();
        let fields =
            customers.iter().flat_map(|found| found.node.fields.iter().map(move |f| (found, f)));
        for (found, field) in fields {
            self.enter(found);
            self.labels(&field.labels);
            self.none_optional(std::slice::from_ref(field));
            self.no_labels_inside(&field.ty);
            let name = &field.name.text;
            if self.customer.iter().any(|known| known.name == *name) {
                self.twice("field", &field.name);
                continue;
            }
            let Some((ty, _)) = self.resolve_type(&field.ty, &format!("customer.{name}")) else {
                continue;
            };
            self.customer_at.push(self.at(field.name.span));
            self.customer.push(FieldDef {
                name: name.clone(),
                ty,
                personal: field.labels.personal.is_some(),
                visible_to: field.labels.visible_to.as_ref().map(|role| role.text.clone()),
            });
        }
    }
}
