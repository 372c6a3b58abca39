//! What editors do: a new version of an article, or its end. The version before must be the one that the
//! editor has seen, and the index follows before she is answered.

use flowright_knowledge::{ArticleError, parse};
use flowright_nlu::lang::Lang;

use super::{Library, LibraryError, Written, made};
use crate::store::{StoreError, StoredArticle, UnansweredQuestion};

/// What becomes of an article.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) id: String,
    pub(crate) lang: Lang,
    /// Front matter and Markdown; nothing: it is deleted.
    pub(crate) text: Option<String>,
    /// The knowledge base of a new one.
    pub(crate) base: Option<String>,
    pub(crate) author: String,
    pub(crate) at_ms: i64,
    /// The [`etag`] of the version that it follows, or `*`; nothing: there is none yet.
    pub(crate) follows: Option<String>,
}

/// Why an edit was not kept. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EditError {
    /// The text is no article.
    Article(ArticleError),
    /// The text names another article, or another language, than the address.
    OtherArticle,
    /// A language that the bot does not speak.
    Language,
    /// A new article without a knowledge base.
    NoBase(Vec<String>),
    /// A knowledge base that the bot does not have, or another than the article is in.
    Base(Vec<String>),
    /// There is no such article.
    Unknown,
    /// The article is there, and nobody said which version was seen.
    NotSeen,
    /// The article is another by now.
    Changed,
    Library(LibraryError),
}

impl From<StoreError> for EditError {
    fn from(error: StoreError) -> Self {
        Self::Library(error.into())
    }
}

/// What a version is known by: its number, and what is written in it, since that of the project changes
/// with each bundle.
pub(crate) fn etag(version: u32, text: &str) -> String {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("\"{version}-{}\"", hash.chars().take(16).collect::<String>())
}

impl Library {
    /// Keeps an edit; the version that it made.
    pub(crate) async fn edit(
        &self,
        edit: Edit,
        speaks: impl Fn(Lang) -> bool,
    ) -> Result<StoredArticle, EditError> {
        let Edit { id, lang, text, base, author, at_ms, follows } = edit;
        if let Some(text) = &text {
            let article = parse(text).map_err(EditError::Article)?;
            if article.id != id || article.language != lang {
                return Err(EditError::OtherArticle);
            }
            if !speaks(lang) {
                return Err(EditError::Language);
            }
        }
        let bundled = self.0.bundled.lock().await;
        let shelf = self.shelf();
        let current = shelf.get(&id, lang);
        match (&current, &follows) {
            (None, _) if text.is_none() => return Err(EditError::Unknown),
            (None, Some(_)) => return Err(EditError::Changed),
            (Some(_), None) => return Err(EditError::NotSeen),
            (Some((entry, Written { text, .. })), Some(follows))
                if follows != "*" && *follows != etag(entry.version, text) =>
            {
                return Err(EditError::Changed);
            }
            _ => {}
        }
        // Translations belong to one knowledge base.
        let other = shelf.all().find(|(entry, _)| entry.article.id == id);
        let known = other.map(|(entry, _)| entry.base.clone());
        let names = || bundled.bases.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let base = match (base, known) {
            (Some(base), Some(known)) if base != known => return Err(EditError::Base(vec![known])),
            (Some(base), _) if bundled.level(&base).is_none() => {
                return Err(EditError::Base(names()));
            }
            (Some(base), _) | (None, Some(base)) => base,
            (None, None) => return Err(EditError::NoBase(names())),
        };
        let before = self.0.store.article_versions(id.clone(), lang).await?;
        let version = before.first().map_or(1, |last| last.version.saturating_add(1));
        let article = StoredArticle { id, lang, version, base, text, author, at_ms };
        // Made before it is kept: what cannot be searched is not taken.
        let mut edits = self.0.store.edited_articles().await?;
        edits.push(article.clone());
        let new = made(&bundled, edits).await.map_err(EditError::Library)?;
        if !self.0.store.keep_article(article.clone()).await? {
            return Err(EditError::Changed);
        }
        self.set(new);
        Ok(article)
    }

    /// The versions of an article that are kept, the last one first.
    pub(crate) async fn versions(
        &self,
        id: String,
        lang: Lang,
    ) -> Result<Vec<StoredArticle>, StoreError> {
        self.0.store.article_versions(id, lang).await
    }

    /// Questions that nothing answered, the most frequent first.
    pub(crate) async fn unanswered(
        &self,
        most: usize,
    ) -> Result<Vec<UnansweredQuestion>, StoreError> {
        self.0.store.unanswered(most).await
    }

    /// Forgets such a question. Whether there was one.
    pub(crate) async fn forget(&self, key: String) -> Result<bool, StoreError> {
        self.0.store.forget_unanswered(key).await
    }
}
