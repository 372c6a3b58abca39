//! Messages as they come in and go out. What is no message is answered with an error, and the next one
//! is read: an editor's fault does not end the server.

use std::io;

use serde_json::json;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    DuplexStream, duplex,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tower_lsp_server::jsonrpc::{Request, Response};

/// Bytes of one message.
const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// Bytes of one line of a message's head.
const LINE_BYTES_MAX: usize = 4 << 10;
/// Lines of a message's head.
const HEAD_LINES_MAX: usize = 32;
/// Messages that wait to be written.
const WAITING_MAX: usize = 64;
/// Bytes between the reader and the server.
const PIPE_BYTES: usize = 256 << 10;

/// Where the server writes.
pub struct Said {
    pipe: std::cell::Cell<Option<DuplexStream>>,
    written: JoinHandle<()>,
}

impl Said {
    /// What the server writes to. There is one.
    pub fn to_editor(&self) -> impl AsyncWrite + use<> {
        // A second one would write to nobody.
        self.pipe.take().unwrap_or_else(|| duplex(1).0)
    }

    /// All that was written has reached the editor, or it is gone.
    pub async fn all_written(self) {
        drop(self.pipe.take());
        // It ends by itself; a panic there is in the log.
        let _ended = self.written.await;
    }
}

/// What the server reads, only messages, and where it writes.
pub fn checked(
    input: impl AsyncRead + Unpin + Send + 'static,
    mut output: impl AsyncWrite + Unpin + Send + 'static,
) -> (DuplexStream, Said) {
    let (mut to_server, heard) = duplex(PIPE_BYTES);
    let (pipe, from_server) = duplex(PIPE_BYTES);
    let (outgoing, mut waiting) = mpsc::channel::<Option<Vec<u8>>>(WAITING_MAX);
    let errors = outgoing.clone();
    tokio::spawn(async move {
        let mut input = BufReader::new(input);
        loop {
            match next(&mut input).await {
                Ok(Some(Ok(body))) => {
                    let head = format!("Content-Length: {}\r\n\r\n", body.len());
                    let sent = async {
                        to_server.write_all(head.as_bytes()).await?;
                        to_server.write_all(&body).await
                    };
                    if sent.await.is_err() {
                        break;
                    }
                }
                Ok(Some(Err(why))) => {
                    tracing::warn!(why, "a message cannot be read");
                    let error = json!({ "code": -32700, "message": why });
                    let answer = json!({ "jsonrpc": "2.0", "id": null, "error": error });
                    // Nobody writes any more when the server ends.
                    let _ended = errors.send(Some(answer.to_string().into_bytes())).await;
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "the editor cannot be read");
                    break;
                }
            }
        }
    });
    tokio::spawn(async move {
        let mut from_server = BufReader::new(from_server);
        while let Ok(Some(body)) = own(&mut from_server).await {
            if outgoing.send(Some(body)).await.is_err() {
                break;
            }
        }
        // The server has said all. Whoever reads the editor may wait for it still.
        let _ended = outgoing.send(None).await;
    });
    let written = tokio::spawn(async move {
        while let Some(Some(body)) = waiting.recv().await {
            let head = format!("Content-Length: {}\r\n\r\n", body.len());
            let written = async {
                output.write_all(head.as_bytes()).await?;
                output.write_all(&body).await?;
                output.flush().await
            };
            if written.await.is_err() {
                break;
            }
        }
    });
    (heard, Said { pipe: std::cell::Cell::new(Some(pipe)), written })
}

/// A message, or why what came is none; nothing at the end.
async fn next(
    input: &mut (impl tokio::io::AsyncBufRead + Unpin),
) -> io::Result<Option<Result<Vec<u8>, String>>> {
    let length = match head(input).await? {
        Head::End => return Ok(None),
        Head::Unreadable(why) => return Ok(Some(Err(why))),
        Head::Length(length) => length,
    };
    if length > MESSAGE_BYTES_MAX {
        let mut skipped = input.take(u64::try_from(length).unwrap_or(u64::MAX));
        tokio::io::copy_buf(&mut skipped, &mut tokio::io::sink()).await?;
        let why = format!("a message of {length} bytes, more than {MESSAGE_BYTES_MAX}");
        return Ok(Some(Err(why)));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).await?;
    Ok(Some(match is_message(&body) {
        Ok(()) => Ok(body),
        Err(why) => Err(why),
    }))
}

/// Whether a body is a request, a notification or an answer.
fn is_message(body: &[u8]) -> Result<(), String> {
    match serde_json::from_slice::<Request>(body) {
        Ok(_) => Ok(()),
        Err(error) => match serde_json::from_slice::<Response>(body) {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("not a message: {error}")),
        },
    }
}

enum Head {
    Length(usize),
    Unreadable(String),
    End,
}

/// The lines before a body. What is no head is skipped up to the next line that begins one.
async fn head(input: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Head> {
    let mut length = None;
    for _ in 0..HEAD_LINES_MAX {
        let mut line = Vec::new();
        let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        input.take(limit).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(Head::End);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        match (text.split_once(':'), length) {
            (Some((name, value)), _) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
                if length.is_none() {
                    return Ok(Head::Unreadable(format!("`{text}` is no length")));
                }
            }
            (None, Some(length)) if text.is_empty() => return Ok(Head::Length(length)),
            // Blank lines between messages say nothing.
            (None, None) if text.is_empty() => {}
            (Some(_), _) => {}
            (None, _) => {
                return Ok(Head::Unreadable("a message's head has no length".to_owned()));
            }
        }
    }
    Ok(Head::Unreadable("a message's head has too many lines".to_owned()))
}

/// A message of the server's own.
async fn own(input: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    match head(input).await? {
        Head::Length(length) => {
            let mut body = vec![0; length];
            input.read_exact(&mut body).await?;
            Ok(Some(body))
        }
        Head::Unreadable(_) | Head::End => Ok(None),
    }
}
