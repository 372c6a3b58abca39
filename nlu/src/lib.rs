//! Utterance to intents, entities, language and sentiment. Pure: no IO, no clock, no randomness;
//! the same training set gives the same model bytes on every machine.

mod background;
mod calibrate;
mod classify;
mod detect;
mod encoder;
pub mod entities;
pub mod eval;
mod explain;
pub mod external;
mod features;
mod fold;
#[doc(hidden)]
pub mod hashed;
mod judge;
pub mod lang;
pub mod locale;
mod meanings;
mod model;
pub mod parallel;
pub mod patterns;
pub mod plural;
mod rows;
mod sentiment;
mod sequence;
pub mod spec;
mod svm;
mod understand;
pub mod value;

pub use classify::Contribution;
pub use detect::detect;
pub use encoder::{ENCODER_WIDTH_MAX, Encoder, EncoderError};
pub use entities::learned::{LEARNED_ENTITIES_MAX, LEARNED_TOKENS_MAX};
pub use explain::{Explanation, IntentExplanation};
pub use fold::{folded, is_cjk};
pub use judge::{Judged, Opinion};
pub use model::{
    ENTITIES_MAX, EXAMPLE_CHARS_MAX, EXAMPLES_MAX, INTENTS_MAX, Model, ModelError, PATTERNS_MAX,
    TrainError, train, train_and_judge, train_with,
};
pub use sentiment::sentiment;
pub use understand::{
    Context, EntityMatch, ScoredIntent, UTTERANCE_CHARS_MAX, Understander, Understanding,
};
