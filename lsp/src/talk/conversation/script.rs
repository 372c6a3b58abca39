//! What happened in a conversation, by names and as JSON: it outlasts the program that it happened in.

use serde_json::{Map, Value as Json};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scripted {
    /// The session was opened without a word.
    Opened,
    /// A flow began without a word.
    Began(String),
    /// The customer wrote.
    User(String),
    /// She pressed a button of the last reply that had some.
    Pressed(String),
    /// So many milliseconds passed.
    Passed(i64),
    /// An action was called and answered.
    Called { action: String, args: Map<String, Json>, answer: Answered },
    /// The bot said something.
    Said { on: Option<String>, text: String, article: Option<String> },
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answered {
    Value(Option<Json>),
    Error(String),
    Fails,
}
