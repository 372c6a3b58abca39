//! Files that customers send: by REST, WebSocket and gRPC; what is taken and what is not; to whom they belong;
//! what is left of them when something stops the server.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod grpc;
mod kept;
mod rest;
mod socket;

use std::path::PathBuf;

use flowright_runtime::attachments::{AttachmentOptions, Folder};
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text};
use http_body_util::{BodyExt as _, Full};
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

/// A PDF as far as its first bytes go.
const PDF: &[u8] = b"%PDF-1.7\nall of a contract";

async fn world() -> World {
    world_with(|options| options).await
}

async fn world_with(change: impl FnOnce(Options) -> Options) -> World {
    let text = ECHO.replace("channel api: rest", "channel api: rest\nchannel rpc: grpc");
    World::start_bundle(bundle_of_text(&text), change).await
}

/// A server that takes files of so many bytes, and so many altogether.
fn small(options: Options, largest: u64, room: u64) -> Options {
    let attachments = AttachmentOptions { largest, room, ..AttachmentOptions::default() };
    Options { attachments, ..options }
}

/// Hands a file over; the status and what it is known as.
async fn upload(world: &World, name: &str, bytes: &[u8]) -> (u16, Json) {
    let url = world.url(&format!("/v1/attachments?name={name}"));
    let (status, _, body) = request("POST", &url, bytes).await;
    (status, serde_json::from_slice(&body).unwrap_or(Json::Null))
}

/// One that is taken; its id.
async fn taken(world: &World, name: &str, bytes: &[u8]) -> String {
    let (status, file) = upload(world, name, bytes).await;
    assert_eq!(status, 201, "{file}");
    file["id"].as_str().unwrap().to_owned()
}

async fn request(method: &str, url: &str, body: &[u8]) -> (u16, HeaderMap, Vec<u8>) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let body = Full::new(Bytes::copy_from_slice(body));
    let request = hyper::Request::builder().method(method).uri(url).body(body).unwrap();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status.as_u16(), parts.headers, bytes.to_vec())
}

/// A file's headers and bytes.
async fn fetch(world: &World, id: &str) -> (u16, HeaderMap, Vec<u8>) {
    request("GET", &world.url(&format!("/v1/attachments/{id}")), b"").await
}

/// A message with files; the status and the answer.
async fn send(
    world: &World,
    session: &str,
    id: &str,
    text: &str,
    attachments: &[&str],
) -> (u16, Json) {
    let body = json!({ "id": id, "text": text, "attachments": attachments });
    world.post(session, body).await
}

/// The names of a conversation's files.
async fn names(world: &World, session: &str) -> Vec<String> {
    let url = world.url(&format!("/v1/sessions/{session}/attachments"));
    let (status, listed) = flowright_tests::send(&url, "GET", None, &[]).await;
    assert_eq!(status, 200, "{listed}");
    let name = |file: &Json| file["name"].as_str().unwrap().to_owned();
    listed["attachments"].as_array().unwrap().iter().map(name).collect()
}

/// Where the bytes of a file are.
fn on_disk(world: &World, id: &str) -> PathBuf {
    Folder::beside(&world.store).file(id)
}

/// All files under the folder of attachments.
fn files(world: &World) -> Vec<PathBuf> {
    let folder = Folder::beside(&world.store);
    let Ok(folders) = std::fs::read_dir(folder.path()) else { return Vec::new() };
    let of = |folder: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path())
    };
    folders.flat_map(of).collect()
}
