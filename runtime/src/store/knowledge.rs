//! What editors and customers leave of the knowledge base: edited articles, and questions that nothing
//! answered.

use flowright_nlu::lang::Lang;

use super::StoreFuture;

/// Keeps edits and unanswered questions. Whatever it acknowledged is there again after a crash. All of
/// its errors are [`StoreError`](super::StoreError).
pub trait KnowledgeStore: Send + Sync + std::fmt::Debug {
    /// The last version of every article that was edited.
    fn edited_articles(&self) -> StoreFuture<'_, Vec<StoredArticle>>;

    /// The versions of an article that are kept, the last one first.
    fn article_versions(&self, id: String, lang: Lang) -> StoreFuture<'_, Vec<StoredArticle>>;

    /// Keeps a version that follows the one before. Whether it did: somebody may have been faster.
    fn keep_article(&self, article: StoredArticle) -> StoreFuture<'_, bool>;

    /// Questions that nothing answered, the most frequent first, at most `most`.
    fn unanswered(&self, most: usize) -> StoreFuture<'_, Vec<UnansweredQuestion>>;

    /// Forgets a question, by its key. Whether there was one.
    fn forget_unanswered(&self, key: String) -> StoreFuture<'_, bool>;
}

/// A version of an article that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredArticle {
    /// Which article.
    pub id: String,
    /// In which language.
    pub lang: Lang,
    /// From 1, without gaps.
    pub version: u32,
    /// The knowledge base that it belongs to.
    pub base: String,
    /// Front matter and Markdown; nothing where it was deleted.
    pub text: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// When, ms UTC.
    pub at_ms: i64,
}

/// A question that nothing answered, as it is kept with the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What it has in common with others that say the same.
    pub key: String,
    /// In which language it was asked.
    pub lang: Lang,
    /// Its words, without numbers and addresses.
    pub text: String,
}

/// A question that nothing answered, with how often it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnansweredQuestion {
    /// The question as it was asked last.
    pub question: Unanswered,
    /// How often.
    pub count: u64,
    /// When it was asked first, ms UTC.
    pub first_ms: i64,
    /// When it was asked last, ms UTC.
    pub last_ms: i64,
}
