//! Why nothing was carried out.

use super::StoreError;

/// Why nothing was carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// Too many messages wait in this session.
    #[error("too many messages wait in this session")]
    SessionBusy,
    /// Too many sessions, or the server is going down.
    #[error("the server takes no more at the moment")]
    Overloaded,
    /// The customer's profile is not as the bot declares it.
    #[error("customer: {0}")]
    BadCustomer(String),
    /// An agent moves in a session that does not exist.
    #[error("there is no session `{0}`")]
    NoSession(String),
    /// An agent moves in a conversation that the bot has.
    #[error("the bot has this conversation, not an agent")]
    NotHandedOff,
    /// An agent moves in a conversation that was handed over again since she took it.
    #[error("this conversation was handed over again since")]
    HandedOffAgain,
    /// Another agent has it, or it changed hands since the move was decided.
    #[error("another agent has this conversation, or it changed hands since")]
    NotTheOwner,
    /// The bot has no skill of that name.
    #[error("the bot has no skill of that name")]
    NoSkill,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine would not take it: a fault of ours.
    #[error("the session could not take the message: {0}")]
    Engine(String),
}
