//! A conversation as data: who writes, what she does, what the outside world answers. Playing it
//! again gives the same replies.

use std::collections::BTreeMap;

use flowright_compiler::ir::{ActionId, ChannelId};
use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Value};

/// Everything that decides how a conversation goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The day it begins on and the time of day, in seconds since midnight, in the bot's timezone.
    pub today: (Date, u32),
    /// The language that the session begins in.
    pub lang: Option<Lang>,
    /// The channel; the first when absent.
    pub channel: Option<ChannelId>,
    /// Channels on which she has an address, too.
    pub reachable: Vec<ChannelId>,
    /// The customer's profile, one value per declared field.
    pub customer: Vec<Option<Value>>,
    /// Whether the session is opened before the first word.
    pub opens: bool,
    /// What the customer does, in order.
    pub moves: Vec<Move>,
    /// What each action answers, in the order of its calls; the last answer repeats. An action
    /// without answers gives the plainest value of its result.
    pub answers: BTreeMap<ActionId, Vec<Answer>>,
}

/// What a customer can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Writes.
    Say(String),
    /// Presses the button of that label of the last reply with buttons; nothing when there is none.
    Press(String),
    /// Presses a button of a reply further up.
    PressOld {
        /// What the button says.
        label: String,
        /// What it sends.
        payload: String,
    },
    /// Says nothing for so many milliseconds.
    Silence(i64),
}

/// What an action's call comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A value of the declared result.
    Value(Option<Value>),
    /// The declared error of this number.
    Error(u32),
    /// No answer in time.
    Fails,
    /// An HTTP answer that need not be as declared.
    Http {
        /// HTTP status.
        status: u16,
        /// The JSON body.
        body: serde_json::Value,
    },
}
