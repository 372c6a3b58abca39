//! Who there is: roles, and the customer with the profile's fields.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::cx::{Checker, listed};
use super::once::first_of;
use super::symbols::Found;
use crate::base::Span;
use crate::base::limits::ROLES_MAX;
use crate::diag::{Code, Diagnostic};
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
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for role in roles.iter().filter(|role| !role.node.includes.is_empty()) {
            if told.contains(role.node.name.text.as_str()) {
                continue;
            }
            let Some(circle) = self.way_round(role) else { continue };
            told.extend(circle.iter().map(|(role, _)| role.node.name.text.as_str()));
            self.role_circle(&circle);
        }
    }

    /// The shortest way on which a role includes itself: each role on it, with the place in its
    /// `includes` of the next.
    fn way_round(&self, role: &Found<'a, Role>) -> Option<Vec<(Found<'a, Role>, usize)>> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut ways = VecDeque::from([vec![(*role, 0)]]);
        while let Some(way) = ways.pop_front() {
            let Some(((last, _), before)) = way.split_last() else { continue };
            for (place, included) in last.node.includes.iter().enumerate() {
                let mut longer = before.to_vec();
                longer.push((*last, place));
                if included.text == role.node.name.text {
                    return Some(longer);
                }
                let number = self.symbols.roles.get(&included.text);
                let next = number.and_then(|i| self.symbols.roles.items.get(i as usize));
                if let Some(next) = next.filter(|_| seen.insert(&included.text)) {
                    longer.push((*next, 0));
                    ways.push_back(longer);
                }
            }
        }
        None
    }

    /// Says of a circle of roles how it goes round.
    fn role_circle(&mut self, circle: &[(Found<'a, Role>, usize)]) {
        let names: Vec<&str> =
            circle.iter().map(|(role, _)| role.node.name.text.as_str()).collect();
        let message = match names.as_slice() {
            [only] => format!("the role `{only}` includes itself"),
            names => format!("the roles {} include each other in a circle", listed(names)),
        };
        let mut steps = circle.iter().filter_map(|(role, place)| {
            let included = role.node.includes.get(*place)?;
            let text = format!("`{}` includes `{}`", role.node.name.text, included.text);
            Some((role.at(included.span), text))
        });
        let Some((at, text)) = steps.next() else { return };
        let finding = Diagnostic::new(Code::E0214, at, message).label(text);
        let finding = steps.fold(finding, |finding, (at, text)| finding.related(at, text));
        let finding = match circle {
            [(role, place)] => {
                let gone = role.at(without(role.node, *place));
                finding.help("remove its own name").fix("remove its own name", gone, "")
            }
            _ => finding.help("remove one of these `includes`"),
        };
        self.report(finding);
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
