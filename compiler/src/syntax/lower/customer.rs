//! The customer's profile: its fields, and where it comes from.

use super::Lower;
use crate::syntax::ast::{Customer, FindCustomer, Lookup, Request};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn customer(&mut self, node: &Node) -> Customer {
        let mut customer = Customer::default();
        let parts = [Rule::field, Rule::customer_from, Rule::customer_find, Rule::customer_confirm];
        for part in self.parts(node, &parts) {
            match part.rule {
                Rule::field => customer.fields.push(self.field(part)),
                Rule::customer_find => {
                    let channels = self.names(part);
                    customer.find.push(FindCustomer { channels, lookup: self.lookup(part) });
                }
                Rule::customer_confirm => match &customer.confirm {
                    Some(first) => self.twice(first.span, part),
                    None => customer.confirm = self.names(part).into_iter().next(),
                },
                _ => match &customer.from {
                    Some(first) => self.twice(first.request.span, part),
                    None => customer.from = Some(self.lookup(part)),
                },
            }
        }
        customer
    }

    fn lookup(&mut self, node: &Node) -> Lookup {
        let method = node.child(Rule::method).map(|method| self.name(method));
        let request = Request {
            span: node.span,
            method: method.unwrap_or_else(|| self.own_name(node)),
            url: self.own_template(node),
            headers: Vec::new(),
            body: None,
        };
        let mut lookup = Lookup { request, timeout_ms: None, keep_ms: None };
        let Some(settings) = node.child(Rule::lookup) else { return lookup };
        for member in self.members(settings, Rule::lookup_member) {
            match member.rule {
                Rule::header => lookup.request.headers.extend(self.header(member)),
                Rule::body_fields => lookup.request.body = Some(self.args(member)),
                Rule::timeout => lookup.timeout_ms = self.own_duration(member),
                _ => lookup.keep_ms = self.own_duration(member),
            }
        }
        lookup
    }
}
