//! The tree of `migrate`: what becomes of sessions that a version before this one began.

use super::{Expr, Name, Spanned, TextRef};
use crate::base::Span;

/// `migrate from "3fa9c1" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrate {
    /// The beginning of the hash of the only bundle that it speaks of.
    pub from: Option<Spanned<String>>,
    /// What is said, in order.
    pub lines: Vec<MigrateLine>,
    /// From keyword to closing brace.
    pub span: Span,
}

/// One line of `migrate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrateLine {
    /// Where.
    pub span: Span,
    /// What it says.
    pub kind: MigrateKind,
}

/// What a line of `migrate` says. `old` is a name of the version before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrateKind {
    /// `flow OLD is NEW`, `flow OLD -> …`, or both.
    Flow {
        /// The flow as it was called.
        old: Name,
        /// As it is called now.
        new: Option<Name>,
        /// Where sessions go that wait in it where nothing waits any more.
        to: Option<MigrateTo>,
    },
    /// `state FLOW.OLD is FLOW.NEW`
    StateIs {
        /// The flow and state as they were called.
        old: Name,
        /// As they are called now.
        new: Name,
    },
    /// `state FLOW.OLD -> …`
    StateTo {
        /// The flow and state as they were called.
        old: Name,
        /// Where sessions go that wait in it.
        to: MigrateTo,
    },
    /// `slot FLOW.OLD is FLOW.NEW`
    SlotIs {
        /// The slot as it was called.
        old: Name,
        /// As it is called now.
        new: Name,
    },
    /// `slot FLOW.OLD dropped`
    SlotDropped {
        /// The slot as it was called.
        old: Name,
    },
    /// `slot FLOW.NEW default VALUE`
    SlotDefault {
        /// The slot as it is called now.
        new: Name,
        /// Its value in sessions that bring none.
        value: Expr,
    },
    /// `intent OLD is NEW`, `skill OLD is NEW`, `channel OLD is NEW`
    Named {
        /// `intent`, `skill` or `channel`.
        what: &'static str,
        /// As it was called.
        old: Name,
        /// As it is called now.
        new: Name,
    },
    /// Lost.
    Error,
}

/// Where a line of `migrate` sends sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrateTo {
    /// To a state of the flow that it is now, which begins anew.
    State(Name),
    /// To a human.
    Handoff {
        /// The skill wanted.
        to: Option<Name>,
        /// Why.
        because: Option<TextRef>,
    },
    /// The flow is over; resolved where no outcome is named.
    End(Option<Name>),
}
