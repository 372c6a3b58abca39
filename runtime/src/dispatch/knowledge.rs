//! What those need of a dispatch who edit articles and search in them.

use flowright_engine::model::{FoundArticle, Session};
use flowright_nlu::lang::Lang;

use super::Dispatch;
use crate::knowledge::{self, Library};
use crate::store::StoreError;

impl Dispatch {
    /// The articles that questions are answered from, where there are some.
    #[must_use]
    pub fn knowledge(&self) -> Option<&Library> {
        self.inner.outside.knowledge.as_ref()
    }

    /// The articles that may help an agent with a question in a session, for its customer alone; none where
    /// there is no knowledge base.
    pub(crate) async fn suggested(
        &self,
        session: &Session,
        question: &str,
    ) -> Result<Vec<FoundArticle>, StoreError> {
        let Some(library) = self.knowledge() else { return Ok(Vec::new()) };
        let program = self.inner.programs.pinned(session, &*self.inner.store).await?;
        let shelf = library.shelf();
        Ok(knowledge::suggested(shelf.index(), &program, session, question, self.now_ms()))
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
