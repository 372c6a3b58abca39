//! A conversation in which a property does not hold, line by line.

use crate::ir::ActionId;
use crate::sema::hir::{EnsureKind, Flow, Project};
use crate::syntax::write::duration;

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The customer says this.
    Customer(String),
    /// The bot says this; `…` stands for a value that is not known here.
    Bot(String),
    /// An action answers: its number, and the fields of the result or the name of the error.
    Action {
        /// Which.
        action: ActionId,
        /// What it answers.
        answer: Answer,
    },
    /// Time passes, in milliseconds.
    Silence(i64),
    /// What else happens, in words.
    Note(String),
}

/// What an action answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Fields of the result with values as a test writes them; fields that do not matter are
    /// left out.
    Fields(Vec<(String, String)>),
    /// A declared error.
    Error(String),
    /// Any failure.
    Fails,
}

/// What a property claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Something holds before this action is called.
    Before(String),
    /// An end can be reached from everywhere.
    ReachesEnd,
    /// It is over after so many turns.
    AtMostTurns(u32),
    /// A human is so many turns away, at most.
    HumanWithin(u32),
}

impl Claim {
    pub(super) fn of(kind: &EnsureKind, project: &Project) -> Self {
        match kind {
            EnsureKind::Before { action, .. } => {
                let action = project.actions.get(action.index());
                Self::Before(action.map(|action| action.name.clone()).unwrap_or_default())
            }
            EnsureKind::ReachesEnd => Self::ReachesEnd,
            EnsureKind::AtMostTurns(turns) => Self::AtMostTurns(*turns),
            EnsureKind::HumanWithin(turns) => Self::HumanWithin(*turns),
        }
    }
}

/// A conversation in which a property does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The property as it is written, on one line.
    pub property: String,
    /// What it claims.
    pub claim: Claim,
    /// The flow that claims it.
    pub flow: String,
    /// Fields of the customer's profile that matter, with values as a test writes them.
    pub customer: Vec<(String, String)>,
    /// It begins with a session that is opened without a word (`on start`).
    pub opens: bool,
    /// The conversation.
    pub lines: Vec<Line>,
}

/// The conversation as text, one line each, for people.
pub(super) fn told(
    project: &Project,
    flow: &Flow,
    customer: &[(String, String)],
    lines: &[Line],
) -> String {
    let mut told = format!("a conversation in `{}` that shows it:", flow.name);
    if !customer.is_empty() {
        let fields: Vec<String> =
            customer.iter().map(|(name, value)| format!("{name} is {value}")).collect();
        told.push_str("\n            (the customer's ");
        told.push_str(&fields.join(", "));
        told.push(')');
    }
    for line in lines {
        let text = match line {
            Line::Customer(text) => format!("customer  {text}"),
            Line::Bot(text) => format!("bot       {text}"),
            Line::Silence(ms) => format!("          ({} without a word)", duration(*ms)),
            Line::Note(text) => format!("          ({text})"),
            Line::Action { action, answer } => {
                let name = project.actions.get(action.index()).map_or("", |a| a.name.as_str());
                match answer {
                    Answer::Fields(fields) => {
                        let fields: Vec<String> =
                            fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                        format!("{name} -> {{ {} }}", fields.join(", "))
                    }
                    Answer::Error(error) => format!("{name} -> {error}"),
                    Answer::Fails => format!("{name} -> fails"),
                }
            }
        };
        told.push_str("\n  ");
        told.push_str(&text);
    }
    told
}
