//! What there is to learn from: the intents' examples and the entities' definitions, as the
//! compiler takes them from the sources.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// Everything to train one [`crate::model::Model`] from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spec {
    pub languages: Vec<Lang>,
    pub intents: Vec<IntentSpec>,
    pub entities: Vec<EntitySpec>,
}

/// One intent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IntentSpec {
    pub name: String,
    pub examples: Vec<Example>,
    /// Utterances that are not this intent.
    pub negatives: Vec<Example>,
    /// Regular expressions that are surely this intent.
    pub patterns: Vec<String>,
}

impl IntentSpec {
    /// How many characters a model learns from for it.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.examples.iter().chain(&self.negatives).map(Example::chars).sum()
    }
}

/// An example utterance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Absent: of any language.
    pub lang: Option<Lang>,
    pub pieces: Vec<Piece>,
}

impl Example {
    /// How many words, characters without spaces around and values it has, as the model for learned
    /// entities counts them.
    #[must_use]
    pub fn tokens(&self) -> usize {
        let mut tokens = Vec::new();
        let mut values = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) | Piece::Slot { said: Some(text), .. } => {
                    crate::sequence::tokens::cut(text, 0, &mut tokens);
                }
                Piece::Slot { said: None, .. } => values += 1,
            }
        }
        tokens.len() + values
    }

    fn chars(&self) -> usize {
        let chars = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Slot { said: Some(text), .. } => text.chars().count(),
            Piece::Slot { said: None, .. } => 1,
        };
        self.pieces.iter().map(chars).sum()
    }
}

/// A piece of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    Text(String),
    /// `{order: order_number}`, or with the words that stand there, `{venue: place = "La Scala"}`
    Slot {
        slot: String,
        entity: EntityId,
        said: Option<String>,
    },
}

/// Index in [`Spec::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityId(pub u16);

/// One entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitySpec {
    pub name: String,
    pub kind: EntityKind,
}

/// What finds an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityKind {
    Builtin(Builtin),
    /// Capture group 1 is the value where there is one, else the whole match; read as `base`.
    Pattern {
        base: Builtin,
        regexes: Vec<String>,
    },
    /// A closed set of choices.
    Choice(Vec<ChoiceOption>),
    /// Found by a sequence model trained on annotated examples.
    Learned,
}

impl EntityKind {
    /// How many patterns it has.
    #[must_use]
    pub const fn patterns(&self) -> usize {
        match self {
            Self::Pattern { regexes, .. } => regexes.len(),
            _ => 0,
        }
    }
}

/// Entities that every project has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Builtin {
    /// The utterance as it is.
    Text,
    Number,
    /// A share of one, as a number.
    Percent,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Bool,
    Email,
    Phone,
    Url,
    /// The number of an order, a ticket, a parcel.
    Reference,
}

/// One choice with the words that mean it; its name means it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    pub name: String,
    pub words: Vec<(Option<Lang>, String)>,
}
