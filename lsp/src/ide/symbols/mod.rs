//! What the names of a project stand for, and where each of them is written.
//!
//! Worked out from the syntax trees alone, so that it holds while other parts of the text are wrong.

mod decls;
mod exprs;
mod migrate;
mod scope;
mod steps;
mod texts;
mod types;
mod walk;

use flowright_compiler::base::FileSpan;

pub(crate) use decls::param_owner;
pub(crate) use exprs::customer_owner;
pub(crate) use migrate::{flows_now, slot_now};
pub(crate) use scope::{Scope, slot_owner};
pub use types::{Ty, ty_of};
pub use walk::occurrences;

/// What kind of thing a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The bot.
    Bot,
    /// A module of the standard library.
    Module,
    /// A role.
    Role,
    /// A channel.
    Channel,
    /// An entity, which is a type too.
    Entity,
    /// An intent.
    Intent,
    /// A slot of the whole session.
    SessionSlot,
    /// An action or effect.
    Action,
    /// A skill.
    Skill,
    /// A named text.
    Text,
    /// A flow.
    Flow,
    /// A knowledge base.
    Knowledge,
    /// An experiment.
    Experiment,
    /// A state of a flow.
    State,
    /// A slot of a flow.
    Slot,
    /// The result of an action, or what was chosen, in a flow.
    Bind,
    /// A parameter of an action.
    Param,
    /// A parameter of a named text.
    TextParam,
    /// A field of an action's result or of a record in it: its path.
    ResultField,
    /// An error that an action declares.
    ActionError,
    /// A field of the customer.
    CustomerField,
    /// A choice of a `one_of`.
    Choice,
    /// A variant of an experiment.
    Variant,
    /// A language of the bot.
    Language,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// Which kind of thing.
    pub kind: Kind,
    /// The flow, action, text, experiment or type that it belongs to; empty at top level.
    pub owner: String,
    /// Its name; of a field in a record the path to it.
    pub name: String,
}

impl Symbol {
    /// Something at top level.
    #[must_use]
    pub fn top(kind: Kind, name: &str) -> Self {
        Self { kind, owner: String::new(), name: name.to_owned() }
    }

    /// Something inside something else.
    #[must_use]
    pub fn inside(kind: Kind, owner: &str, name: &str) -> Self {
        Self { kind, owner: owner.to_owned(), name: name.to_owned() }
    }

    /// The word that stands in the text for it: of a path the last part.
    #[must_use]
    pub fn word(&self) -> &str {
        match self.kind {
            Kind::ResultField => self.name.rsplit('.').next().unwrap_or(&self.name),
            _ => &self.name,
        }
    }
}

/// What a name does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is declared here.
    Declares,
    /// It is used.
    Uses,
    /// Its value is changed or asked for.
    Writes,
    /// The conversation goes there: a state, or a flow that is called or started.
    GoesTo,
}

/// A name in the text, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Where the word stands.
    pub at: FileSpan,
    /// What it stands for.
    pub symbol: Symbol,
    /// What it does here.
    pub role: Role,
    /// What it stands for besides.
    pub also: Also,
}

/// What a name stands for besides, which stays when it is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Also {
    /// Nothing.
    Nothing,
    /// The name of a field: `body { due }` is `body { due: due }`.
    Field,
    /// The same in the version before: `flow main -> start` is `flow main is main -> start`.
    Before,
}
