//! Declarations about the project as a whole: the bot, who may see what, channels, agents' skills,
//! what is routed to them, knowledge and experiments.

use flowright_nlu::value::{Date, Decimal};

use super::{Expr, Field, Name, Request, Spanned};
use crate::base::Span;

/// `bot NAME { languages zh, en  timezone "…"  hours monday to friday 09:00 to 18:00  closed 2026-10-01 }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bot {
    /// The bot's name.
    pub name: Option<Name>,
    /// The first is the default.
    pub languages: Vec<Name>,
    /// IANA name.
    pub timezone: Option<Spanned<String>>,
    /// Business hours.
    pub hours: Vec<Hours>,
    /// Days without business hours.
    pub closed: Vec<Spanned<Date>>,
}

/// `hours monday to friday 09:00 to 18:00`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// English weekday name, lower case.
    pub from_day: Name,
    /// The last day of the range; absent for one day.
    pub to_day: Option<Name>,
    /// Opening time, seconds since midnight.
    pub open_s: Spanned<u32>,
    /// Closing time, seconds since midnight.
    pub close_s: Spanned<u32>,
}

/// `role supervisor includes agent, editor`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role.
    pub name: Name,
    /// Roles whose rights it has too.
    pub includes: Vec<Name>,
}

/// `customer { from get "…"  find on mail get "…"  id: text  contract: money visible to supervisor }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Customer {
    /// The profile's fields.
    pub fields: Vec<Field>,
    /// `from get "…/customers/{id}" { … }`: where the profile is.
    pub from: Option<Lookup>,
    /// `find on mail get "…?email={address}" { … }`: how it is known whose an address is.
    pub find: Vec<FindCustomer>,
    /// `confirm on mail`: the channel whose addresses are confirmed by a code.
    pub confirm: Option<Name>,
}

/// `get "…" { header "…" "…"  timeout 1s  keep 10m }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// What is asked, and whom. Its place is all of it.
    pub request: Request,
    /// `timeout 1s`, in milliseconds.
    pub timeout_ms: Option<Spanned<i64>>,
    /// `keep 10m`, in milliseconds.
    pub keep_ms: Option<Spanned<i64>>,
}

/// `find on mail, news get "…?email={address}" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindCustomer {
    /// The channels whose addresses are asked about.
    pub channels: Vec<Name>,
    /// What is asked.
    pub lookup: Lookup,
}

/// `channel mail: email { address "support@acme.example" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The channel.
    pub name: Name,
    /// `websocket`, `rest`, `grpc`, `email`, `webhook`.
    pub kind: Name,
    /// What is set in its braces.
    pub settings: Vec<Setting>,
}

/// `KEY VALUE`, for declarations whose settings are plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: Name,
    /// The value: a literal or a path (`wecom`, `env.WECOM_SECRET`).
    pub value: Expr,
}

/// `skill NAME { first_reply 15m  overflow frontline after 10m  weight 3 }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The skill.
    pub name: Name,
    /// Target time to the first reply, in milliseconds.
    pub first_reply_ms: Option<Spanned<i64>>,
    /// Where waiting conversations go after a time in milliseconds.
    pub overflow: Option<(Name, Spanned<i64>)>,
    /// Share of attention among skills; 1 when absent.
    pub weight: Option<Spanned<Decimal>>,
}

/// `route { … }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Urgency and intent rules, in order.
    pub rules: Vec<RouteRule>,
    /// From `route` to the closing brace.
    pub span: Span,
}

/// One line of `route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteRule {
    /// `urgency critical when COND`; levels are `low`, `normal`, `high`, `critical`.
    Urgency { level: Name, cond: Expr, span: Span },
    /// `a, b when COND -> skill`; no intents: any intent (`when COND -> skill`).
    Skill { intents: Vec<Name>, cond: Option<Expr>, skill: Name, span: Span },
    /// `otherwise -> skill`
    Otherwise { skill: Name, span: Span },
    /// Lost.
    Error(Span),
}

/// `fallback { accept above 70%  clarify above 40%  margin 10%  handoff after 2 misses to x }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fallback {
    /// Where.
    pub span: Span,
    /// `accept above P`, or `accept at P false rejects`.
    pub accept: Option<Accept>,
    /// `clarify above P`.
    pub clarify: Option<Spanned<Decimal>>,
    /// `margin P`.
    pub margin: Option<Spanned<Decimal>>,
    /// `handoff after N misses`.
    pub handoff_after: Option<Spanned<Decimal>>,
    /// `… to SKILL`.
    pub handoff_to: Option<Name>,
    /// `handoff when …`, in order.
    pub handoff_when: Vec<HandoffWhen>,
    /// `answer from knowledge at P`.
    pub knowledge_at: Option<Spanned<Decimal>>,
}

/// `handoff when COND to SKILL`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoffWhen {
    /// The condition as written, on one line.
    pub text: String,
    /// What must hold.
    pub cond: Expr,
    /// `… to SKILL`.
    pub to: Option<Name>,
}

/// When an intent is sure enough to act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    /// At or above this confidence, as a share of one.
    Above(Spanned<Decimal>),
    /// Where this share of good utterances would be rejected.
    AtFalseRejects(Spanned<Decimal>),
}

/// `knowledge NAME { source "articles/"  level product  applies when COND }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knowledge {
    /// The knowledge base.
    pub name: Name,
    /// Folders of articles, relative to the project.
    pub sources: Vec<Spanned<String>>,
    /// `enterprise`, `product`, `scenario`.
    pub level: Option<Name>,
    /// Customers to whom it applies.
    pub applies: Option<Expr>,
}

/// `experiment NAME { variant a 50%  variant b 50%  goal resolved }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// The experiment; `when NAME is a` tests it.
    pub name: Name,
    /// Variants with their shares of one.
    pub variants: Vec<(Name, Spanned<Decimal>)>,
    /// What counts as success: an outcome, or a milestone's name.
    pub goal: Option<Goal>,
}

/// An experiment's goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// `goal resolved`
    Outcome(Name),
    /// `goal mark "paid"`
    Mark(Spanned<String>),
}
