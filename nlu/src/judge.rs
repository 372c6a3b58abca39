//! What a model makes of the examples that it learned from: for whoever asks whether they teach it
//! what they are meant to.

use crate::calibrate::{self, HeldOut};
use crate::classify::{self, Classifier};
use crate::features::Features;
use crate::parallel::{self, TEXTS};
use crate::rows::{Label, Rows};

/// An intent with how sure the model is of it: as sure as its score makes a bot in general. A bot that
/// mixes up all its intents has learned to be sure of nothing, which is no use in finding out why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// Number in the [`crate::spec::Spec`].
    pub intent: u16,
    /// How likely it is right, 0 to 1.
    pub confidence: f32,
}

/// What the model makes of one example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The intent whose example it is.
    pub intent: u16,
    /// Its place among the examples of the intent.
    pub example: usize,
    /// What a model that has learned from most other examples, but not from this one, takes it for.
    /// Nothing when there are no others.
    pub held_out: Option<Opinion>,
    /// What the whole model takes it for, unless it looks it up word for word.
    pub learned: Opinion,
    /// How sure the whole model is of the example's own intent.
    pub own_confidence: f32,
}

/// Judges every example among the texts of `rows`, which come in order of intent and example.
pub(crate) fn judge(classifier: &Classifier, rows: &Rows, held_out: &[HeldOut]) -> Vec<Judged> {
    let mut unseen: Vec<Option<Opinion>> = vec![None; rows.texts().count()];
    for held in held_out {
        if let Some(place) = unseen.get_mut(held.row) {
            *place = Some(opinion(held.class, held.score));
        }
    }
    let texts: Vec<(&Features, Label)> = rows.texts().collect();
    let scored = parallel::map(&texts, TEXTS, |(features, label)| {
        let class = label.class()?;
        let (scores, _) = classifier.scores(features);
        Some((class, classify::best(&scores)?, *scores.get(class as usize)?))
    });
    let (mut judged, mut last, mut example) = (Vec::with_capacity(unseen.len()), None, 0);
    for (scored, held_out) in scored.into_iter().zip(unseen) {
        let Some((class, (best, score), own)) = scored else { continue };
        example = if last == Some(class) { example + 1 } else { 0 };
        last = Some(class);
        judged.push(Judged {
            intent: u16::try_from(class).unwrap_or(u16::MAX),
            example,
            held_out,
            learned: opinion(best, score),
            own_confidence: opinion(class, own).confidence,
        });
    }
    judged
}

fn opinion(class: u32, score: f32) -> Opinion {
    let intent = u16::try_from(class).unwrap_or(u16::MAX);
    Opinion { intent, confidence: calibrate::confidence(calibrate::PRIOR, score) }
}
