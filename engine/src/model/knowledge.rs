//! Articles of the knowledge base, as they come with an utterance and go with a reply.

use flowright_nlu::lang::Lang;
use serde::{Deserialize, Serialize};

/// An article that may answer an utterance: what the shell found before the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundArticle {
    /// The knowledge base that it belongs to.
    pub base: String,
    #[serde(flatten)]
    pub article: ArticleRef,
    pub language: Lang,
    /// Products that it is about; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// What customers are told.
    pub answer: String,
    /// How sure it is that this answers the utterance.
    pub confidence_thousandths: u16,
}

/// Which article it was that something was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRef {
    pub id: String,
    /// How often it had been edited; 0 as it came with the project.
    pub version: u32,
    pub title: String,
    /// Where all of it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
