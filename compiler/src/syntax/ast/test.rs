//! The tree of `test`: a conversation as it should go.

use flowright_nlu::value::{Date, Decimal};

use super::{Arg, Expr, Name, Setting, Spanned, Template};
use crate::base::Span;

/// `test "name" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The test's name.
    pub name: Spanned<String>,
    /// Its lines, in order.
    pub lines: Vec<TestLine>,
}

/// One line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLine {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: TestLineKind,
}

/// Every line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestLineKind {
    /// `today 2026-06-01`, or `today 2026-06-01 09:30`
    Today { date: Date, time_s: Option<u32> },
    /// `language zh`
    Language(Name),
    /// `channel web`
    Channel(Name),
    /// `reachable on mail, shop`: where the customer has an address, too.
    Reachable(Vec<Name>),
    /// `customer { id "C-1001"  tier gold }`
    Customer(Vec<Setting>),
    /// `seed 7`
    Seed(Spanned<Decimal>),
    /// `given ACTION[(args)] -> VALUE`, `-> fails`, `-> ERROR`; answers queue up in order and the
    /// last one repeats.
    Given { action: Name, args: Vec<Arg>, answer: GivenAnswer },
    /// `user "…"`
    User(Template),
    /// `user presses "…"`: a button of the last menu, by its text.
    Presses(Template),
    /// `bot [on CHANNEL] "…"`: the next thing said, whole, and where, if not where the customer
    /// last wrote.
    Bot { on: Option<Name>, text: Template },
    /// `bot knowledge "ID"`: the next thing said is from this article.
    Article(Spanned<String>),
    /// `silence 10m`, in milliseconds.
    Silence(Spanned<i64>),
    /// `expect called A(args)`, `expect not called A`
    ExpectCalled { negated: bool, action: Name, args: Vec<Arg> },
    /// `expect ended OUTCOME`
    ExpectEnded(Name),
    /// `expect handoff [to SKILL] [because "…"]`
    ExpectHandoff { to: Option<Name>, because: Option<Template> },
    /// `expect state NAME`: the state that waits.
    ExpectState(Name),
    /// `expect EXPR`: a condition over slots and `customer`.
    Expect(Expr),
    /// A line whose form was lost.
    Error,
}

/// What an action answers in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenAnswer {
    /// A value of the action's result type.
    Value(Expr),
    /// A declared error, or `fails`.
    Error(Name),
}
