//! Steps of a state or handler.

use super::{Arg, Body, Expr, Name, Spanned, Template, TextRef};
use crate::base::Span;

/// One step with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: StepKind,
}

impl Step {
    /// What stands behind the arrows inside the step.
    #[must_use]
    pub fn bodies(&self) -> Vec<&Body> {
        match &self.kind {
            StepKind::Confirm { yes, no, .. } => vec![yes, no],
            StepKind::Choose { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
            StepKind::ChooseFrom { then, none, .. } => std::iter::once(then).chain(none).collect(),
            StepKind::Do { handlers, .. } => handlers.iter().map(|handler| &handler.body).collect(),
            StepKind::When { arms, otherwise } => {
                arms.iter().map(|arm| &arm.body).chain(otherwise).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Every step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// `say TEXT …`
    Say(Say),
    /// `fill a, b`
    Fill(Vec<Name>),
    /// `confirm TEXT { yes -> a  no -> b }`
    Confirm { text: TextRef, yes: Body, no: Body },
    /// `choose [TEXT] { TEXT -> a … }`
    Choose { prompt: Option<TextRef>, arms: Vec<ChooseArm> },
    /// `choose x in list [TEXT] { TEXT -> a  none -> b }`
    ChooseFrom {
        item: Name,
        list: Expr,
        prompt: Option<TextRef>,
        label: TextRef,
        then: Body,
        none: Option<Body>,
    },
    /// `do [x =] action(args) { error -> … }`
    Do { bind: Option<Name>, action: Name, args: Vec<Arg>, handlers: Vec<DoHandler> },
    /// `set slot = expr`
    Set { slot: Name, value: Expr },
    /// `clear a, b`
    Clear(Vec<Name>),
    /// Consecutive `when COND …` and the `otherwise …` that may close them: the first that holds
    /// is taken.
    When { arms: Vec<WhenArm>, otherwise: Option<Body> },
    /// `-> state`
    Goto(Name),
    /// `call flow(slot: expr)`
    Call { flow: Name, args: Vec<Arg> },
    /// `wait 2h`
    Wait(Expr),
    /// `mark "name"`
    Mark(Spanned<String>),
    /// `handoff [to SKILL] [because TEXT]`
    Handoff { to: Option<Name>, because: Option<TextRef> },
    /// `end resolved`; `end` alone is `end resolved`.
    End(Option<Name>),
    /// `resume`: back to the flow that waits below, which asks again.
    Resume,
    /// `repeat`: says again what was last said before this flow.
    Repeat,
    /// `abandon`: the flow that waits below ends as cancelled.
    Abandon,
    /// `correct`: takes the utterance as a correction of the flow that waits below.
    Correct,
    /// A step whose form was lost, and the name that it would have bound.
    Error { binds: Option<Name> },
}

/// `say [on CHANNEL] TEXT choices { TEXT TEXT } link "https://…" "label" image "https://…" "label" card { title TEXT  body TEXT }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// The channel that it goes to, instead of where the customer last wrote.
    pub on: Option<Name>,
    /// The text.
    pub text: TextRef,
    /// Suggested answers; pressing one says it.
    pub choices: Vec<TextRef>,
    /// Links and images: address and label.
    pub links: Vec<Media>,
    /// Images: address and description.
    pub images: Vec<Media>,
    /// A card.
    pub card: Option<Card>,
}

/// An address with what is shown for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The address.
    pub url: Template,
    /// Label or description.
    pub label: Option<TextRef>,
}

/// `card { title TEXT  body TEXT  image "…"  link "…" "label" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Headline.
    pub title: TextRef,
    /// Text below it.
    pub body: Option<TextRef>,
    /// Links on it.
    pub links: Vec<Media>,
    /// Images on it.
    pub images: Vec<Media>,
}

/// `TEXT -> a`, or `TEXT { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseArm {
    /// What the customer sees.
    pub text: TextRef,
    /// What follows.
    pub body: Body,
}

/// `not_found -> …`; `failed` stands for every error not named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoHandler {
    /// The error's name.
    pub error: Name,
    /// What follows.
    pub body: Body,
}

/// `when COND -> a`, `when COND { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenArm {
    /// The guard.
    pub cond: Expr,
    /// What follows.
    pub body: Body,
}
