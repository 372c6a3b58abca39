//! What comes into a session's mailbox, and what is answered.

use flowright_engine::model::{Attachment, DeskMove, Owner, Ownership, Session, Then};
use flowright_nlu::lang::Lang;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::DispatchError;
use crate::store::StoredReply;

/// What a customer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Unique in the session; the same id again gives the same answer.
    pub id: String,
    /// Name of the channel.
    pub channel: String,
    /// The words.
    pub text: String,
    /// A button's payload.
    pub payload: Option<String>,
    /// What is known of the customer from whoever vouches for it.
    pub customer: Option<serde_json::Value>,
    /// Who she is, where nobody vouches for more than that: by the address that she writes from.
    pub customer_id: Option<String>,
    /// Language to begin with.
    pub lang: Option<Lang>,
    /// What the channel needs to answer, where replies do not go back the way the message came: opaque
    /// to everything but the channel, and kept with the session.
    pub reply_to: Option<String>,
    /// The address that it came from, where that is the customer's for sure.
    pub from: Option<String>,
    /// Files that came with it, which belong to the session.
    pub attachments: Vec<Attachment>,
}

impl Incoming {
    /// Without a word, by nobody.
    pub(crate) fn nobody(channel: &str) -> Self {
        Self {
            id: String::new(),
            channel: channel.to_owned(),
            text: String::new(),
            payload: None,
            customer: None,
            customer_id: None,
            lang: None,
            reply_to: None,
            from: None,
            attachments: Vec::new(),
        }
    }

    /// The same by a customer.
    pub(crate) fn by_id(self, customer: &str) -> Self {
        Self { customer_id: Some(customer.to_owned()), ..self }
    }
}

/// What an agent does who has the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentMove {
    /// Unique among the agents' moves of the session; the same id again gives the same answer.
    pub id: String,
    /// The agent's name, as the customer sees it.
    pub name: String,
    /// What she says.
    pub text: Option<String>,
    /// Where the conversation goes.
    pub then: Then,
    /// When the handoff was that she took: a move for an earlier one is refused.
    pub handoff_at_ms: Option<i64>,
    /// The claim by which she has it; absent for desks elsewhere, which move what nobody claimed.
    pub by: Option<Ownership>,
}

/// What the desk does with a conversation that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskOrder {
    /// Unique among the desk's orders of the session; the same id again gives the same answer.
    pub id: String,
    /// Number of the change of hands after which it was decided.
    pub epoch: u64,
    /// What.
    pub what: DeskMove,
}

/// What somebody at the desk writes down about a conversation that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskNote {
    /// Unique among the notes of the session; the same id again gives the same answer.
    pub id: String,
    /// Who.
    pub by: Owner,
    /// What.
    pub text: String,
}

/// The answer to a message, or to an agent's move.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// Number of the turn.
    pub turn: u64,
    /// What was said, in order.
    pub replies: Vec<StoredReply>,
    /// Whether the message had been carried out before.
    pub repeated: bool,
    /// Whether a human has the conversation.
    pub handed_off: bool,
}

/// One of the places for messages that wait to be carried out or are being.
pub(crate) type Place = OwnedSemaphorePermit;

/// What waits in a mailbox.
pub(crate) enum Mail {
    /// Somebody waits for the answer.
    Asked(Wish, Asked),
    /// A timer may be due, or a call may be under way from before a crash.
    Look,
}

/// Where an answer is waited for, and the place of what is asked.
pub(crate) struct Asked {
    pub(crate) answer: oneshot::Sender<Result<Answer, DispatchError>>,
    pub(crate) place: Place,
}

/// What is asked for.
pub(crate) enum Wish {
    Message(Box<Incoming>),
    /// Opened without a word, when it does not exist yet.
    Open(Box<Incoming>),
    Agent(Box<AgentMove>),
    Desk(Box<DeskOrder>),
    Note(Box<DeskNote>),
    /// Who writes there was proved elsewhere.
    Meet(Box<Incoming>),
    /// What is under way is carried out first.
    Settle,
    /// Another session of the same customer goes on here.
    Join(Box<Session>),
    /// It goes on in another one.
    Leave(String),
}
