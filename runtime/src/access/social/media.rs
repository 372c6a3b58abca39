//! Files that customers sent by a messenger, fetched from where it keeps them. What comes is judged like any other
//! file; what does not come costs the message nothing but the file.

use std::time::Duration;

use flowright_access::social::{Answer, Call, Key, Media, Outcome, Place, is_at};
use flowright_access::v1::{Attachment, Envelope};
use futures_util::StreamExt as _;
use hyper::body::Bytes;
use hyper::{Method, Request, Response};

use super::account::{Account, answer_of};
use crate::attachments::{Attachments, NotTaken, StoredAttachment};
use crate::clock::later;
use crate::limits::{MEDIA_ATTEMPTS_MAX, MEDIA_TIMEOUT, REFUSAL_BYTES_MAX};
use crate::transport::Pieces;

/// Before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a file is not here.
enum Missing {
    /// It may work later.
    Again(String),
    /// It never will.
    Never(String),
}

impl From<NotTaken> for Missing {
    fn from(error: NotTaken) -> Self {
        match error {
            NotTaken::Busy | NotTaken::Store(_) => Self::Again(error.to_string()),
            _ => Self::Never(error.to_string()),
        }
    }
}

impl From<Outcome> for Missing {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Taken { .. } => Self::Never("its provider has not got it".to_owned()),
            Outcome::Again { cause, .. } | Outcome::StaleToken { cause } => Self::Again(cause),
            Outcome::Dead { cause } => Self::Never(cause),
        }
    }
}

impl Account {
    /// Fetches the files of a message, and says of each where it is, or why it is not here.
    pub(crate) async fn fetch_files(&self, envelope: &mut Envelope, into: &Attachments) {
        let wanted = envelope.attachments.iter_mut();
        for file in wanted.filter(|file| file.id.is_empty() && file.cause.is_empty()) {
            let mut attempts = 1;
            let missing = loop {
                match self.fetch_file(file, into).await {
                    Ok(()) => break None,
                    Err(Missing::Again(_)) if attempts < MEDIA_ATTEMPTS_MAX => {
                        attempts += 1;
                        self.clock.sleep_until(later(self.clock.now_ms(), PAUSE)).await;
                    }
                    Err(Missing::Again(cause) | Missing::Never(cause)) => break Some(cause),
                }
            };
            if let Some(cause) = missing {
                tracing::warn!(channel = self.name(), cause, "a file of a message is left out");
                file.cause = cause;
            }
        }
    }

    async fn fetch_file(&self, file: &mut Attachment, into: &Attachments) -> Result<(), Missing> {
        let taken = tokio::time::timeout(MEDIA_TIMEOUT, self.take(file, into)).await;
        let taken = taken.map_err(|_| Missing::Again("it took too long".to_owned()))??;
        file.id = taken.id;
        file.name = taken.name;
        file.media_type = taken.media_type;
        file.bytes = taken.bytes;
        Ok(())
    }

    /// Writes a file down as it comes.
    async fn take(
        &self,
        file: &Attachment,
        into: &Attachments,
    ) -> Result<StoredAttachment, Missing> {
        let token = self.token().await?;
        let _place = self.fetching.acquire().await;
        let opened = self.open(&file.at_provider, token.as_ref()).await;
        if matches!(opened, Err(Outcome::StaleToken { .. })) {
            self.forget(token.as_ref()).await;
        }
        let (begun, mut rest) = opened?;
        let mut upload = into.begin(self.name(), &file.name).await?;
        upload.write(&begun).await?;
        while let Some(piece) = rest.next().await {
            upload.write(&piece.map_err(Missing::Again)?).await?;
        }
        Ok(upload.finish().await?)
    }

    /// The beginning of a file, and what follows.
    async fn open(
        &self,
        at_provider: &str,
        token: Option<&Key>,
    ) -> Result<(Bytes, Pieces), Outcome> {
        let provider = &self.channel.provider;
        let never = |cause: &str| Outcome::Dead { cause: cause.to_owned() };
        let media = provider.media(at_provider, token);
        let place = match media.ok_or_else(|| never("this provider gives no files out"))? {
            Media::At(place) => place,
            Media::Ask(call) => self.ask(call, |answer| provider.read_media(answer)).await??,
        };
        let request = match place {
            Place::Api { beside, call } => {
                let own = self.channel.api == provider.api();
                self.get(beside.filter(|_| own).unwrap_or(&self.channel.api), call)
            }
            Place::Url { url, call } => {
                if !is_at(&url, provider.media_hosts(), &self.channel.api) {
                    return Err(never("it is at an address that is not its provider's"));
                }
                self.get(&url, call)
            }
        };
        let request = request.map_err(|cause| Outcome::Dead { cause })?;
        let again = |cause| Outcome::Again { cause, after_ms: None };
        let (head, mut pieces) = self.transport.open(request).await.map_err(again)?.into_parts();
        let mut begun = Vec::new();
        while begun.len() < REFUSAL_BYTES_MAX {
            let Some(piece) = pieces.next().await else { break };
            begun.extend_from_slice(&piece.map_err(again)?);
        }
        let response = Response::from_parts(head, Bytes::from(begun));
        let refused = answer_of(&response, |answer: &Answer<'_>| provider.refuses_media(answer));
        match refused {
            Some(outcome) => Err(outcome),
            None => Ok((response.into_body(), pieces)),
        }
    }

    fn get(&self, base: &str, call: Call) -> Result<Request<Bytes>, String> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(format!("{base}{}", call.path))
            .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
        let headers = call.headers.into_iter();
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        // The address is not told: it may hold a token.
        request.body(Bytes::new()).map_err(|_| "the request cannot be made".to_owned())
    }
}
