//! Closed sets of choices, by name or synonym.

use super::{Found, folded_words};
use crate::fold::stands_alone;
use crate::spec::ChoiceOption;
use crate::value::Value;

/// Finds the words of one choice.
#[derive(Debug)]
pub(super) struct ChoiceFinder {
    /// Folded words with the option they mean, longest first.
    words: Vec<(String, u16)>,
}

impl ChoiceFinder {
    pub(super) fn new(options: &[ChoiceOption]) -> Self {
        let mut words: Vec<(String, u16)> = Vec::new();
        for (number, option) in (0..).zip(options) {
            let spoken = option.name.replace('_', " ");
            let all = option.words.iter().map(|(_, word)| word.as_str()).chain([spoken.as_str()]);
            words.extend(
                all.map(|word| (folded_words(word), number)).filter(|(w, _)| !w.is_empty()),
            );
        }
        words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        words.dedup();
        Self { words }
    }

    pub(super) fn find(&self, folded: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for (word, option) in &self.words {
            for (start, _) in folded.match_indices(word.as_str()) {
                let end = start + word.len();
                if stands_alone(folded, start, end) {
                    found.push(Found { start, end, value: Value::Choice(*option) });
                }
            }
        }
        found
    }
}
