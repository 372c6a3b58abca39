//! From a page: a file is announced, then its bytes come in frames of their own.

use flowright_tests::World;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::{PDF, files, names, small, taken, world, world_with};

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

const SESSION: &str = "0123456789abcdef0123";

async fn open(world: &World) -> Socket {
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?session={SESSION}", world.server.address);
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    until(&mut socket, "status").await;
    socket
}

/// The next document of a type.
async fn until(socket: &mut Socket, kind: &str) -> Json {
    loop {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await;
        if let Message::Text(text) = next.unwrap().unwrap().unwrap() {
            let document: Json = serde_json::from_str(text.as_str()).unwrap();
            if document["type"] == kind {
                return document;
            }
        }
    }
}

async fn say(socket: &mut Socket, document: Json) {
    socket.send(Message::text(document.to_string())).await.unwrap();
}

async fn announce(socket: &mut Socket, id: &str, name: &str, bytes: usize) {
    say(socket, json!({ "type": "file", "id": id, "name": name, "bytes": bytes })).await;
}

async fn bytes(socket: &mut Socket, bytes: &[u8]) {
    socket.send(Message::binary(bytes.to_vec())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_sends_files_in_pieces() {
    let world = world().await;
    let mut socket = open(&world).await;
    let large = [PDF, &vec![b'x'; 150_000]].concat();
    announce(&mut socket, "f1", "合同.pdf", large.len()).await;
    for piece in large.chunks(40_000) {
        bytes(&mut socket, piece).await;
    }
    let file = until(&mut socket, "file").await;
    assert_eq!((&file["id"], &file["attachment"]["name"]), (&json!("f1"), &json!("合同.pdf")));
    assert_eq!(file["attachment"]["bytes"], large.len());
    let id = &file["attachment"]["id"];
    say(&mut socket, json!({ "type": "message", "id": "1", "attachments": [id] })).await;
    assert_eq!(until(&mut socket, "reply").await["text"], "Your file has arrived.");
    until(&mut socket, "ack").await;
    assert_eq!(names(&world, SESSION).await, ["合同.pdf"]);
    let (_, _, found) = super::fetch(&world, id.as_str().unwrap()).await;
    assert_eq!(found, large);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_file_is_said_and_the_conversation_goes_on() {
    let world = world_with(|options| small(options, 1_000, 100_000)).await;
    let mut socket = open(&world).await;
    let problem = async |socket: &mut Socket, id: Json, status: u16, words: &str| {
        let error = until(socket, "error").await;
        assert_eq!((&error["id"], &error["problem"]["status"]), (&id, &json!(status)), "{error}");
        assert!(error["problem"]["detail"].as_str().unwrap().contains(words), "{error}");
    };
    bytes(&mut socket, PDF).await;
    problem(&mut socket, Json::Null, 400, "belong to no file").await;
    announce(&mut socket, "f1", "a.pdf", 1_001).await;
    problem(&mut socket, json!("f1"), 413, "larger than 1000 bytes").await;
    // Its bytes may be on their way already.
    bytes(&mut socket, &[b'x'; 1_001]).await;
    announce(&mut socket, "f2", "a.pdf", 0).await;
    problem(&mut socket, json!("f2"), 400, "it is empty").await;
    announce(&mut socket, "f3", "a.png", 8).await;
    bytes(&mut socket, b"MZ\x90\0\x03\0\0\0").await;
    problem(&mut socket, json!("f3"), 415, "portable-executable").await;
    announce(&mut socket, "f4", "a.pdf", 10).await;
    bytes(&mut socket, PDF).await;
    problem(&mut socket, json!("f4"), 400, "longer than announced").await;
    announce(&mut socket, "a b", "a.pdf", 10).await;
    problem(&mut socket, json!("a b"), 400, "the file id is not one").await;
    // One that is given up for another.
    announce(&mut socket, "f5", "a.pdf", 500).await;
    bytes(&mut socket, PDF).await;
    announce(&mut socket, "f6", "b.pdf", PDF.len()).await;
    bytes(&mut socket, PDF).await;
    assert_eq!(until(&mut socket, "file").await["id"], "f6");
    assert_eq!(files(&world).len(), 1, "{:?}", files(&world));
    // Of another conversation.
    let other = taken(&world, "other.pdf", PDF).await;
    assert_eq!(super::send(&world, "other", "1", "echo", &[&other]).await.0, 200);
    say(&mut socket, json!({ "type": "message", "id": "1", "text": "hi", "attachments": [other] }))
        .await;
    problem(&mut socket, json!("1"), 422, "there is no attachment").await;
    say(&mut socket, json!({ "type": "message", "id": "1", "text": "echo" })).await;
    assert_eq!(until(&mut socket, "reply").await["text"], "What?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_cannot_fill_the_disk_without_a_word() {
    let world = world().await;
    let mut socket = open(&world).await;
    for number in 0..50 {
        announce(&mut socket, &format!("f{number}"), "a.pdf", PDF.len()).await;
        bytes(&mut socket, PDF).await;
        until(&mut socket, "file").await;
    }
    announce(&mut socket, "more", "a.pdf", PDF.len()).await;
    let error = until(&mut socket, "error").await;
    assert_eq!((&error["id"], &error["problem"]["status"]), (&json!("more"), &json!(429)));
    bytes(&mut socket, PDF).await;
    say(&mut socket, json!({ "type": "message", "id": "1", "text": "echo" })).await;
    until(&mut socket, "ack").await;
    announce(&mut socket, "again", "a.pdf", PDF.len()).await;
    bytes(&mut socket, PDF).await;
    assert_eq!(until(&mut socket, "file").await["id"], "again");
}
