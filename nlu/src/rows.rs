//! What a classifier learns from: the project's own texts first, then what its classes are called, then
//! texts that no bot is for.

use crate::encoder::{EncoderError, Sight, Trained};
use crate::features::Features;

/// What a text is to the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Label {
    /// An example of one.
    Of(u32),
    /// What one is not; of the others it says nothing.
    Not(u32),
    /// What none of them is.
    Nobody,
}

impl Label {
    /// The class that it is an example of.
    pub(crate) const fn class(self) -> Option<u32> {
        match self {
            Self::Of(class) => Some(class),
            Self::Not(_) | Self::Nobody => None,
        }
    }

    /// Whether a class is right for it; nothing where nobody knows.
    pub(crate) fn is_right(self, class: u32) -> Option<bool> {
        match self {
            Self::Of(own) => Some(own == class),
            Self::Not(other) => (other == class).then_some(false),
            Self::Nobody => Some(false),
        }
    }
}

/// What is learned from.
pub(crate) struct Rows {
    pub(crate) features: Vec<Features>,
    pub(crate) labels: Vec<Label>,
    /// The encoder whose sentences are among the features.
    pub(crate) encoder: Option<Trained>,
    texts: usize,
    own: usize,
}

impl Rows {
    /// Folded texts with their classes. What the classes are called is learned too. Texts that no bot is
    /// for are negatives of every class, but teach no words.
    pub(crate) fn new(
        texts: &[(String, Label)],
        names: &[(String, Label)],
        background: &[String],
        sight: Sight<'_>,
    ) -> Result<Self, EncoderError> {
        let own = texts.iter().chain(names);
        let mut labels: Vec<Label> = own.clone().map(|(_, label)| *label).collect();
        let all = own.map(|(text, _)| text).chain(background);
        let all: Vec<&str> = all.map(String::as_str).collect();
        let features = sight.features_of_all(&all)?;
        let examples = texts.iter().filter(|(_, label)| label.class().is_some()).count();
        let trained = |encoder| Trained::new(encoder, examples, names.len());
        let encoder = sight.encoder.map(trained).transpose()?;
        let own = labels.len();
        labels.resize(own + background.len(), Label::Nobody);
        Ok(Self { features, labels, encoder, texts: texts.len(), own })
    }

    /// The features of the texts, each with its class.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&Features, Label)> {
        self.features.iter().zip(self.labels.iter().copied()).take(self.texts)
    }

    /// Whether a row is what a class is called: nobody says just that.
    pub(crate) const fn is_name(&self, row: usize) -> bool {
        self.texts <= row && row < self.own
    }

    /// Whether a row is the project's own.
    pub(crate) const fn is_own(&self, row: usize) -> bool {
        row < self.own
    }

    /// What each of `background` rows counts for: together no more than the project's `own`.
    pub(crate) fn background_weight(own: usize, background: usize) -> f32 {
        (own as f32 / background.max(1) as f32).min(1.0)
    }
}
