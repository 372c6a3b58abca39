//! What is known of files that customers sent. Their bytes are elsewhere: see [`crate::attachments`].

use super::StoreFuture;

/// Keeps what is known of files. Whatever it acknowledged is there again after a crash. All of its errors are
/// [`StoreError`](super::StoreError).
pub trait AttachmentStore: Send + Sync + std::fmt::Debug {
    /// Keeps new ones, all or none.
    fn keep_attachments(&self, attachments: Vec<StoredAttachment>) -> StoreFuture<'_, ()>;

    /// One, by its id.
    fn attachment<'s>(&'s self, id: &'s str) -> StoreFuture<'s, Option<StoredAttachment>>;

    /// Has attachments belong to a session, all or none. The same again does nothing.
    fn bind_attachments(&self, ids: Vec<String>, session: String) -> StoreFuture<'_, Bound>;

    /// Has those of one session belong to another, in which it goes on.
    fn move_attachments(&self, from: String, into: String) -> StoreFuture<'_, ()>;

    /// Those that came before a time, ms UTC, and that no message was sent with; at most so many.
    fn loose_attachments(&self, before_ms: i64, most: usize) -> StoreFuture<'_, Vec<String>>;

    /// Forgets attachments.
    fn drop_attachments(&self, ids: Vec<String>) -> StoreFuture<'_, ()>;

    /// Bytes of all of them.
    fn attachment_bytes(&self) -> StoreFuture<'_, u64>;
}

/// A file that a customer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttachment {
    /// Names it, and its bytes. Nobody can guess it.
    pub id: String,
    /// The channel that it came by.
    pub channel: String,
    /// The session that it belongs to, once a message was sent with it.
    pub session: Option<String>,
    /// The name that its sender gave it, made safe to show.
    pub name: String,
    /// As its bytes show it.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub hash: [u8; 32],
    /// When it came, ms UTC.
    pub at_ms: i64,
}

/// What became of binding attachments to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// They belong to it now.
    Yes(Vec<StoredAttachment>),
    /// There is none of this id, or it belongs to another session: which, nobody is told.
    Unknown(String),
    /// The session has as many as it may have.
    TooMany,
}
