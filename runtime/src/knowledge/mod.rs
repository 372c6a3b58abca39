//! The knowledge base of a running server: the articles of the current bundle, and over them what editors
//! have made of them. A search comes before the turn, and what it found goes with the message.

mod edit;
mod mask;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use flowright_compiler::ir::Program;
use flowright_engine::limits::KNOWLEDGE_HITS_MAX;
use flowright_engine::model::{FoundArticle, Session};
use flowright_engine::{LoadedProgram, articles};
use flowright_knowledge::{Entry, Index, IndexError, Level, parse};
use flowright_nlu::lang::Lang;
use flowright_nlu::value::Decimal;
use tokio::task::spawn_blocking;

use crate::limits::SUGGESTIONS_MAX;
use crate::store::{KnowledgeStore, StoreError, StoredArticle, Unanswered};

pub(crate) use self::edit::{Edit, EditError, etag};
pub use flowright_engine::articles::index_of;

/// Below it, an article is not worth an agent's look.
const SUGGESTED_THOUSANDTHS_MIN: u16 = 200;
/// From when an article is sure where no `fallback` says it.
const SURE_WITHOUT_FALLBACK: Decimal = Decimal(500_000);

/// A store of edits that many hold.
pub type SharedKnowledgeStore = Arc<dyn KnowledgeStore>;

/// Why the articles could not be put in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The search engine said no.
    #[error("the articles cannot be searched: {0}")]
    Index(String),
}

/// The articles of a server, and the way to search and edit them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Library(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: SharedKnowledgeStore,
    shelf: RwLock<Arc<Shelf>>,
    /// The articles of the current bundle. Held by whoever changes something.
    bundled: tokio::sync::Mutex<Bundled>,
}

/// The articles as they are at a moment.
#[derive(Debug)]
pub(crate) struct Shelf {
    index: Index,
    /// What is written in each, in the order of the index.
    written: Vec<Written>,
}

/// An article as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// Who edited it, and when, ms UTC; nobody as it came with the project.
    pub(crate) edited: Option<(String, i64)>,
}

/// What came with a bundle.
#[derive(Debug, Clone, Default)]
struct Bundled {
    /// Knowledge bases with their levels.
    bases: Vec<(String, Level)>,
    articles: Vec<(Entry, Written)>,
}

impl Bundled {
    /// Of a program.
    fn of(program: &Program) -> Self {
        let bases = program.knowledge.iter().map(|base| (base.name.clone(), base.level)).collect();
        let written =
            |(entry, text): (Entry, &str)| (entry, Written { text: text.to_owned(), edited: None });
        Self { bases, articles: articles::entries(program).map(written).collect() }
    }

    fn level(&self, base: &str) -> Option<Level> {
        self.bases.iter().find(|(name, _)| name == base).map(|(_, level)| *level)
    }

    /// Articles with their edits in their places, in the order of their ids and languages. An edit of a
    /// knowledge base that the program does not have waits until one has it again, and one that is no
    /// article by the rules of now is told of: meanwhile the article is as it came.
    fn edited(&self, edits: Vec<StoredArticle>) -> Vec<(Entry, Written)> {
        let key = |entry: &Entry| (entry.article.id.clone(), entry.article.language);
        let own = self.articles.iter().map(|own| (key(&own.0), own.clone()));
        let mut all: BTreeMap<_, _> = own.collect();
        for edit in edits {
            let Some(level) = self.level(&edit.base) else { continue };
            let Some(text) = edit.text else {
                all.remove(&(edit.id, edit.lang));
                continue;
            };
            let article = match parse(&text) {
                Ok(article) => article,
                Err(error) => {
                    let (article, language) = (edit.id, edit.lang.to_string());
                    tracing::error!(article, language, %error, "an edited article is left out");
                    continue;
                }
            };
            let entry = Entry { base: edit.base, level, version: edit.version, article };
            let written = Written { text, edited: Some((edit.author, edit.at_ms)) };
            all.insert(key(&entry), (entry, written));
        }
        all.into_values().collect()
    }
}

impl Library {
    /// The articles of a program, with the edits that a store has.
    ///
    /// # Errors
    /// See [`LibraryError`].
    pub async fn open(
        store: SharedKnowledgeStore,
        program: &Program,
    ) -> Result<Self, LibraryError> {
        let bundled = Bundled::of(program);
        let shelf = made(&bundled, store.edited_articles().await?).await?;
        let shelf = RwLock::new(Arc::new(shelf));
        Ok(Self(Arc::new(Inner { store, shelf, bundled: tokio::sync::Mutex::new(bundled) })))
    }

    /// Has the articles of another program in the place of those of the one before. Edits stay.
    ///
    /// # Errors
    /// See [`LibraryError`]: then all is as it was.
    pub async fn follow(&self, program: &Program) -> Result<(), LibraryError> {
        let mut current = self.0.bundled.lock().await;
        let bundled = Bundled::of(program);
        let shelf = made(&bundled, self.0.store.edited_articles().await?).await?;
        *current = bundled;
        self.set(shelf);
        Ok(())
    }

    fn set(&self, shelf: Shelf) {
        *self.0.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
    }

    /// The articles as they are now.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.0.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shelf {
    /// What they are searched with.
    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    /// All of them, by their ids and languages.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Entry, &Written)> {
        self.index.entries().iter().zip(&self.written)
    }

    /// One of them.
    pub(crate) fn get(&self, id: &str, lang: Lang) -> Option<(&Entry, &Written)> {
        self.all().find(|(entry, _)| entry.article.id == id && entry.article.language == lang)
    }
}

/// Articles and edits, on a thread of its own: there may be many.
async fn made(bundled: &Bundled, edits: Vec<StoredArticle>) -> Result<Shelf, LibraryError> {
    let (entries, written) = bundled.edited(edits).into_iter().unzip();
    let index = spawn_blocking(move || Index::new(entries)).await;
    let failed = |cause: String| LibraryError::Index(cause);
    let index = index.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))?;
    Ok(Shelf { index, written })
}

/// The articles that may answer an utterance in a session, the surest first; none where no `fallback` of
/// the program answers with articles, or a human has the conversation.
#[must_use]
pub fn find(
    index: &Index,
    program: &LoadedProgram,
    session: &Session,
    text: &str,
) -> Vec<FoundArticle> {
    articles::find(index, program, session, text).unwrap_or_else(told)
}

/// A search that failed found nothing; that it did is in the log.
fn told<T: Default>(error: IndexError) -> T {
    tracing::error!(%error, "articles could not be searched");
    T::default()
}

/// The articles for an agent who is asked something in a session: those alone that are for its customer.
pub(crate) fn suggested(
    index: &Index,
    program: &LoadedProgram,
    session: &Session,
    question: &str,
    now_ms: i64,
) -> Vec<FoundArticle> {
    let hits = articles::hits(index, program, session, question).unwrap_or_else(told);
    let near = hits.iter().filter(|hit| hit.confidence_thousandths >= SUGGESTED_THOUSANDTHS_MIN);
    let near = near.take(KNOWLEDGE_HITS_MAX).map(articles::found).collect();
    let least = program.program.answers_from().unwrap_or(SURE_WITHOUT_FALLBACK);
    let mut suited = flowright_engine::suited(program, session, near, least, now_ms);
    suited.truncate(SUGGESTIONS_MAX);
    suited
}

/// What is kept of a question that a turn has not answered, where somebody edits articles.
pub(crate) fn unanswered(program: &Program, session: &Session, text: &str) -> Option<Unanswered> {
    if program.knowledge.is_empty() {
        return None;
    }
    mask::unanswered(text, session.lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &str) -> String {
        format!("---\nid: returns\nlanguage: en\ntitle: Returns\n---\n{answer}\n")
    }

    fn edit(base: &str, text: Option<String>) -> StoredArticle {
        let (id, author) = ("returns".to_owned(), "ann".to_owned());
        let base = base.to_owned();
        StoredArticle { id, lang: Lang::EN, version: 1, base, text, author, at_ms: 1 }
    }

    #[test]
    fn an_edit_that_cannot_be_used_leaves_the_article_as_it_came() {
        let written = Written { text: text("Thirty days."), edited: None };
        let article = parse(&written.text).unwrap();
        let base = "company".to_owned();
        let level = Level::Enterprise;
        let entry = Entry { base: base.clone(), level, version: 0, article };
        let bundled = Bundled { bases: vec![(base, level)], articles: vec![(entry, written)] };
        for (edit, answer) in [
            (edit("company", Some(text("Sixty days."))), Some("Sixty days.")),
            (edit("company", None), None),
            // Of a knowledge base that the bundle does not have any more.
            (edit("gone", Some(text("Sixty days."))), Some("Thirty days.")),
            (edit("gone", None), Some("Thirty days.")),
            (edit("company", Some("no article".to_owned())), Some("Thirty days.")),
        ] {
            let all = bundled.edited(vec![edit.clone()]);
            let found = all.first().map(|(entry, _)| entry.article.answer.as_str());
            assert_eq!((found, all.len()), (answer, usize::from(answer.is_some())), "{edit:?}");
        }
    }
}
