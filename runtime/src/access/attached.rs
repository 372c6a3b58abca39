//! The files of a message: which of those that were taken they are.

use flowright_access::attachment::{Kind, shown};
use flowright_access::v1;
use flowright_engine::model::Attachment;

use super::{Access, AccessError};
use crate::attachments::NotAttached;

/// When a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Just now: its sender can be told what is wrong with it.
    Now,
    /// Before, and it was acknowledged: its words count without its files, too.
    Before,
}

impl Access {
    /// Has the files of a message belong to its session.
    pub(super) async fn attached(
        &self,
        files: Vec<v1::Attachment>,
        session: &str,
        came: Came,
    ) -> Result<Vec<Attachment>, AccessError> {
        let ids = files.iter().filter(|file| !file.id.is_empty()).map(|file| file.id.clone());
        let (known, cause) = match self.inner.attachments.attach(ids.collect(), session).await {
            Ok(known) => (known, None),
            Err(error @ NotAttached::Store(_)) => return Err(error.into()),
            Err(error) if came == Came::Now => return Err(error.into()),
            Err(error) => {
                tracing::error!(session, %error, "the files of a message are not there any more");
                (Vec::new(), Some(error.to_string()))
            }
        };
        let one = |file: v1::Attachment| {
            let found = known.iter().find(|known| known.id == file.id && !file.id.is_empty());
            found.cloned().unwrap_or_else(|| left_out(file, cause.clone()))
        };
        Ok(files.into_iter().map(one).collect())
    }
}

/// A file whose bytes are not here.
fn left_out(file: v1::Attachment, cause: Option<String>) -> Attachment {
    let v1::Attachment { name, media_type, bytes, at_provider, cause: said, .. } = file;
    let cause = match cause {
        Some(cause) => cause,
        None if !said.is_empty() => said,
        None if !at_provider.is_empty() => "only its provider has it".to_owned(),
        None => "its bytes did not come with it".to_owned(),
    };
    // It is shown to the customer: a name that says nothing of a type is one.
    let name = shown(&name, Kind::of(&[]));
    Attachment { id: String::new(), name, media_type, bytes, cause: Some(cause) }
}
