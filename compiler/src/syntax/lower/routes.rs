//! Routing rules.

use super::Lower;
use crate::syntax::ast::{Name, Route, RouteRule};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn route(&mut self, node: &Node) -> Route {
        let mut route = Route { rules: Vec::new(), span: node.span };
        node.all(Rule::route_rule).for_each(|rule| self.route_rule(&mut route, rule));
        self.allows.end(node.span.end);
        route
    }

    /// Adds what stands in a `route_rule` node.
    pub(in crate::syntax) fn route_rule(&mut self, route: &mut Route, node: &Node) {
        if let Some(allow) = node.child(Rule::allow) {
            return self.wait_allow(allow);
        }
        self.allows.over(node.span);
        let rule = self.one_rule(node);
        route.rules.push(rule);
    }

    fn one_rule(&mut self, node: &Node) -> RouteRule {
        let Some(inner) = node.children.first() else { return RouteRule::Error(node.span) };
        let span = inner.span;
        let mut names = self.names(inner);
        let cond = inner.child(Rule::expr).map(|expr| self.expr(expr));
        match (inner.rule, cond) {
            (Rule::urgency_rule, Some(cond)) => {
                RouteRule::Urgency { level: self.own_name(inner), cond, span }
            }
            (Rule::otherwise_rule, _) => RouteRule::Otherwise { skill: self.own_name(inner), span },
            (Rule::when_rule | Rule::intent_rule, cond) => {
                let missing = Name { text: String::new(), span };
                let skill = names.pop().unwrap_or(missing);
                RouteRule::Skill { intents: names, cond, skill, span }
            }
            _ => RouteRule::Error(span),
        }
    }
}
