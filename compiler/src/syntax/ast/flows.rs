//! Flows: what starts them, their slots, states, handlers and properties.

use flowright_nlu::value::Decimal;

use super::{Expr, Fallback, Labels, Name, Spanned, Step, TextRef, TypeExpr};
use crate::base::Span;

/// `flow NAME { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The flow.
    pub name: Name,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its slots.
    pub slots: Vec<Slot>,
    /// Its states; the first is where it starts.
    pub states: Vec<State>,
    /// Handlers for all its states.
    pub handlers: Vec<Handler>,
    /// Its own thresholds.
    pub fallback: Option<Fallback>,
    /// Properties to prove.
    pub ensures: Vec<Ensure>,
    /// Members whose form was lost.
    pub errors: Vec<Span>,
}

/// What starts a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// `on intent NAME`
    Intent { intent: Name, span: Span },
    /// `on repair NAME`: an intent that is tried before digressions and leaves the waiting flow
    /// in place.
    Repair { intent: Name, span: Span },
    /// `on start`: a new session.
    Start { span: Span },
}

/// A slot of a flow, or at top level one that the whole session remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The `///` lines above it (inside a flow; at top level they are the declaration's).
    pub doc: Option<String>,
    /// From its keyword on.
    pub span: Span,
    /// The slot.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its confidentiality.
    pub labels: Labels,
    /// The question that fills it.
    pub ask: Option<TextRef>,
    /// `check EXPR else TEXT`, in order.
    pub checks: Vec<Check>,
    /// Wrong answers before a human is asked; `tries 3`.
    pub tries: Option<Spanned<Decimal>>,
    /// `default EXPR`: its value until it is filled.
    pub default: Option<Expr>,
    /// Parts of it were lost (inside a flow; at top level its declaration says so).
    pub broken: bool,
}

/// `check EXPR else TEXT`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What must hold of the new value.
    pub cond: Expr,
    /// What the customer is told when it does not.
    pub otherwise: Option<TextRef>,
    /// Where.
    pub span: Span,
}

/// `state NAME { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The `///` lines above it.
    pub doc: Option<String>,
    /// The state.
    pub name: Name,
    /// With braces.
    pub span: Span,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its handlers.
    pub handlers: Vec<Handler>,
}

/// `on intent X { … }`, `on silence 10m { … }`, `on failure { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// What it handles.
    pub on: HandlerOn,
    /// What it does.
    pub body: Body,
    /// Where.
    pub span: Span,
}

/// What a handler handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandlerOn {
    /// An intent, while the state or flow waits for the customer.
    Intent(Name),
    /// No word from the customer for this long, in milliseconds.
    Silence(Spanned<i64>),
    /// An action that failed and whose `do` does not handle it.
    Failure(Span),
}

/// `-> state`, or steps in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `-> state`
    Goto(Name),
    /// `{ … }`, or a single step.
    Steps(Vec<Step>),
}

/// `ensure …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensure {
    /// Where.
    pub span: Span,
    /// What is claimed.
    pub kind: EnsureKind,
}

/// What an `ensure` claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnsureKind {
    /// `ensure COND before ACTION`
    Before { cond: Expr, action: Name },
    /// `ensure always reaches end`
    AlwaysReachesEnd,
    /// `ensure at most N turns`
    AtMostTurns(Spanned<Decimal>),
    /// `ensure a human within N turns from anywhere`
    HumanWithin(Spanned<Decimal>),
    /// Lost.
    Error,
}
