//! Files over gRPC: in and out in pieces, so that none is in memory as a whole.

use std::pin::Pin;

use flowright_access::v1;
use flowright_access::v1::upload_request::Kind;
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use tonic::{Status, Streaming};

use super::{convert, status};
use crate::attachments::next_piece;
use crate::clients::Caller;
use crate::http::App;
use crate::http::problem::Problem;
use crate::limits::UPLOAD_TIMEOUT;

/// A file in pieces.
pub(super) type Pieces = Pin<Box<dyn Stream<Item = Result<v1::DownloadResponse, Status>> + Send>>;

/// Takes a file: what it is first, then its bytes.
pub(super) async fn upload(
    app: &App,
    caller: &Caller,
    mut requests: Streaming<v1::UploadRequest>,
) -> Result<v1::Attachment, Status> {
    let work = async {
        let first = requests.message().await?.and_then(|request| request.kind);
        let Some(Kind::Open(v1::UploadOpen { name, channel })) = first else {
            let problem = Problem::new(400, "the first request does not say what the file is")
                .with_help("send `open`, then the bytes");
            return Err(status::of(&problem));
        };
        let refused = |problem: Problem| status::of(&problem);
        let channel = (!channel.is_empty()).then_some(channel.as_str());
        let channel = app.0.channel_of(caller, "grpc", channel).map_err(refused)?.name;
        let attachments = app.0.access.attachments();
        let begun = attachments.begin(&channel, &name).await;
        let mut upload = begun.map_err(|error| refused(error.into()))?;
        while let Some(request) = requests.message().await? {
            let Some(Kind::Bytes(bytes)) = request.kind else {
                return Err(refused(Problem::new(400, "only bytes follow the first request")));
            };
            upload.write(&bytes).await.map_err(|error| refused(error.into()))?;
        }
        upload.finish().await.map_err(|error| refused(error.into()))
    };
    let taken = tokio::time::timeout(UPLOAD_TIMEOUT, work).await;
    let taken = taken.map_err(|_| Status::deadline_exceeded("the file took too long"))??;
    Ok(convert::stored(taken))
}

/// Hands a file out: what it is first, then its bytes.
pub(super) async fn download(app: &App, caller: &Caller, id: &str) -> Result<Pieces, Status> {
    let found = app.0.access.attachments().open(id).await;
    let found = found.map_err(|error| status::of(&error.into()))?;
    let unknown = || status::of(&Problem::new(404, format!("there is no attachment `{id}`")));
    let (file, reader) = found.ok_or_else(unknown)?;
    let sees = app.0.sees_file(caller, file.session.as_deref(), &file.channel).await;
    if !sees.map_err(|problem| status::of(&problem))? {
        return Err(unknown());
    }
    let first = v1::download_response::Kind::Attachment(convert::stored(file));
    let first = v1::DownloadResponse { kind: Some(first) };
    let rest = stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match next_piece(&mut reader).await.transpose()? {
            Ok(bytes) => {
                let kind = Some(v1::download_response::Kind::Bytes(bytes));
                Some((Ok(v1::DownloadResponse { kind }), Some(reader)))
            }
            Err(_) => Some((Err(Status::data_loss("the file could not be read to its end")), None)),
        }
    });
    Ok(stream::iter([Ok(first)]).chain(rest).boxed())
}
