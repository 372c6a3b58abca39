//! A file that a page hands over: announced in words, then its bytes in frames of their own. One at a time.

use serde_json::{Value as Json, json};

use crate::access::Access;
use crate::attachments::{NotTaken, Upload};
use crate::http::attachments::shown;
use crate::http::problem::Problem;
use crate::limits::MESSAGE_ATTACHMENTS_MAX;

/// What is to come of a file.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    file: Option<File>,
    /// Files that came since the last message.
    loose: usize,
}

#[derive(Debug)]
struct File {
    /// What the page calls it.
    id: String,
    left: u64,
    /// Nothing once it was refused: what is on its way still is passed over.
    upload: Option<Upload>,
}

impl Incoming {
    /// A message was sent: what came with it is no longer loose.
    pub(super) const fn used(&mut self) {
        self.loose = 0;
    }

    /// A file is announced. One that has not all arrived is given up.
    pub(super) async fn begin(
        &mut self,
        access: &Access,
        channel: &str,
        (id, name, bytes): (&str, &str, u64),
    ) -> Result<(), Problem> {
        let mut file = File { id: id.to_owned(), left: bytes, upload: None };
        let attachments = access.attachments();
        let begun = if bytes == 0 {
            Err(NotTaken::Empty.into())
        } else if bytes > attachments.largest() {
            Err(NotTaken::TooLarge(attachments.largest()).into())
        } else if self.loose >= MESSAGE_ATTACHMENTS_MAX {
            Err(Problem::new(429, "too many files without a message")
                .with_help("send a message with those that are there"))
        } else {
            attachments.begin(channel, name).await.map_err(Problem::from)
        };
        let (upload, result) = match begun {
            Ok(upload) => (Some(upload), Ok(())),
            Err(problem) => (None, Err(problem)),
        };
        file.upload = upload;
        self.file = (file.left > 0).then_some(file);
        result
    }

    /// The next bytes. What the page is told when they were the last: the file's id with what it is known as
    /// from now on, or why it is not.
    pub(super) async fn take(
        &mut self,
        bytes: &[u8],
    ) -> Option<(Option<String>, Result<Json, Problem>)> {
        let Some(file) = &mut self.file else {
            let problem = Problem::new(400, "bytes came that belong to no file")
                .with_help("announce the file first");
            return Some((None, Err(problem)));
        };
        let more = bytes.len() as u64;
        if more > file.left {
            let id = file.id.clone();
            self.file = None;
            return Some((Some(id), Err(Problem::new(400, "the file is longer than announced"))));
        }
        file.left -= more;
        let is_last = file.left == 0;
        let id = file.id.clone();
        let written = match &mut file.upload {
            Some(upload) => upload.write(bytes).await,
            None => Ok(()),
        };
        if let Err(error) = written {
            file.upload = None;
            if is_last {
                self.file = None;
            }
            return Some((Some(id), Err(error.into())));
        }
        if !is_last {
            return None;
        }
        let upload = self.file.take()?.upload?;
        let finished = upload.finish().await;
        let taken = finished.map(|taken| json!(shown(&taken))).map_err(Problem::from);
        self.loose += usize::from(taken.is_ok());
        Some((Some(id), taken))
    }
}
