//! Who there is: roles, and the customer with the profile's fields.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::{circles, finding, told};
use super::cx::Checker;
use super::once::first_of;
use super::symbols::Found;
use crate::base::Span;
use crate::base::limits::ROLES_MAX;
use crate::diag::Code;
use crate::ir::FieldDef;
use crate::syntax::ast::{Labels, Name, Role};

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
        self.role_circles(&roles);
    }

    /// Roles that include themselves: each circle once.
    fn role_circles(&mut self, roles: &[Found<'a, Role>]) {
        let of = |included: &Name| Some(self.symbols.roles.get(&included.text)? as usize);
        let next = |role: &Found<'a, Role>| role.node.includes.iter().filter_map(of).collect();
        let next: Vec<BTreeSet<usize>> = roles.iter().map(next).collect();
        let name = |role: usize| roles.get(role).map_or("", |role| role.node.name.text.as_str());
        for circle in circles(&next) {
            let place = |(role, to): (&usize, &usize)| {
                let role = roles.get(*role)?;
                let to = role.node.includes.iter().position(|included| included.text == name(*to));
                Some((role, to?))
            };
            let to = circle.iter().cycle().skip(1);
            let places: Vec<(&Found<'a, Role>, usize)> =
                circle.iter().zip(to).filter_map(place).collect();
            let message = match circle.as_slice() {
                [only] => format!("the role `{}` includes itself", name(*only)),
                more => format!("these roles include each other in a circle: {}", told(more, name)),
            };
            let steps = places.iter().filter_map(|(role, place)| {
                let included = role.node.includes.get(*place)?;
                let text = format!("`{}` includes `{}`", role.node.name.text, included.text);
                Some((role.at(included.span), text))
            });
            let Some(found) = finding(Code::E0214, message, steps) else { continue };
            let found = match places.as_slice() {
                [(role, place)] => {
                    let gone = role.at(without(role.node, *place));
                    found.help("remove its own name").fix("remove its own name", gone, "")
                }
                _ => found.help("remove one of these `includes`"),
            };
            self.report(found);
        }
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
        let mut seen = BTreeMap::new();
        let fields =
            customers.iter().flat_map(|found| found.node.fields.iter().map(move |f| (found, f)));
        for (found, field) in fields {
            self.enter(found);
            self.labels(&field.labels);
            self.none_optional(std::slice::from_ref(field));
            self.no_labels_inside(&field.ty);
            let name = &field.name.text;
            if let Some(first) = first_of(&mut seen, name, self.at(field.name.span)) {
                self.twice("field", &field.name, first);
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

/// What goes when a role no longer includes the one at that place.
fn without(role: &Role, place: usize) -> Span {
    let end = |name: Option<&Name>| name.map_or(role.name.span.end, |name| name.span.end);
    let included = role.includes.get(place);
    match (place.checked_sub(1), role.includes.get(place + 1)) {
        // The first of several: with the comma behind it.
        (None, Some(next)) => {
            Span::new(included.map_or(next.span.start, |name| name.span.start), next.span.start)
        }
        (before, _) => {
            let before = before.and_then(|before| role.includes.get(before));
            Span::new(end(before), end(included))
        }
    }
}
