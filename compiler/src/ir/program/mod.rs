//! The tables of a compiled project: everything that the engine, the runtime and the tests need.
//! Pure data; a bundle is this, the intent model and the source map, with a checksum.
#![expect(missing_docs, reason = "fields are named by the sentence on their table")]

mod actions;
mod decisions;
mod flows;
mod ids;
mod profile;
mod roles;
mod says;
pub mod turn;
mod types;

use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Decimal, Value};
use serde::{Deserialize, Serialize};

use super::function::Function;
use crate::base::FileSpan;

pub use actions::{
    ActionDef, ActionErrorDef, BodyValue, OWN_SCHEME, OwnRequest, RequestDef, RequestPart,
};
pub use decisions::{
    ArticleDef, FallbackDef, GuardDef, HandoffWhenDef, KnowledgeDef, Phrases, PropertyDef,
    ReadyText, RouteDef, RuleDecides, RuleDef, Watch,
};
pub use flows::{CheckDef, FlowDef, Handlers, Outcome, SlotDef, StateDef};
pub use ids::*;
pub use profile::{FindDef, LookupDef, PRODUCT_FIELDS, PROFILE_ID, ProfileDef};
pub use roles::{RoleDef, has_role};
pub use says::{CardDef, EmitDef, MediaDef, SayDef, TextDef, TextPart, TextVariantDef};
pub use types::{ChoiceDef, FieldType, OptionDef, RecordCells, Type, cells_of};

/// Everything a project compiles to, but the intent model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub bot: BotDef,
    pub choices: Vec<ChoiceDef>,
    /// Who agents may be.
    pub roles: Vec<RoleDef>,
    /// Fields of the customer's profile, in cell order.
    pub customer: Vec<FieldDef>,
    /// Where the profile comes from.
    pub profile: ProfileDef,
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
    pub knowledge: Vec<KnowledgeDef>,
    pub phrases: Phrases,
    /// What people at the desk have ready for customers, by name.
    pub ready: Vec<ReadyText>,
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
    /// Every request that the program can make.
    pub fn requests(&self) -> impl Iterator<Item = &RequestDef> {
        let of_actions = self.actions.iter().filter_map(|action| action.request.as_ref());
        of_actions.chain(self.profile.lookups().map(|lookup| &lookup.request))
    }

    /// The least of what articles must be sure of to be answered with, in whatever flow; nothing where
    /// none ever is.
    #[must_use]
    pub fn answers_from(&self) -> Option<Decimal> {
        let own = self.flows.iter().filter_map(|flow| flow.fallback.as_ref());
        own.chain([&self.fallback]).filter_map(|fallback| fallback.knowledge).min()
    }

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

/// A field of the customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDef {
    pub name: String,
    pub ty: Type,
    pub personal: bool,
    /// Name of the role that may see it: one of [`Program::roles`]; absent: everyone.
    pub visible_to: Option<String>,
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

/// A source file, for places in messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDef {
    pub label: String,
    /// blake3 of the text.
    pub hash: [u8; 32],
    /// Byte offsets of the line starts.
    pub line_starts: Vec<u32>,
}
