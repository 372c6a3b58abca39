//! Test blocks.

use super::Lower;
use crate::syntax::ast::{Expr, ExprKind, GivenAnswer, Test, TestLine, TestLineKind};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn test(&mut self, node: &Node) -> Test {
        let mut test = self.test_head(node);
        node.all(Rule::test_line).for_each(|line| self.test_line(&mut test, line));
        self.allows.end(node.span.end);
        test
    }

    /// A test with nothing in it.
    pub(in crate::syntax) fn test_head(&mut self, node: &Node) -> Test {
        Test { name: self.own_string(node), lines: Vec::new() }
    }

    /// Adds what stands in a `test_line` node.
    pub(in crate::syntax) fn test_line(&mut self, test: &mut Test, node: &Node) {
        if let Some(allow) = node.child(Rule::allow) {
            return self.wait_allow(allow);
        }
        self.allows.over(node.span);
        let kind = match node.children.first() {
            Some(line) => self.test_line_kind(line),
            None => TestLineKind::Error,
        };
        test.lines.push(TestLine { span: node.span, kind });
    }

    fn test_line_kind(&mut self, node: &Node) -> TestLineKind {
        match node.rule {
            Rule::test_today => {
                let date = node.child(Rule::date).and_then(|date| self.date(date));
                let time_s = match node.child(Rule::time) {
                    Some(time) => self.time(time).map(|time| Some(time.value)),
                    None => Some(None),
                };
                match date.zip(time_s) {
                    Some((date, time_s)) => TestLineKind::Today { date: date.value, time_s },
                    None => TestLineKind::Error,
                }
            }
            Rule::test_language => TestLineKind::Language(self.own_name(node)),
            Rule::test_channel => TestLineKind::Channel(self.own_name(node)),
            Rule::test_reachable => TestLineKind::Reachable(self.names(node)),
            Rule::test_customer => TestLineKind::Customer(self.settings(node)),
            Rule::test_seed => {
                self.own_number(node).map_or(TestLineKind::Error, TestLineKind::Seed)
            }
            Rule::test_given => TestLineKind::Given {
                action: self.own_name(node),
                args: self.args(node),
                answer: given_answer(self.own_expr(node)),
            },
            Rule::test_user if node.child(Rule::kw_presses).is_some() => {
                TestLineKind::Presses(self.own_template(node))
            }
            Rule::test_user => TestLineKind::User(self.own_template(node)),
            Rule::test_bot if node.child(Rule::kw_knowledge).is_some() => {
                TestLineKind::Article(self.own_string(node))
            }
            Rule::test_bot => TestLineKind::Bot {
                on: node.child(Rule::to_channel).map(|channel| self.own_name(channel)),
                text: self.own_template(node),
            },
            Rule::test_silence => {
                self.own_duration(node).map_or(TestLineKind::Error, TestLineKind::Silence)
            }
            Rule::test_expect => self.expect(node),
            _ => TestLineKind::Error,
        }
    }

    fn expect(&mut self, node: &Node) -> TestLineKind {
        let Some(inner) = node.children.iter().find(|c| c.rule != Rule::kw_expect) else {
            return TestLineKind::Error;
        };
        match inner.rule {
            Rule::expect_called | Rule::expect_not_called => TestLineKind::ExpectCalled {
                negated: inner.rule == Rule::expect_not_called,
                action: self.own_name(inner),
                args: self.args(inner),
            },
            Rule::expect_ended => TestLineKind::ExpectEnded(self.own_name(inner)),
            Rule::expect_handoff => TestLineKind::ExpectHandoff {
                to: inner.child(Rule::handoff_to).map(|to| self.own_name(to)),
                because: inner.child(Rule::expect_because).map(|b| self.own_template(b)),
            },
            Rule::expect_state => TestLineKind::ExpectState(self.own_name(inner)),
            Rule::expr => TestLineKind::Expect(self.expr(inner)),
            _ => TestLineKind::Error,
        }
    }
}

/// A bare name is an error's name, or `fails`; a choice is given as `x.name`'s value elsewhere.
fn given_answer(expr: Expr) -> GivenAnswer {
    match expr.kind {
        ExprKind::Path(mut names) if names.len() == 1 => match names.pop() {
            Some(name) => GivenAnswer::Error(name),
            None => GivenAnswer::Value(Expr { span: expr.span, kind: ExprKind::Error }),
        },
        kind => GivenAnswer::Value(Expr { span: expr.span, kind }),
    }
}
