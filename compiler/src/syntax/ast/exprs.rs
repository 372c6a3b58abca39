//! Expressions.

use flowright_nlu::value::{Date, Decimal, Money};

use super::{Arg, Name, Spanned, Template};
use crate::base::Span;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: ExprKind,
}

/// Every expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `12_000`, `0.5`
    Number(Decimal),
    /// `70%`, as a share of one
    Percent(Decimal),
    /// `CNY 1_000_000`
    Money(Money),
    /// `30s`, `5m`, `4h`, `2d`, in milliseconds
    Duration(i64),
    /// `2026-06-15`
    Date(Date),
    /// `09:30`, in seconds since midnight
    Time(u32),
    /// `"…"`, `"""…"""`
    Str(Template),
    /// `r"…"`
    Regex(String),
    /// `found.due`, `today`, `line_down`, `env.CRM_URL`
    Path(Vec<Name>),
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `x + y`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x is a`, `x is not a`
    Is { value: Box<Expr>, negated: bool, option: Name },
    /// `has slot`
    Has(Vec<Name>),
    /// `reachable on mail`: whether the customer has an address on that channel.
    Reachable(Name),
    /// `days_until(due)`
    Call { function: Name, args: Vec<Arg> },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ due: 2026-06-10, owner: "C-1001" }`
    Record(Vec<Arg>),
    /// `reveal(x) because "…"`
    Reveal { value: Box<Expr>, because: Spanned<String> },
    /// Lost.
    Error,
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Neg,
}

/// Infix operators, loosest first: `or`, `and`, comparisons, `+ -`, `* /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Contains,
    Matches,
    Add,
    Sub,
    Mul,
    Div,
}
