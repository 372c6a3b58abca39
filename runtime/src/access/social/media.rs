//! Files that customers sent by a messenger, fetched from where it keeps them. What comes is judged like any other
//! file; what does not come costs the message nothing but the file.

use std::time::Duration;

use flowright_access::social::{Answer, Call, Key, Media, Outcome, Place, is_at};
use flowright_access::v1::{Attachment, Envelope};
use hyper::body::Bytes;
use hyper::{Method, Request};

use super::account::{Account, answer_of};
use crate::attachments::{Attachments, NotTaken};
use crate::clock::later;
use crate::limits::{MEDIA_ATTEMPTS_MAX, MEDIA_TIMEOUT};

/// Before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a file is not here.
enum Missing {
    /// It may work later.
    Again(String),
    /// It never will.
    Never(String),
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
        let work = self.download(&file.at_provider, into.largest());
        let bytes = tokio::time::timeout(MEDIA_TIMEOUT, work).await;
        let bytes = bytes.map_err(|_| Missing::Again("it took too long".to_owned()))??;
        match into.take(self.name(), &file.name, &bytes).await {
            Ok(taken) => {
                file.id = taken.id;
                file.name = taken.name;
                file.media_type = taken.media_type;
                file.bytes = taken.bytes;
                Ok(())
            }
            Err(error @ (NotTaken::Busy | NotTaken::Store(_))) => {
                Err(Missing::Again(error.to_string()))
            }
            Err(error) => Err(Missing::Never(error.to_string())),
        }
    }

    async fn download(&self, at_provider: &str, largest: u64) -> Result<Bytes, Missing> {
        let token = self.token().await?;
        let downloaded = self.download_with(at_provider, token.as_ref(), largest).await;
        if matches!(downloaded, Err(Outcome::StaleToken { .. })) {
            self.forget(token.as_ref()).await;
        }
        Ok(downloaded?)
    }

    async fn download_with(
        &self,
        at_provider: &str,
        token: Option<&Key>,
        largest: u64,
    ) -> Result<Bytes, Outcome> {
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
        // One byte more than is taken shows that it is too large.
        let most = usize::try_from(largest).unwrap_or(usize::MAX).saturating_add(1);
        let _place = self.fetching.acquire().await;
        let sent = self.transport.send(request, most).await;
        let response = sent.map_err(|cause| Outcome::Again { cause, after_ms: None })?;
        let refused = answer_of(&response, |answer: &Answer<'_>| provider.refuses_media(answer));
        match refused {
            Some(outcome) => Err(outcome),
            None => Ok(response.into_body()),
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
