//! Files that customers send: handed over before the message that they come with, and fetched by whoever may
//! read the conversation. Both as a stream: no file is in memory as a whole.

use flowright_access::attachment::content_disposition;
use flowright_engine::model::{Attached, Session};
use futures_util::StreamExt as _;
use futures_util::stream;
use http_body_util::{BodyExt as _, Either, StreamBody};
use hyper::StatusCode;
use hyper::body::{Bytes, Frame};
use hyper::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue,
};
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::idle::InUse;
use super::problem::Problem;
use super::{Request, Response, body};
use crate::attachments::{FileReader, NotTaken, StoredAttachment, next_piece};
use crate::clients::Caller;
use crate::limits::UPLOAD_TIMEOUT;

/// `POST /v1/attachments?name=NAME`: the file's bytes are the body.
pub(super) async fn post(
    app: &Shared,
    caller: &Caller,
    request: Request,
) -> Result<Response, Problem> {
    let query = request.uri().query().unwrap_or("").to_owned();
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(key, value)| (key == wanted).then(|| value.into_owned()))
    };
    let channel = app.channel_of(caller, "rest", of("channel").as_deref())?.name;
    let name = of("name").unwrap_or_default();
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let largest = app.access.attachments().largest();
    if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|bytes| bytes > largest) {
        return Err(NotTaken::TooLarge(largest).into());
    }
    let taken = tokio::time::timeout(UPLOAD_TIMEOUT, take(app, &channel, &name, request));
    let taken = taken.await.map_err(|_| Problem::new(408, "the file took too long"))??;
    Ok(body::json(StatusCode::CREATED, &shown(&taken)))
}

async fn take(
    app: &Shared,
    channel: &str,
    name: &str,
    request: Request,
) -> Result<StoredAttachment, Problem> {
    let mut upload = app.access.attachments().begin(channel, name).await?;
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|e| Problem::new(400, format!("the file could not be read: {e}")))?;
        if let Ok(bytes) = frame.into_data() {
            upload.write(&bytes).await?;
        }
    }
    Ok(upload.finish().await?)
}

/// What whoever handed a file over is told of it.
pub(crate) fn shown(file: &StoredAttachment) -> Json {
    json!({
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "bytes": file.bytes,
    })
}

/// `GET /v1/attachments/{id}`
pub(super) async fn get(
    app: &Shared,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(404, format!("there is no attachment `{id}`"));
    let (file, reader) = app.access.attachments().open(id).await?.ok_or_else(unknown)?;
    if !app.sees_file(caller, file.session.as_deref(), &file.channel).await? {
        return Err(unknown());
    }
    Ok(sent((&file, reader), request))
}

/// `GET /desk/v1/conversations/{session}/attachments/{id}`: of a conversation that somebody at the desk sees.
pub(super) async fn of_conversation(
    app: &Shared,
    session: &Session,
    id: &str,
    request: &Request,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(404, format!("the conversation has no attachment `{id}`"));
    let (file, reader) = app.access.attachments().open(id).await?.ok_or_else(unknown)?;
    // What came from a conversation that goes on in this one is listed here.
    let is_listed = session.attachments.iter().any(|attached| attached.attachment.id == id);
    if !is_listed && file.session.as_deref() != Some(session.id.as_str()) {
        return Err(unknown());
    }
    Ok(sent((&file, reader), request))
}

/// A file as an answer.
fn sent((file, reader): (&StoredAttachment, FileReader), request: &Request) -> Response {
    let in_use = request.extensions().get::<InUse>().cloned();
    let chunks = stream::unfold((reader, in_use), next);
    let mut response = Response::new(Either::Right(StreamBody::new(chunks.boxed())));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&file.media_type);
    headers
        .insert(CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(CONTENT_LENGTH, file.bytes.into());
    let disposition = HeaderValue::from_str(&content_disposition(&file.name));
    headers
        .insert(CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    // Whatever it is, it is nobody's page: a browser saves it, and runs nothing of it.
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers
        .insert("content-security-policy", HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The next piece of a file. What cannot be read ends the answer before its length: whoever gets it knows.
async fn next(
    (mut reader, in_use): (FileReader, Option<InUse>),
) -> Option<(std::io::Result<Frame<Bytes>>, (FileReader, Option<InUse>))> {
    let piece = next_piece(&mut reader).await.transpose()?;
    Some((piece.map(|bytes| Frame::data(Bytes::from(bytes))), (reader, in_use)))
}

/// `GET /v1/sessions/{session}/attachments`
pub(super) async fn list(
    app: &Shared,
    caller: &Caller,
    session: &str,
) -> Result<Response, Problem> {
    app.sees(caller, session).await?;
    let found = app.dispatch.session(session).await?;
    let (found, _) = found.ok_or_else(|| {
        Problem::new(404, format!("there is no session `{session}`"))
            .with_help("a session begins with its first message")
    })?;
    let files: Vec<&Attached> = found.attachments.iter().collect();
    Ok(body::json(StatusCode::OK, &json!({ "session": session, "attachments": files })))
}

impl From<NotTaken> for Problem {
    fn from(error: NotTaken) -> Self {
        let text = match error.is_final() {
            true => format!("this file is not taken: {error}"),
            false => error.to_string(),
        };
        match error {
            NotTaken::TooLarge(_) => Self::new(413, text)
                .with_help("send a smaller one; `largest` under `[attachments]` says how large"),
            NotTaken::Empty => Self::new(400, text).with_help("send its bytes as the body"),
            NotTaken::Type(_) => Self::new(415, text).with_help(
                "its type is told by its bytes, not by its name; `types` under `[attachments]` says which are taken",
            ),
            NotTaken::NoRoom => Self::overloaded(text).with_code("R0310"),
            NotTaken::Busy => Self::overloaded(text),
            NotTaken::Store(error) => error.into(),
        }
    }
}
