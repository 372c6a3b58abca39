//! Steps, and what is said in them.

use super::{Bind, Expr, Text, TextRef};
use crate::base::FileSpan;
use crate::ir::{ActionId, ChannelId, FlowId, Outcome, Place, SkillId, SlotIndex, StateId};

/// Steps run in order.
pub type Body = Vec<Step>;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub at: FileSpan,
    pub kind: StepKind,
}

/// Every step. A body ends where control leaves it; steps after that were reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    Say(Say),
    Fill(Vec<SlotIndex>),
    Confirm {
        text: TextRef,
        yes: Body,
        no: Body,
    },
    Choose {
        prompt: Option<TextRef>,
        arms: Vec<(TextRef, Body)>,
    },
    ChooseFrom {
        item: Bind,
        list: Expr,
        prompt: Option<TextRef>,
        label: TextRef,
        then: Body,
        none: Option<Body>,
    },
    Do {
        bind: Option<Bind>,
        action: ActionId,
        /// One per parameter.
        args: Vec<Expr>,
        /// By the error's number in [`super::Action::errors`].
        handlers: Vec<(u32, Body)>,
        /// `failed -> …`
        failed: Option<Body>,
    },
    Set {
        place: Place,
        value: Expr,
    },
    Clear(Vec<Place>),
    When {
        arms: Vec<(Expr, Body)>,
        otherwise: Option<Body>,
    },
    Goto(StateId),
    Call {
        flow: FlowId,
        args: Vec<(SlotIndex, Expr)>,
    },
    Wait(Expr),
    Mark(String),
    Handoff {
        to: Option<SkillId>,
        because: Option<TextRef>,
    },
    End(Outcome),
    Resume,
    Repeat,
    Abandon,
    Correct,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// The channel that it goes to, instead of where the customer last wrote.
    pub on: Option<ChannelId>,
    pub text: TextRef,
    pub choices: Vec<TextRef>,
    pub links: Vec<Media>,
    pub images: Vec<Media>,
    pub card: Option<Card>,
}

/// A link or image; `url` is a text without languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub url: Text,
    pub label: Option<TextRef>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub title: TextRef,
    pub body: Option<TextRef>,
    pub links: Vec<Media>,
    pub images: Vec<Media>,
}
