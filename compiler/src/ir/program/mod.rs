//! The tables of a compiled project: everything that the engine, the runtime and the tests need.
//! Pure data; a bundle is this, the intent model and the source map, with a checksum.
#![expect(missing_docs, reason = "fields are named by the sentence on their table")]

use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Decimal, Value};
use serde::{Deserialize, Serialize};

use super::function::{Function, Place, TextUse};
use super::texts::PluralDef;
use crate::base::FileSpan;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Index in [`Program::functions`].
    FuncId,
    /// Index in [`Program::flows`].
    FlowId,
    /// Index in [`FlowDef::states`].
    StateId,
    /// Index in [`FlowDef::slots`].
    SlotIndex,
    /// Index in [`Program::texts`].
    TextId,
    /// Index in [`Program::emits`].
    EmitId,
    /// Index in [`Program::actions`].
    ActionId,
    /// Index in [`Program::skills`].
    SkillId,
    /// Index in [`Program::intents`]; the number the intent model knows it by.
    IntentId,
    /// Index in [`Program::entities`]; the number the intent model knows it by.
    EntityIndex,
    /// Index in [`Program::choices`].
    ChoiceId,
    /// Index in [`Program::strings`].
    StringId,
    /// Index in [`Program::channels`].
    ChannelId,
}

/// Cells of [`super::Space::Turn`]: what the turn brings.
pub mod turn {
    /// date: today in the bot's timezone.
    pub const TODAY: u32 = 0;
    /// datetime: now.
    pub const NOW: u32 = 1;
    /// text: the name of the channel the customer last wrote on.
    pub const CHANNEL: u32 = 2;
    /// text: the session's language (`zh`).
    pub const LANGUAGE: u32 = 3;
    /// text: the name of the best intent, also below the threshold.
    pub const INTENT: u32 = 4;
    /// number: its confidence, 0 to 1.
    pub const CONFIDENCE: u32 = 5;
    /// number: the next best intent's confidence.
    pub const RUNNER_UP: u32 = 6;
    /// number: consecutive utterances not understood, this one included.
    pub const MISSES: u32 = 7;
    /// number: how the customer feels, -1 to 1; empty when not known.
    pub const SENTIMENT: u32 = 8;
    /// text: what the customer said.
    pub const UTTERANCE: u32 = 9;
    /// bool: whether the bot's business hours are open.
    pub const BUSINESS_HOURS: u32 = 10;
    /// number: HTTP status of the answer that an action's error rules look at.
    pub const STATUS: u32 = 11;
    /// text: the `code` field of that answer's JSON body.
    pub const CODE: u32 = 12;
    /// choice: the best intent's [`super::IntentId`], which routing rules compare.
    pub const INTENT_NUMBER: u32 = 13;
    /// Parameters of the engine's own phrases, in order.
    pub const PHRASE_ARGS: u32 = 14;
    /// Number of cells.
    pub const CELLS: u32 = 18;
}

/// Everything a project compiles to, but the intent model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub bot: BotDef,
    pub choices: Vec<ChoiceDef>,
    /// Fields of the customer's profile, in cell order.
    pub customer: Vec<FieldDef>,
    /// Slots of the whole session, in cell order.
    pub session_slots: Vec<SlotDef>,
    pub entities: Vec<EntityDef>,
    pub intents: Vec<IntentDef>,
    pub channels: Vec<ChannelDef>,
    pub skills: Vec<SkillDef>,
    pub actions: Vec<ActionDef>,
    pub texts: Vec<TextDef>,
    pub emits: Vec<EmitDef>,
    pub flows: Vec<FlowDef>,
    pub route: RouteDef,
    pub fallback: FallbackDef,
    pub phrases: Phrases,
    pub functions: Vec<Function>,
    /// Text constants, as values so that the heap can lend them.
    pub strings: Vec<Value>,
    /// Regular expressions of `matches`, checked to compile.
    pub regexes: Vec<String>,
    /// Properties claimed with `ensure`, in words, and whether this compiler proved them.
    pub properties: Vec<PropertyDef>,
    pub tests: Vec<super::TestDef>,
    /// What becomes of sessions of earlier versions.
    pub migrations: Vec<super::MigrateDef>,
    /// Labels of the source files, by [`crate::base::FileId`].
    pub files: Vec<SourceDef>,
}

impl Program {
    /// Cells of each [`super::Space`], the flow space as large as the largest flow's.
    #[must_use]
    pub fn space_sizes(&self) -> [u32; 4] {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let flow = self.flows.iter().map(|flow| flow.cells).max().unwrap_or(0);
        [turn::CELLS, count(self.customer.len()), count(self.session_slots.len()), flow]
    }
}

/// The bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotDef {
    pub name: String,
    /// At least one; the first is the default.
    pub languages: Vec<Lang>,
    /// IANA name, known to exist.
    pub timezone: String,
    /// Open hours by weekday; empty: always open.
    pub hours: Vec<HoursDef>,
    /// Days without business hours.
    pub closed: Vec<Date>,
}

/// Open from `open_s` to `close_s` (seconds since midnight) on weekdays `from_day` to `to_day`
/// (1 Monday to 7 Sunday, may wrap).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursDef {
    pub from_day: u8,
    pub to_day: u8,
    pub open_s: u32,
    pub close_s: u32,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    Text,
    Number,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Bool,
    Choice(ChoiceId),
    List(Box<Type>),
    Record(Vec<FieldType>),
}

/// A field of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldType {
    pub name: String,
    pub ty: Type,
    /// An action's answer may leave it out; any other answer without it is a failure.
    pub optional: bool,
}

/// Where a value of some type lies in the flow's cells. A record is spread: one part a field, in
/// order; anything else is one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordCells {
    One(Place),
    Fields(Vec<RecordCells>),
}

/// Every cell of a spread value, in order.
#[must_use]
pub fn cells_of(cells: &RecordCells) -> Vec<Place> {
    match cells {
        RecordCells::One(place) => vec![*place],
        RecordCells::Fields(fields) => fields.iter().flat_map(cells_of).collect(),
    }
}

/// A closed set of choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceDef {
    /// The entity's or field's name.
    pub name: String,
    pub options: Vec<OptionDef>,
}

/// One choice; `labels` say how to show it, else its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionDef {
    pub name: String,
    pub labels: Vec<(Lang, String)>,
}

/// A field of the customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDef {
    pub name: String,
    pub ty: Type,
    pub personal: bool,
    /// Name of the role that may see it; absent: everyone.
    pub visible_to: Option<String>,
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotDef {
    pub name: String,
    pub ty: Type,
    /// What finds its value in an utterance.
    pub entity: Option<EntityIndex>,
    /// Where its value lies.
    pub place: Place,
    /// Chooses the question that fills it; exits with [`super::Exit::Text`].
    pub ask: Option<FuncId>,
    /// Checks of a new value, in order.
    pub checks: Vec<CheckDef>,
    /// Wrong answers before a human is asked; 0: no limit of its own.
    pub tries: u32,
    /// Gives its first value; exits with [`super::Exit::Value`].
    pub default: Option<FuncId>,
    pub personal: bool,
    pub visible_to: Option<String>,
    pub at: FileSpan,
}

/// One check of a slot: reads the slot's own place, where the candidate lies while it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckDef {
    /// Exits with [`super::Exit::Value`], a bool.
    pub cond: FuncId,
    /// Exits with [`super::Exit::Text`].
    pub otherwise: Option<FuncId>,
}

/// An entity; what finds it is in the intent model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityDef {
    pub name: String,
    pub ty: Type,
}

/// An intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentDef {
    pub name: String,
    /// How a clarifying question names it: exits with [`super::Exit::Text`]. Absent: its name.
    pub title: Option<FuncId>,
    /// The flow it starts.
    pub starts: Option<FlowId>,
    /// Tried before digressions; `starts` is a repair flow.
    pub is_repair: bool,
    pub at: FileSpan,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelDef {
    pub name: String,
    /// `websocket`, `rest`, `grpc`, `email`, `webhook`.
    pub kind: String,
    pub settings: Vec<(String, SettingDef)>,
}

/// A channel setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SettingDef {
    Text(String),
    Number(Decimal),
    /// A bare word (`wecom`).
    Word(String),
    /// The value of an environment variable, read by the shell.
    Env(String),
}

/// What an agent can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillDef {
    pub name: String,
    pub first_reply_ms: Option<i64>,
    pub overflow: Option<(SkillId, i64)>,
    pub weight: Decimal,
}

/// An outside call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDef {
    pub name: String,
    pub is_effect: bool,
    pub params: Vec<FieldType>,
    pub result: Option<Type>,
    /// Absent: it can only be answered by tests.
    pub request: Option<RequestDef>,
    pub timeout_ms: i64,
    /// Further attempts after the first.
    pub retries: u32,
    /// Named errors, the first whose condition holds.
    pub errors: Vec<ActionErrorDef>,
}

/// `cond` reads [`turn::STATUS`] and [`turn::CODE`] and exits with [`super::Exit::Value`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionErrorDef {
    pub name: String,
    pub cond: FuncId,
}

/// An HTTP request with holes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDef {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    pub url: Vec<RequestPart>,
    pub headers: Vec<(String, Vec<RequestPart>)>,
    /// Fields of the JSON body.
    pub body: Option<Vec<(String, BodyValue)>>,
}

/// A piece of an address or header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestPart {
    Literal(String),
    /// The action's parameter of this number; percent-encoded in addresses.
    Param(u32),
    /// An environment variable.
    Env(String),
}

/// A value of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyValue {
    Param(u32),
    Constant(Value),
    Text(Vec<RequestPart>),
}

/// A text: one template per language and channel, over the same parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct TextDef {
    /// Types of the placeholder values, by number.
    pub params: Vec<Type>,
    /// In the order written. The one that fits best is used: language and channel, then language,
    /// then without language, then the bot's default language.
    pub variants: Vec<TextVariantDef>,
}

/// One variant of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextVariantDef {
    pub lang: Option<Lang>,
    pub channel: Option<ChannelId>,
    pub parts: Vec<TextPart>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextPart {
    Literal(String),
    /// Placeholder value of this number.
    Arg(u32),
    /// What is said of the number that is the placeholder value `arg`.
    Plural(PluralDef),
}

/// What [`super::Inst::Emit`] can hand over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmitDef {
    Say(SayDef),
    /// An analytics milestone.
    Mark(String),
}

/// Something said. Text uses point into the emit's args.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayDef {
    pub text: TextUse,
    pub choices: Vec<TextUse>,
    pub links: Vec<MediaDef>,
    pub images: Vec<MediaDef>,
    pub card: Option<CardDef>,
}

/// A link or image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaDef {
    /// The address, as a text without language.
    pub url: TextUse,
    pub label: Option<TextUse>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardDef {
    pub title: TextUse,
    pub body: Option<TextUse>,
    pub links: Vec<MediaDef>,
    pub images: Vec<MediaDef>,
}

/// How a flow can be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Resolved,
    Unresolved,
    Cancelled,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDef {
    pub name: String,
    /// First `///` line, for summaries.
    pub doc: Option<String>,
    pub slots: Vec<SlotDef>,
    /// Cells of its frame: slots first, in order, then results.
    pub cells: u32,
    /// Names of all cells in order (`order`, `found.due`), for summaries, logs and tests.
    pub cell_names: Vec<String>,
    /// Their types, for what an upgrade may keep.
    pub cell_types: Vec<Type>,
    /// The first is where it starts.
    pub states: Vec<StateDef>,
    pub handlers: Handlers,
    pub fallback: Option<FallbackDef>,
    /// Starts with a new session.
    pub on_start: bool,
    /// A repair flow (`on repair`).
    pub is_repair: bool,
    pub at: FileSpan,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDef {
    pub name: String,
    pub entry: FuncId,
    /// Slots of the flow that it fills, asks with or reads, sorted.
    pub reads: Vec<SlotIndex>,
    pub handlers: Handlers,
    /// Hash of what the state compiles to, names of slots included: a session that waits in it
    /// can be told whether a new version still means the same.
    pub fingerprint: [u8; 16],
    pub at: FileSpan,
}

/// Handlers of a state or flow. Each function runs in the state that waits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handlers {
    pub intents: Vec<(IntentId, FuncId)>,
    /// Silence in milliseconds, shortest first.
    pub silences: Vec<(i64, FuncId)>,
    pub failure: Option<FuncId>,
}

/// The compiled `route`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteDef {
    /// Exits with [`super::Exit::Urgency`].
    pub urgency: FuncId,
    /// Reads [`turn::INTENT_NUMBER`]; exits with [`super::Exit::Skill`] or [`super::Exit::NoSkill`].
    pub skill: FuncId,
    /// The rules in order, for explanations.
    pub rules: Vec<RuleDef>,
}

/// A rule of `route`, for explanations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDef {
    /// As written.
    pub text: String,
    pub at: FileSpan,
}

/// The compiled `fallback`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallbackDef {
    /// Reads [`turn::CONFIDENCE`] and [`turn::RUNNER_UP`]; exits with [`super::Exit::Accept`],
    /// [`super::Exit::Clarify`] or [`super::Exit::Miss`].
    pub decide: FuncId,
    /// Reads [`turn::MISSES`]; exits with [`super::Exit::Miss`] or
    /// [`super::Exit::MissHandoff`].
    pub on_miss: FuncId,
}

/// The engine's own phrases, from `std/core.flow` or the project. Each function reads its
/// parameters from [`turn::PHRASE_ARGS`] on and exits with [`super::Exit::Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrases {
    /// Not understood.
    pub miss: FuncId,
    /// Which of these did you mean? The choices follow.
    pub clarify: FuncId,
    /// The last choice of a clarifying question: none of these.
    pub none_of_these: FuncId,
    /// (what: text) Back to a flow that waited.
    pub resume: FuncId,
    /// A human takes over.
    pub handoff: FuncId,
    /// A human has the conversation; the message was passed on.
    pub held: FuncId,
    /// An answer that is not of the kind asked for.
    pub invalid: FuncId,
    /// A number or text that is none of the menu's choices.
    pub pick_one: FuncId,
    /// Something outside failed and the flow does not say what then.
    pub trouble: FuncId,
    /// A correction that comes after the effect.
    pub too_late: FuncId,
    /// Nothing is going on; what can be done is listed as choices.
    pub greeting: FuncId,
    /// Yes, on a button.
    pub yes: FuncId,
    /// No, on a button.
    pub no: FuncId,
}

/// A claimed property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDef {
    /// As written.
    pub text: String,
    pub proved: bool,
    /// What a run can be held against, for `ensure CONDITION before ACTION`.
    pub guard: Option<GuardDef>,
    pub at: FileSpan,
}

/// Whenever `flow` calls `action`, `cond` holds; it exits with [`super::Exit::Value`], a bool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardDef {
    pub flow: FlowId,
    pub action: ActionId,
    pub cond: FuncId,
}

/// A source file, for places in messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDef {
    pub label: String,
    /// blake3 of the text.
    pub hash: [u8; 32],
    /// Byte offsets of the line starts.
    pub line_starts: Vec<u32>,
}
