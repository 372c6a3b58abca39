//! A file on its way in: counted, hashed and judged as it comes, so that what is not taken ends early.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use flowright_access::attachment::{HEAD_BYTES, Kind, shown};
use tokio::sync::OwnedSemaphorePermit;

use super::{FileWriter, Inner, NotTaken, of_disk};
use crate::store::{StoreError, StoredAttachment};
use crate::telemetry::by_channel;

/// See the module. Dropped before it is finished, it leaves nothing behind.
pub struct Upload {
    inner: Arc<Inner>,
    id: String,
    channel: String,
    name: String,
    /// The first bytes, until the type is known.
    head: Vec<u8>,
    kind: Option<Kind>,
    writer: Box<dyn FileWriter>,
    hash: blake3::Hasher,
    bytes: Reserved,
    _place: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Room that a file takes, and gives back when it does not become one.
struct Reserved {
    inner: Arc<Inner>,
    channel: String,
    bytes: u64,
    is_kept: bool,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let result = if self.is_kept { "taken" } else { "not_taken" };
        let counted = &self.inner.metrics.attachments;
        counted.get_or_create(&by_channel(&self.channel, result)).inc();
        if !self.is_kept {
            self.inner.used.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

impl Upload {
    pub(super) async fn begin(
        inner: Arc<Inner>,
        channel: &str,
        name: &str,
    ) -> Result<Self, NotTaken> {
        let place = Arc::clone(&inner.arriving).try_acquire_owned().map_err(|_| NotTaken::Busy)?;
        let id = new_id()?;
        let writer = inner.files.begin(&id).await.map_err(|e| of_disk(&e))?;
        Ok(Self {
            bytes: Reserved {
                inner: Arc::clone(&inner),
                channel: channel.to_owned(),
                bytes: 0,
                is_kept: false,
            },
            inner,
            id,
            channel: channel.to_owned(),
            name: name.to_owned(),
            head: Vec::new(),
            kind: None,
            writer,
            hash: blake3::Hasher::new(),
            _place: place,
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`NotTaken`]: then nothing of the file stays.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), NotTaken> {
        let more = bytes.len() as u64;
        let options = &self.inner.options;
        if self.bytes.bytes.saturating_add(more) > options.largest {
            return Err(NotTaken::TooLarge(options.largest));
        }
        let before = self.inner.used.fetch_add(more, Ordering::Relaxed);
        self.bytes.bytes += more;
        if before.saturating_add(more) > options.room {
            return Err(NotTaken::NoRoom);
        }
        if self.kind.is_none() {
            let missing = HEAD_BYTES - self.head.len();
            self.head.extend(bytes.iter().take(missing));
            if self.head.len() == HEAD_BYTES {
                self.judge()?;
            }
        }
        self.hash.update(bytes);
        self.writer.write(bytes).await.map_err(|e| of_disk(&e).into())
    }

    fn judge(&mut self) -> Result<Kind, NotTaken> {
        let kind = Kind::of(&self.head);
        if !self.inner.options.types.iter().any(|taken| taken.fits(kind.media_type)) {
            return Err(NotTaken::Type(kind.media_type));
        }
        self.kind = Some(kind);
        Ok(kind)
    }

    /// Comes back when the file is durable. It belongs to no session yet.
    ///
    /// # Errors
    /// [`NotTaken`]: then nothing of the file stays.
    pub async fn finish(mut self) -> Result<StoredAttachment, NotTaken> {
        if self.bytes.bytes == 0 {
            return Err(NotTaken::Empty);
        }
        let kind = match self.kind {
            Some(kind) => kind,
            None => self.judge()?,
        };
        let known = StoredAttachment {
            id: self.id,
            channel: self.channel,
            session: None,
            name: shown(&self.name, kind),
            media_type: kind.media_type.to_owned(),
            bytes: self.bytes.bytes,
            hash: *self.hash.finalize().as_bytes(),
            at_ms: self.inner.clock.now_ms(),
        };
        self.writer.finish().await.map_err(|e| of_disk(&e))?;
        if let Err(error) = self.inner.store.keep_attachments(vec![known.clone()]).await {
            // Whether the row is there nobody knows now: the bytes stay until that is looked at.
            return Err(error.into());
        }
        self.bytes.is_kept = true;
        Ok(known)
    }
}

/// 128 bits that nobody can guess, in hexadecimal digits.
fn new_id() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Failed(format!("no random bits: {e}")))?;
    Ok(crate::programs::hex(&bytes))
}
