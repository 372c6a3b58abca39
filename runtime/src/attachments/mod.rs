//! Files that customers send: taken piece by piece, judged by what they hold, kept beside the store, handed
//! out to whoever may have them. What is known of a file is in the store, its bytes are in a [`FileStore`].

mod folder;
mod sweep;
mod upload;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flowright_access::attachment::{TAKEN, TypePattern};
use flowright_engine::model::Attachment;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::Semaphore;

use crate::clock::SharedClock;
use crate::limits::{FILE_CHUNK_BYTES, MESSAGE_ATTACHMENTS_MAX, UPLOADS_AT_ONCE_MAX};
/// What channels see of the store.
pub use crate::store::StoredAttachment;
use crate::store::{AttachmentStore, Bound, StoreError};

use crate::telemetry::Metrics;
pub use folder::Folder;
pub(crate) use sweep::Sweeper;
pub use upload::Upload;

/// Where the bytes of files are. A file is there when all of it is, and never changes.
pub trait FileStore: Send + Sync + std::fmt::Debug {
    /// Begins a file. Unless it is finished nothing of it stays.
    fn begin<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<Box<dyn FileWriter>>>;

    /// Reads a file; [`io::ErrorKind::NotFound`] where there is none.
    fn open<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<FileReader>>;

    /// Removes a file. That there is none is no error.
    fn remove<'s>(&'s self, id: &'s str) -> BoxFuture<'s, io::Result<()>>;

    /// The ids of files that came before a time, ms UTC by the machine's clock. What was begun and never
    /// finished has a name of its own, under which it can be removed.
    fn list(&self, before_ms: i64) -> BoxFuture<'_, io::Result<Vec<String>>>;
}

/// A file that is being written.
pub trait FileWriter: Send {
    /// Adds to it.
    fn write<'w>(&'w mut self, bytes: &'w [u8]) -> BoxFuture<'w, io::Result<()>>;

    /// Comes back when all of it is durable.
    fn finish(self: Box<Self>) -> BoxFuture<'static, io::Result<()>>;
}

/// What a file is read from.
pub type FileReader = Pin<Box<dyn AsyncRead + Send>>;

/// The next bytes of a file; nothing at its end.
///
/// # Errors
/// It cannot be read to its end: whoever gets it must learn that it is not whole.
pub(crate) async fn next_piece(reader: &mut FileReader) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(FILE_CHUNK_BYTES);
    let read = reader.take(FILE_CHUNK_BYTES as u64).read_to_end(&mut bytes).await;
    read.inspect_err(|error| {
        tracing::error!(%error, "an attachment could not be read to its end");
    })
    .map(|count| (count > 0).then_some(bytes))
}

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentOptions {
    /// Bytes of one file.
    pub largest: u64,
    /// Bytes of all files together.
    pub room: u64,
    /// Types of files.
    pub types: Vec<TypePattern>,
}

impl Default for AttachmentOptions {
    fn default() -> Self {
        let types = TAKEN.iter().filter_map(|text| TypePattern::parse(text)).collect();
        Self { largest: 25_000_000, room: 10_000_000_000, types }
    }
}

/// Why a file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Larger than what is taken.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// It holds nothing.
    #[error("it is empty")]
    Empty,
    /// Its bytes are of a type that is not taken.
    #[error("files of the type {0} are not taken")]
    Type(&'static str),
    /// All the room that there is for files is taken.
    #[error("there is no room for more files")]
    NoRoom,
    /// Too many arrive at the same time.
    #[error("too many files arrive at the moment")]
    Busy,
    /// The disk, or the store, said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotTaken {
    /// Whether that is the file's fault, so that it will never be taken.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::Empty | Self::Type(_))
    }
}

/// Why a message's attachments cannot be hers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAttached {
    /// There is none of this id, or it is another conversation's.
    #[error("there is no attachment `{0}`")]
    Unknown(String),
    /// More than one message may have.
    #[error("a message has at most {MESSAGE_ATTACHMENTS_MAX} attachments")]
    TooManyOfMessage,
    /// More than a conversation may have.
    #[error("the conversation has as many attachments as it may have")]
    TooManyOfSession,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Files that customers send. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Attachments {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Arc<dyn AttachmentStore>,
    files: Arc<dyn FileStore>,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    options: AttachmentOptions,
    /// Bytes of all files, those that are arriving among them.
    used: AtomicU64,
    arriving: Arc<Semaphore>,
}

impl Attachments {
    /// Over what is known of files and where their bytes are.
    ///
    /// # Errors
    /// [`StoreError`], when what there is already cannot be counted.
    pub async fn new(
        store: Arc<dyn AttachmentStore>,
        files: Arc<dyn FileStore>,
        clock: SharedClock,
        metrics: Arc<Metrics>,
        options: AttachmentOptions,
    ) -> Result<Self, StoreError> {
        let used = AtomicU64::new(store.attachment_bytes().await?);
        let arriving = Arc::new(Semaphore::new(UPLOADS_AT_ONCE_MAX));
        Ok(Self {
            inner: Arc::new(Inner { store, files, clock, metrics, options, used, arriving }),
        })
    }

    /// Bytes of the largest file that is taken.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.inner.options.largest
    }

    /// Begins to take a file that came by a channel under a name.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn begin(&self, channel: &str, name: &str) -> Result<Upload, NotTaken> {
        Upload::begin(Arc::clone(&self.inner), channel, name).await
    }

    /// Takes a file that is in memory already.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn take(
        &self,
        channel: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<StoredAttachment, NotTaken> {
        let mut upload = self.begin(channel, name).await?;
        upload.write(bytes).await?;
        upload.finish().await
    }

    /// Has attachments belong to a session, with the message that they came with.
    ///
    /// # Errors
    /// [`NotAttached`]: then none of them does.
    pub async fn attach(
        &self,
        ids: Vec<String>,
        session: &str,
    ) -> Result<Vec<Attachment>, NotAttached> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        if ids.len() > MESSAGE_ATTACHMENTS_MAX {
            return Err(NotAttached::TooManyOfMessage);
        }
        match self.inner.store.bind_attachments(ids, session.to_owned()).await? {
            Bound::Yes(files) => Ok(files.into_iter().map(known).collect()),
            Bound::Unknown(id) => Err(NotAttached::Unknown(id)),
            Bound::TooMany => Err(NotAttached::TooManyOfSession),
        }
    }

    /// A file, with what is known of it.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] where its bytes are not there.
    pub async fn open(
        &self,
        id: &str,
    ) -> Result<Option<(StoredAttachment, FileReader)>, StoreError> {
        let Some(known) = self.inner.store.attachment(id).await? else { return Ok(None) };
        match self.inner.files.open(id).await {
            Ok(reader) => Ok(Some((known, reader))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let cause = format!("the bytes of `{id}` are not there");
                Err(StoreError::Damaged { what: "attachment", cause })
            }
            Err(error) => Err(of_disk(&error)),
        }
    }

    /// Has the attachments of one session belong to another, in which it goes on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn follow(&self, from: &str, into: &str) -> Result<(), StoreError> {
        self.inner.store.move_attachments(from.to_owned(), into.to_owned()).await
    }

    /// Removes files that no message will be sent with. What cannot be removed now goes later.
    pub(crate) async fn discard(&self, ids: Vec<String>) {
        if let Err(error) = self.inner.discard(ids).await {
            tracing::warn!(%error, "files that nobody needs stay for a while");
        }
    }
}

impl Inner {
    /// The rows first: bytes without a row are found later, a row without bytes would be damage.
    async fn discard(&self, ids: Vec<String>) -> Result<(), StoreError> {
        let mut freed = 0;
        for id in &ids {
            freed += self.store.attachment(id).await?.map_or(0, |file| file.bytes);
        }
        self.store.drop_attachments(ids.clone()).await?;
        self.used.fetch_sub(freed, Ordering::Relaxed);
        for id in &ids {
            self.files.remove(id).await.map_err(|e| of_disk(&e))?;
        }
        Ok(())
    }
}

fn known(file: StoredAttachment) -> Attachment {
    let StoredAttachment { id, name, media_type, bytes, .. } = file;
    Attachment { id, name, media_type, bytes, cause: None }
}

fn of_disk(error: &io::Error) -> StoreError {
    let text = format!("the folder of attachments: {error}");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(text),
        _ => StoreError::Failed(text),
    }
}
