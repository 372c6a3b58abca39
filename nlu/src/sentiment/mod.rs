//! How the customer feels, by what she writes: a number from -1 to 1.
//!
//! Each script has its word list and rules: [`english`] those of VADER, [`chinese`] of its own;
//! [`emoji`] belong to both. All of an utterance is looked at by all of them, so that an English
//! word in a Chinese sentence counts. The strengths are added up, exclamation marks make the sum
//! larger, and it is brought between -1 and 1 in the way of VADER.
//!
//! Words say what is said, not what is meant: sarcasm ("great, broken again"), and a complaint
//! without a word of complaint, are not recognised.

mod chinese;
mod emoji;
mod english;
mod lexicon;
mod steps;

/// The larger, the more words it takes to come near 1: VADER's.
const ALPHA: f64 = 15.0;
/// What an exclamation mark adds, and how many of them do.
const EXCLAMATION: f64 = 0.292;
const EXCLAMATIONS_MAX: u32 = 4;
/// What question marks add where there are several, each and at most.
const QUESTION: f64 = 0.18;
const QUESTIONS_MAX: f64 = 0.96;

/// Reads the word lists, which the first utterance would otherwise wait for.
pub(crate) fn prepare() {
    english::prepare();
    chinese::prepare();
    emoji::prepare();
}

/// How the customer feels who writes this, from -1 (very bad) to 1. Nothing said of it is 0.
#[must_use]
pub fn sentiment(text: &str) -> f32 {
    let sum = english::sum(text) + chinese::sum(text) + emoji::sum(text);
    if sum == 0.0 {
        return 0.0;
    }
    let sum = sum + emphasis(text).copysign(sum);
    (sum / libm::sqrt(sum * sum + ALPHA)).clamp(-1.0, 1.0) as f32
}

/// What punctuation adds to whatever is felt.
fn emphasis(text: &str) -> f64 {
    let (mut exclamations, mut questions) = (0_u32, 0_u32);
    for c in text.chars() {
        match c {
            '!' | '\u{ff01}' => exclamations += 1,
            '?' | '\u{ff1f}' => questions += 1,
            _ => {}
        }
    }
    let asked = match questions {
        0 | 1 => 0.0,
        several => (f64::from(several) * QUESTION).min(QUESTIONS_MAX),
    };
    f64::from(exclamations.min(EXCLAMATIONS_MAX)) * EXCLAMATION + asked
}

#[cfg(test)]
mod tests;
