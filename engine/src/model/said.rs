//! What was said: replies as they are shown, lines of the conversation, files that came with them.

use serde::{Deserialize, Serialize};

use super::ArticleRef;

/// Something said to the customer, rendered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    /// Buttons, or numbers where the channel has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Media>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Media>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// The channel that it goes to, where that is not the one that she wrote on last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The human who says it; nobody where the bot does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The article that it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Box<ArticleRef>>,
}

/// A button: pressing it sends `payload`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub payload: String,
    pub label: String,
}

/// A link or image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub url: String,
    pub label: Option<String>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    pub body: Option<String>,
    pub links: Vec<Media>,
    pub images: Vec<Media>,
}

/// One line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub at_ms: i64,
    pub turn: u64,
    pub from: Speaker,
    pub text: String,
    /// The channel that it went to, where that is not the one that she wrote on last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The article that it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Box<ArticleRef>>,
}

/// A file that came with a message, by what is known of it. Its bytes are not the engine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name in the store of attachments; empty where its bytes were not taken.
    pub id: String,
    /// The name that its sender gave it, made safe to show.
    pub name: String,
    /// As the bytes show it: `image/png`.
    pub media_type: String,
    /// Its size; 0 where that is not known.
    pub bytes: u64,
    /// Why its bytes were not taken, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// An attachment of the conversation, with the turn that it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub turn: u64,
    #[serde(flatten)]
    pub attachment: Attachment,
}

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Customer,
    Bot,
    Agent,
}
