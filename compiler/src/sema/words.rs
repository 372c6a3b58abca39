//! Words of choices: each means one of them.

use std::collections::HashMap;

use flowright_nlu::entities::folded_words;

use super::cx::Checker;
use super::types::plain;
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::{OptionDecl, Template};

impl Checker<'_> {
    /// Reports words that stand for two choices of one set: the first would always be taken. A
    /// choice is found by its words in every language, and by its name.
    pub(super) fn words_once(&mut self, options: &[OptionDecl]) {
        let mut meant: HashMap<String, (usize, Span)> = HashMap::new();
        for (number, option) in options.iter().enumerate() {
            meant
                .entry(folded_words(&option.name.text.replace('_', " ")))
                .or_insert((number, option.name.span));
        }
        for (number, option) in options.iter().enumerate() {
            for word in option.words.iter().flat_map(|words| &words.strings) {
                let folded = folded_words(&plain(word));
                if folded.is_empty() {
                    continue;
                }
                let (other, first) = *meant.entry(folded).or_insert((number, word.span));
                if other != number {
                    self.word_of_two(options.get(other), first, option, word);
                }
            }
        }
    }

    fn word_of_two(
        &mut self,
        other: Option<&OptionDecl>,
        first: Span,
        option: &OptionDecl,
        word: &Template,
    ) {
        let Some(other) = other.map(|other| &other.name.text) else { return };
        // Two choices of one name are said to be so already.
        if *other == option.name.text {
            return;
        }
        let message =
            format!("\"{}\" means `{other}` already, and here `{}`", plain(word), option.name.text);
        let finding = self
            .finding(Code::E0415, word.span, message)
            .label(format!("`{other}` would always be taken"))
            .related(self.at(first), "the first here")
            .help("keep it with one of the two choices");
        self.report(finding);
    }
}
