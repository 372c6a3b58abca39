//! The knowledge base of a running server: the articles of the current bundle, and over them what editors
//! have made of them. A search comes before the turn, and what it found goes with the message.

mod mask;

use std::sync::{Arc, PoisonError, RwLock};

use flowright_compiler::ir::Program;
use flowright_engine::LoadedProgram;
use flowright_engine::limits::KNOWLEDGE_HITS_MAX;
use flowright_engine::model::{ArticleRef, FoundArticle, Session, Status};
use flowright_knowledge::{Entry, Hit, Index, IndexError, parse};
use flowright_nlu::value::Decimal;
use tokio::task::spawn_blocking;

use crate::store::{KnowledgeStore, StoreError, StoredArticle, Unanswered};

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
    index: RwLock<Arc<Index>>,
    /// The articles of the current bundle. Held by whoever changes something.
    bundled: tokio::sync::Mutex<Vec<Entry>>,
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
        let bundled = entries(program);
        let index = made(bundled.clone(), store.edited_articles().await?).await?;
        Ok(Self(Arc::new(Inner {
            store,
            index: RwLock::new(Arc::new(index)),
            bundled: tokio::sync::Mutex::new(bundled),
        })))
    }

    /// Has the articles of another program in the place of those of the one before. Edits stay.
    ///
    /// # Errors
    /// See [`LibraryError`]: then all is as it was.
    pub async fn follow(&self, program: &Program) -> Result<(), LibraryError> {
        let mut bundled = self.0.bundled.lock().await;
        let entries = entries(program);
        let index = made(entries.clone(), self.0.store.edited_articles().await?).await?;
        *bundled = entries;
        self.set(index);
        Ok(())
    }

    fn set(&self, index: Index) {
        *self.0.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
    }

    /// The articles as they are now.
    #[must_use]
    pub fn index(&self) -> Arc<Index> {
        Arc::clone(&self.0.index.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The articles of a program. Its verifier has seen that each is one.
fn entries(program: &Program) -> Vec<Entry> {
    let articles = program
        .knowledge
        .iter()
        .flat_map(|base| base.articles.iter().map(move |article| (base, article)));
    let entry = |(base, article): (
        &flowright_compiler::ir::KnowledgeDef,
        &flowright_compiler::ir::ArticleDef,
    )| {
        let article = parse(&article.text).ok()?;
        Some(Entry { base: base.name.clone(), level: base.level, version: 0, article })
    };
    articles.filter_map(entry).collect()
}

/// The index of a program's articles, where nobody edits them.
///
/// # Errors
/// The search engine said no.
pub fn index_of(program: &Program) -> Result<Index, IndexError> {
    Index::new(entries(program))
}

/// The index of articles and edits, on a thread of its own: there may be many.
async fn made(bundled: Vec<Entry>, edits: Vec<StoredArticle>) -> Result<Index, LibraryError> {
    let work =
        move || Index::new(edited(bundled, edits)).map_err(|e| LibraryError::Index(e.to_string()));
    spawn_blocking(work).await.map_err(|e| LibraryError::Index(e.to_string()))?
}

/// Articles with their edits in their places, in the order of their ids and languages. An edit of a
/// knowledge base that the program does not have waits until one has it again.
fn edited(mut entries: Vec<Entry>, edits: Vec<StoredArticle>) -> Vec<Entry> {
    let levels: Vec<(String, flowright_knowledge::Level)> =
        entries.iter().map(|entry| (entry.base.clone(), entry.level)).collect();
    for edit in edits {
        entries.retain(|entry| entry.article.id != edit.id || entry.article.language != edit.lang);
        let level = levels.iter().find(|(base, _)| *base == edit.base).map(|(_, level)| *level);
        let article = edit.text.as_deref().and_then(|text| parse(text).ok());
        if let (Some(level), Some(article)) = (level, article) {
            entries.push(Entry { base: edit.base, level, version: edit.version, article });
        }
    }
    entries.sort_by(|a, b| {
        (&a.article.id, a.article.language).cmp(&(&b.article.id, b.article.language))
    });
    entries
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
    let Some(least) = program.program.answers_from().filter(|_| session.status == Status::Bot)
    else {
        return Vec::new();
    };
    let lang = program.understander.language(text).unwrap_or(session.lang);
    let hits = match index.search(text, lang, |_| true) {
        Ok(hits) => hits,
        Err(error) => {
            tracing::error!(%error, "articles could not be searched");
            return Vec::new();
        }
    };
    let sure = |hit: &Hit<'_>| Decimal(i64::from(hit.confidence_thousandths) * 1_000) >= least;
    hits.iter().filter(|hit| sure(hit)).take(KNOWLEDGE_HITS_MAX).map(found).collect()
}

fn found(hit: &Hit<'_>) -> FoundArticle {
    let Entry { base, version, article, .. } = hit.entry;
    FoundArticle {
        base: base.clone(),
        article: ArticleRef {
            id: article.id.clone(),
            version: *version,
            title: article.title.clone(),
            url: article.url.clone(),
        },
        language: article.language,
        products: article.products.clone(),
        answer: article.answer.clone(),
        confidence_thousandths: hit.confidence_thousandths,
    }
}

/// What is kept of a question that a turn has not answered, where somebody edits articles.
pub(crate) fn unanswered(program: &Program, session: &Session, text: &str) -> Option<Unanswered> {
    if program.knowledge.is_empty() {
        return None;
    }
    mask::unanswered(text, session.lang)
}
