//! A sentence encoder beside the words: whoever trains or asks a model may bring one, and what it makes
//! of a whole sentence becomes further features of the same classifier.
//!
//! What an encoder gives is rounded to whole steps: two computers whose sums differ in the last bit
//! then nearly always see the same sentence, and a sentence takes one byte a number.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::features::{self, Features};
use crate::parallel::{self, TEXTS};
use crate::svm::Levels;

/// Numbers of an embedding at most.
pub const ENCODER_WIDTH_MAX: usize = 4_096;
/// Whole steps in a length of one.
const STEPS: f32 = 256.0;
/// Examples an intent up to which they are few.
const FEW: usize = 10;
/// Measured with MiniLM on BANKING77, HWU64 and CLINC150.
const LENGTHS: [f32; 2] = [2.0, 1.0];

/// Something that makes a row of numbers of a sentence, near for sentences that mean about the same.
pub trait Encoder: Send + Sync + fmt::Debug {
    /// How many numbers.
    fn width(&self) -> usize;

    /// What tells this encoder from every other: a hash of its weights and of all else that decides
    /// what it gives.
    fn id(&self) -> [u8; 32];

    /// The numbers for a sentence, of length one together.
    ///
    /// # Errors
    /// [`EncoderError`].
    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError>;

    /// The same for many sentences, in order.
    ///
    /// # Errors
    /// [`EncoderError`].
    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        texts.iter().map(|text| self.encode(text)).collect()
    }

    /// What a sentence counts for beside its words, which count for one: with few examples of each class,
    /// and with many.
    fn lengths(&self) -> [f32; 2] {
        LENGTHS
    }
}

/// Why a sentence could not be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sentence encoder failed: {0}")]
pub struct EncoderError(pub String);

/// What a model keeps of the encoder that it was trained with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trained {
    pub(crate) id: [u8; 32],
    pub(crate) width: u32,
    /// How long a sentence is beside its words.
    pub(crate) length: f32,
}

impl Trained {
    /// With so many examples for so many classes.
    pub(crate) fn new(
        encoder: &dyn Encoder,
        examples: usize,
        classes: usize,
    ) -> Result<Self, EncoderError> {
        let [of_few, of_many] = encoder.lengths();
        let few = examples <= FEW * classes;
        let width = encoder.width();
        if width == 0 || width > ENCODER_WIDTH_MAX {
            let cause = format!("it gives {width} numbers, not 1 to {ENCODER_WIDTH_MAX}");
            return Err(EncoderError(cause));
        }
        Ok(Self {
            id: encoder.id(),
            width: u32::try_from(width).unwrap_or(u32::MAX),
            length: if few { of_few } else { of_many },
        })
    }

    pub(crate) fn fits(&self) -> bool {
        (1..=ENCODER_WIDTH_MAX).contains(&(self.width as usize)) && self.length.is_finite()
    }

    /// What a sentence adds to a row whose other features are numbered below `first`.
    pub(crate) fn levels<'s>(&self, sentence: &'s [i8], first: usize) -> Levels<'s> {
        let levels = sentence.get(..self.width as usize).unwrap_or(sentence);
        Levels { first, levels, unit: self.length / STEPS }
    }
}

/// How texts are looked at: their words, and their sentences where there is an encoder.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) encoder: Option<&'a dyn Encoder>,
    /// Names of the entities whose characters stand in texts.
    pub(crate) names: &'a [String],
}

impl Sight<'_> {
    /// The features of one text.
    pub(crate) fn features(&self, text: &str) -> Result<Features, EncoderError> {
        let mut features = features::extract(text);
        if let Some(encoder) = self.encoder {
            let sentence = encoder.encode(&self.readable(text))?;
            features.sentence = whole_steps(&sentence, encoder.width())?;
        }
        Ok(features)
    }

    /// The features of many.
    pub(crate) fn features_of_all(&self, texts: &[&str]) -> Result<Vec<Features>, EncoderError> {
        let mut all = parallel::map(texts, TEXTS, |text| features::extract(text));
        if let Some(encoder) = self.encoder {
            let readable: Vec<String> = texts.iter().map(|text| self.readable(text)).collect();
            let readable: Vec<&str> = readable.iter().map(String::as_str).collect();
            let sentences = encoder.encode_all(&readable)?;
            if sentences.len() != all.len() {
                return Err(EncoderError("it left sentences out".to_owned()));
            }
            for (features, sentence) in all.iter_mut().zip(&sentences) {
                features.sentence = whole_steps(sentence, encoder.width())?;
            }
        }
        Ok(all)
    }

    /// A text as a sentence: an entity is said by its name, whatever its value.
    fn readable(&self, text: &str) -> String {
        let mut readable = String::with_capacity(text.len());
        for c in text.chars() {
            match features::entity_of(c) {
                Some(number) => {
                    let name = self.names.get(usize::from(number)).map_or("", String::as_str);
                    readable.extend([" ", name, " "]);
                }
                None => readable.push(c),
            }
        }
        readable
    }
}

/// An embedding in whole steps.
fn whole_steps(embedding: &[f32], width: usize) -> Result<Vec<i8>, EncoderError> {
    if embedding.len() != width {
        let cause = format!("it gave {} numbers instead of {width}", embedding.len());
        return Err(EncoderError(cause));
    }
    if !embedding.iter().all(|number| number.is_finite()) {
        return Err(EncoderError("it gave what is not a number".to_owned()));
    }
    // A cast keeps what is too large at the largest; one less is the largest on both sides.
    Ok(embedding.iter().map(|number| ((number * STEPS).round() as i8).max(-i8::MAX)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_is_rounded_to_whole_steps() {
        let rounded = whole_steps(&[0.0, 1.4 / STEPS, -1.6 / STEPS, 0.9, -0.9], 5);
        assert_eq!(rounded.unwrap(), [0, 1, -2, 127, -127]);
        assert!(whole_steps(&[0.0], 2).unwrap_err().to_string().contains("1 numbers instead of 2"));
        assert!(whole_steps(&[f32::NAN], 1).is_err());
    }

    #[test]
    fn an_entity_is_said_by_its_name() {
        let names = ["order number".to_owned(), "date".to_owned()];
        let sight = Sight { encoder: None, names: &names };
        let text = format!("move {} to{}", features::entity_char(0), features::entity_char(1));
        assert_eq!(sight.readable(&text), "move  order number  to date ");
    }
}
