//! What is said: texts in all their variants, and what an emit hands over.

use flowright_nlu::lang::Lang;
use serde::{Deserialize, Serialize};

use super::{ChannelId, Type};
use crate::ir::function::TextUse;
use crate::ir::texts::PluralDef;

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

/// What [`crate::ir::Inst::Emit`] can hand over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmitDef {
    Say(SayDef),
    /// An analytics milestone.
    Mark(String),
}

/// Something said. Text uses point into the emit's args.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayDef {
    /// The channel that it goes to, where the customer can be written to on it.
    pub on: Option<ChannelId>,
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
