//! A broken `route` or `test`: its lines one by one.

use super::ChunkParser;
use super::parts::Part;
use crate::base::Span;
use crate::syntax::ast::{DeclKind, Route, RouteRule, Test, TestLine, TestLineKind};
use crate::syntax::pest_bridge::{Failure, Rule};
use crate::syntax::token::TEST_KEYWORDS;

impl ChunkParser<'_> {
    pub(super) fn recover_route(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let mut route = Route::default();
        let Some((_, body)) = self.cutter.split_head(span) else {
            self.report(span, failure, &[]);
            return self.lost();
        };
        for piece in self.cutter.lines(body) {
            match self.run(Rule::route_rules, piece) {
                Ok(node) => {
                    let rules = node.all(Rule::route_rule);
                    rules.for_each(|rule| self.lower.route_rule(&mut route, rule));
                }
                Err(failure) => {
                    self.lower.allows.over(piece);
                    self.report(piece, &failure, &["allow", "urgency", "when", "otherwise"]);
                    route.rules.push(RouteRule::Error(piece));
                }
            }
        }
        self.lower.allows.end(span.end);
        DeclKind::Route(route)
    }

    pub(super) fn recover_test(&mut self, span: Span, failure: &Failure) -> DeclKind {
        let head = self.cutter.split_head(span);
        let lowered =
            head.and_then(|(head, body)| Some((self.run(Rule::one_test_head, head).ok()?, body)));
        let Some((node, body)) = lowered else {
            self.report(span, failure, &[]);
            return self.lost();
        };
        let mut test: Test = self.lower.test_head(&node);
        for piece in self.cutter.pieces(body, TEST_KEYWORDS, false) {
            self.each_part(piece, TEST_KEYWORDS, &mut |parser, part| {
                parser.test_part(&mut test, part)
            });
        }
        self.lower.allows.end(span.end);
        DeclKind::Test(test)
    }

    /// A line of a test.
    fn test_part(&mut self, test: &mut Test, part: Part) -> Result<(), Failure> {
        match part {
            Part::Whole(piece) => {
                let node = self.run(Rule::test_lines, piece)?;
                for line in node.all(Rule::test_line) {
                    self.lower.test_line(test, line);
                }
            }
            Part::Lost(piece, failure) => {
                self.lower.allows.over(piece);
                self.report(piece, &failure, TEST_KEYWORDS);
                test.lines.push(TestLine { span: piece, kind: TestLineKind::Error });
            }
        }
        Ok(())
    }
}
