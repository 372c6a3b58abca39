//! Plain data that goes into and comes out of a step: the session, events, commands.
//!
//! All of it serialises: a session is stored as one record, events and commands make the turn
//! record. Nothing here refers to a place in memory or to the machine it was made on.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

mod contacts;
mod handoff;
mod knowledge;
mod said;

use flowright_compiler::ir::{
    ActionId, FlowId, FuncId, IntentId, Outcome, RecordCells, SlotIndex, StateId,
};
use flowright_nlu::external::External;
use flowright_nlu::lang::Lang;
use flowright_nlu::value::Value;
use serde::{Deserialize, Serialize};

pub use contacts::{Contact, Sender};
pub use handoff::{DeskMove, Fact, Handoff, Note, Owner, Ownership, Reason, Released, Summary};
pub use knowledge::{ArticleRef, FoundArticle};
pub use said::{Attached, Attachment, Card, Choice, Line, Media, Reply, Speaker};

/// One live conversation. Pinned to the program it began with, until it is moved to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    /// Hash of the bundle it runs.
    pub bundle: [u8; 32],
    pub lang: Lang,
    /// Name of the channel the customer last wrote on.
    pub channel: String,
    /// The customer's profile, one value per declared field.
    pub customer: Vec<Option<Value>>,
    /// Session slots, one value per declared slot.
    pub slots: Vec<Option<Value>>,
    /// Flows under way; the last one is active, those below wait.
    pub stack: Vec<Frame>,
    pub status: Status,
    /// Consecutive utterances not understood.
    pub misses: u32,
    /// Number of the last turn; the first is 1.
    pub turn: u64,
    /// A question of the engine's own that waits for an answer.
    pub clarifying: Option<Clarifying>,
    /// What was last said to the customer, for `repeat`.
    pub last_said: Vec<Reply>,
    /// The last lines of the conversation, oldest first (see `limits::TRANSCRIPT_LINES_MAX`).
    pub transcript: Vec<Line>,
    /// Files that the customer sent, oldest first (see `limits::ATTACHMENTS_MAX`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attached>,
    /// What the desk wrote down about it, oldest first (see `limits::NOTES_MAX`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Where she can be written to, beside where she wrote last (see `limits::CONTACTS_MAX`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// When the session's earliest timer is due, ms UTC: the shell sends [`Event::Wake`] then.
    pub wake_at_ms: Option<i64>,
    /// From when silence counts, ms UTC: the customer's last word, or the end of a wait after it.
    pub heard_at_ms: i64,
    /// What was tried for the customer: action names with how they went, oldest first, bounded.
    pub tried: Vec<Tried>,
    /// The best intent of the last utterance that had one, with its confidence in percent.
    pub last_intent: Option<(IntentId, u8)>,
    /// How the customer feels by her last utterance, in hundredths; nothing before she has said one.
    #[serde(default)]
    pub sentiment_percent: Option<i8>,
    /// Calls of actions so far, and how many they were when the customer last wrote or a timer went
    /// off: the rest of them follow from each other.
    #[serde(default)]
    pub calls: u64,
    #[serde(default)]
    pub calls_before: u64,
    /// How often who has the conversation has changed: bot, queue, agent. A move that names another
    /// number was made for what is no more.
    #[serde(default)]
    pub epoch: u64,
}

/// Who speaks for the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The bot.
    Bot,
    /// A human has it, or will: the bot is silent.
    HandedOff(Box<Handoff>),
}

/// A flow under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub flow: FlowId,
    pub state: StateId,
    /// One value per cell of the flow.
    pub cells: Vec<Option<Value>>,
    pub wait: Wait,
    /// States entered since the flow began or was last replayed, oldest first, with whether an
    /// effect was carried out in each.
    pub path: Vec<Visited>,
    /// Wrong answers per slot since it was last filled.
    pub tries: Vec<u32>,
    /// Set for a called flow: where the caller goes on. The caller is the frame below.
    pub return_to: Option<FuncId>,
    /// The turn in which each slot was filled (0: not), for summaries.
    pub filled_in_turn: Vec<u64>,
    /// While a handler runs: what the frame waits for again when the handler is done.
    pub held: Option<Box<Wait>>,
    /// Silence handlers that have run since the customer's last word.
    pub silences: u32,
}

/// One entry of [`Frame::path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visited {
    pub state: StateId,
    pub effect: bool,
}

/// What a frame waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wait {
    /// Nothing: it runs, or a frame above it does.
    Nothing,
    /// The value of a slot; `rest` are asked for after it.
    Slot { slot: SlotIndex, rest: Vec<SlotIndex>, then: FuncId },
    /// Yes or no.
    Confirm { text: String, yes: FuncId, no: FuncId },
    /// One of a menu's choices.
    Choose { prompt: Option<String>, arms: Vec<MenuArm> },
    /// One item of a list.
    ChooseFrom { prompt: Option<String>, items: Vec<MenuItem>, item: RecordCells, then: FuncId },
    /// An action's answer.
    Action(Box<PendingCall>),
    /// A time, ms UTC.
    Until { at_ms: i64, then: FuncId },
    /// The flow above to return.
    Return,
}

/// A choice of a menu: what was shown, what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuArm {
    pub label: String,
    pub then: FuncId,
}

/// An item of a list menu: what was shown, what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuItem {
    pub label: String,
    pub value: Value,
}

/// An action under way. The shell carries it out after the commit that holds it, and again after a
/// crash, with the same key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCall {
    /// `SESSION/TURN/N@TIME`, the session's call number N from 0: unique, the same on every attempt;
    /// sent as the idempotency key.
    pub key: String,
    pub action: ActionId,
    /// One per parameter.
    pub args: Vec<Option<Value>>,
    pub bind: Option<RecordCells>,
    pub handlers: Vec<(u32, FuncId)>,
    pub failed: Option<FuncId>,
    pub then: FuncId,
}

/// A question of the engine's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clarifying {
    /// Labels shown and the intent each stands for; `None` is "none of these".
    pub options: Vec<(String, Option<IntentId>)>,
    /// The utterance that was not clear, with what a model elsewhere made of it.
    pub utterance: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<Box<External>>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Event {
    /// The session was opened without a word from the customer.
    Opened { channel: String },
    /// The customer wrote, or pressed a button. `external` is what a model elsewhere made of the
    /// words: it was asked before the turn, and what it said belongs to the message.
    Message {
        channel: String,
        text: String,
        payload: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external: Option<Box<External>>,
        /// Articles that may answer it, the surest first: they were looked for before the turn.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<FoundArticle>,
        /// Files that came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
        /// Where it came from, where that is an address of the customer for sure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Box<Sender>>,
    },
    /// Which addresses are the customer's, all of them, as of this moment.
    Contacts { hers: Vec<Contact> },
    /// The profile was learned or changed: one value per declared field, empty where not known.
    Customer { profile: Vec<Option<Value>> },
    /// The pending call was answered.
    ActionResult { key: String, result: ActionResult },
    /// The time of [`Session::wake_at_ms`] has come.
    Wake,
    /// Nobody has heard of the customer for as long as a conversation lasts: what was under way is
    /// over, but for what the bot comes back for, and the next word begins anew.
    Expired,
    /// A human who has the conversation said something, or is done with it.
    Agent {
        /// Her name, as customers see it.
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        then: Then,
        /// The claim by which she has it; absent for desks elsewhere, which move what nobody claimed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Ownership>,
    },
    /// Another human gets a conversation that was handed over, or it waits again. `epoch` is
    /// [`Session::epoch`] as whoever decided it knew it: of several that decide at once, one moves.
    Desk { epoch: u64, what: DeskMove },
    /// Somebody at the desk writes something down about a conversation that was handed over. Who has it,
    /// and since when, stays as it is.
    Note { by: Owner, text: String },
    /// Another session turned out to be of the same customer: what it holds goes on here.
    Joined {
        /// As it is.
        other: Box<Session>,
    },
    /// What this session held goes on in another one.
    Left {
        /// Which.
        into: String,
    },
    /// The session was moved from the program of one bundle to that of another, named by their
    /// hashes. No step takes it: [`crate::upgrade::move_session`] has done it.
    Upgraded { from: [u8; 32], to: [u8; 32] },
}

/// Where a conversation goes after an agent's move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It stays with her.
    Stay,
    /// The bot goes on. What was under way when it was handed over is over; what is known of the
    /// customer and kept for the conversation stays.
    Bot,
    /// It is over; the next word begins anew.
    Close(Outcome),
}

/// An action's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionResult {
    /// HTTP answered; the engine reads the value or the named error from it.
    Answer { status: u16, body: serde_json::Value },
    /// The value itself (tests).
    Value(Option<Value>),
    /// The declared error of this number (tests).
    Error(u32),
    /// No answer: timeout, refused connection, not JSON where a result is declared. In words.
    Failed(String),
}

impl Eq for ActionResult {}

/// What the shell must do, in order. Replies leave only after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Command {
    /// Send this to the customer, on the session's channel, or on the one that it names.
    Reply(Reply),
    /// Carry out this call and bring back an [`Event::ActionResult`].
    Call(PendingCallRef),
    /// A human is wanted.
    Handoff(Box<Handoff>),
    /// An analytics milestone.
    Mark { name: String },
    /// A flow began.
    FlowStarted { flow: String },
    /// A flow is over.
    FlowEnded { flow: String, outcome: Outcome },
    /// The next reply was to go to this channel, on which the customer cannot be written to: it goes
    /// where she wrote last.
    NotReached { channel: String },
    /// Worth a line in the log and a count: `R0101` and words without customer data.
    Note { code: String, text: String },
}

/// The key of the session's pending call ([`Wait::Action`] on top of the stack).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCallRef {
    pub key: String,
    pub action: ActionId,
}

/// An action that was tried, and how it went (`ok`, an error's name, `failed`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub action: String,
    pub result: String,
    pub turn: u64,
}
