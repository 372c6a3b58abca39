//! What those need of a dispatch who edit articles and search in them.

use flowright_nlu::lang::Lang;

use super::Dispatch;
use crate::knowledge::Library;

impl Dispatch {
    /// The articles that questions are answered from, where there are some.
    #[must_use]
    pub fn knowledge(&self) -> Option<&Library> {
        self.inner.outside.knowledge.as_ref()
    }

    /// The language that a text is in, as far as the bot speaks it; else its default.
    pub(crate) fn language_of(&self, text: &str) -> Lang {
        let program = self.inner.programs.current();
        let default = program.program.bot.languages.first().copied().unwrap_or(Lang::EN);
        program.understander.language(text).unwrap_or(default)
    }

    /// The time, ms UTC.
    pub(crate) fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }
}
