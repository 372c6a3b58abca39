//! By REST: what is taken, what is refused, how it is handed out, to whom it belongs.

use flowright_runtime::service::Options;
use flowright_tests::texts;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{PDF, fetch, files, names, request, send, small, taken, upload, world, world_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_handed_over_sent_with_a_message_and_handed_out_to_be_saved() {
    let world = world().await;
    let (status, file) = upload(&world, "../%E5%90%88%E5%90%8C.exe", PDF).await;
    assert_eq!(status, 201);
    assert_eq!(file["name"], "合同.exe.pdf", "it ends as what it is");
    assert_eq!((&file["media_type"], &file["bytes"]), (&json!("application/pdf"), &json!(26)));
    let id = file["id"].as_str().unwrap();
    let (status, answer) = send(&world, "s", "1", "echo", &[id]).await;
    assert_eq!((status, texts(&answer)), (200, vec!["What?".to_owned()]));
    // The same message again is the same message.
    let (status, again) = send(&world, "s", "1", "echo", &[id]).await;
    assert_eq!((status, &again["repeated"]), (200, &json!(true)));
    assert_eq!(names(&world, "s").await, ["合同.exe.pdf"]);
    let (status, headers, bytes) = fetch(&world, id).await;
    assert_eq!((status, bytes.as_slice()), (200, PDF));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", "26"),
        (
            "content-disposition",
            "attachment; filename=\"__.exe.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.exe.pdf",
        ),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-store"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let (status, headers, bytes) =
        request("HEAD", &world.url(&format!("/v1/attachments/{id}")), b"").await;
    assert_eq!((status, bytes.len(), &headers["content-length"]), (200, 0, &"26".parse().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gets_the_conversation_gets_its_files() {
    let world = world().await;
    let id = taken(&world, "bill.pdf", PDF).await;
    send(&world, "s", "1", "echo", &[]).await;
    send(&world, "s", "2", "human", &[&id]).await;
    let session = world.session("s").await;
    let summary = &session["handoff"]["summary"];
    let file =
        json!({ "id": id, "name": "bill.pdf", "media_type": "application/pdf", "bytes": 26 });
    let mut attached = file.clone();
    attached["turn"] = json!(2);
    assert_eq!(summary["attachments"], json!([attached]));
    let lines = summary["transcript"].as_array().unwrap();
    let line = lines.iter().find(|line| line["text"] == "human").unwrap();
    assert_eq!(line["attachments"], json!([file]));
    // While she has it, a file alone is passed on like a word.
    let photo = taken(&world, "photo", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await;
    let (_, answer) = send(&world, "s", "3", "", &[&photo]).await;
    assert_eq!(texts(&answer), ["Your message has been passed on to my colleague."]);
    assert_eq!(names(&world, "s").await, ["bill.pdf", "photo.png"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_without_a_word_are_no_miss() {
    let world = world().await;
    for number in 0..4 {
        let id = taken(&world, "photo", b"\xff\xd8\xff\xe0\0\x10JFIF\0").await;
        let (_, answer) = send(&world, "s", &number.to_string(), "", &[&id]).await;
        assert_eq!(texts(&answer), ["Your file has arrived.", "What is it about?"]);
    }
    send(&world, "s", "5", "echo", &[]).await;
    let id = taken(&world, "photo", b"GIF89a").await;
    // What was asked is asked again.
    let (_, answer) = send(&world, "s", "6", "", &[&id]).await;
    assert_eq!(texts(&answer), ["Your file has arrived.", "What?"]);
    assert_eq!(world.session("s").await["status"], "bot");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sends_another_ones_file_as_hers() {
    let world = world().await;
    let id = taken(&world, "bill.pdf", PDF).await;
    assert_eq!(send(&world, "ann", "1", "echo", &[&id]).await.0, 200);
    let other = taken(&world, "other.pdf", PDF).await;
    for ids in [vec![id.as_str()], vec![&other, &id], vec!["0123456789abcdef0123456789abcdef"]] {
        let (status, problem) = send(&world, "bob", "1", "echo", &ids).await;
        assert_eq!(status, 422, "{problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with("there is no attachment `"));
        assert!(problem["help"].as_str().unwrap().contains("hand the file over first"));
    }
    // Nothing of it was done: one that failed as a whole left the other file to whoever has it.
    assert_eq!(world.session("bob").await["status"], 404);
    assert_eq!(send(&world, "bob", "1", "echo", &[&other]).await.0, 200);
    assert_eq!(names(&world, "bob").await, ["other.pdf"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_said_and_leaves_nothing() {
    let world = world_with(|options| small(options, 1_000, 10_000)).await;
    let large = [PDF, &[b'x'; 1_000]].concat();
    for (name, bytes, expected, words) in [
        ("a.pdf", large.as_slice(), 413, "larger than 1000 bytes"),
        ("a.pdf", b"", 400, "it is empty"),
        ("photo.png", b"MZ\x90\0\x03\0\0\0", 415, "application/vnd.microsoft.portable-executable"),
        ("photo.png", b"<svg onload=alert(1)>", 415, "image/svg+xml"),
        ("bill.pdf", b"<!doctype html><script>", 415, "text/html"),
        ("a.txt", b"#!/bin/sh\n", 415, "text/x-shellscript"),
        ("a.txt", b"\0\x01\x02", 415, "application/octet-stream"),
    ] {
        let (status, problem) = upload(&world, name, bytes).await;
        assert_eq!(status, expected, "{name}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    assert_eq!(files(&world), Vec::<std::path::PathBuf>::new());
    // What was refused takes no room: ten of the largest fit, and an eleventh does not.
    for _ in 0..10 {
        taken(&world, "a.pdf", &large[..1_000]).await;
    }
    let (status, problem) = upload(&world, "a.pdf", &large[..1_000]).await;
    assert_eq!((status, &problem["code"]), (503, &json!("R0310")), "{problem}");
    assert_eq!(files(&world).len(), 10);
    // Nor is there more of it after a start.
    let world = world.restart_as(|options| small(options, 1_000, 10_000)).await;
    assert_eq!(upload(&world, "a.pdf", PDF).await.0, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_does_not_end_is_given_up() {
    let world = world_with(|options| small(options, 100_000, 1_000_000)).await;
    let mut stream = TcpStream::connect(world.server.address).await.unwrap();
    let head = "POST /v1/attachments?name=a.pdf HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // More than it may be, in pieces without an announced length: it ends while the rest is on its way.
    let mut answer = Vec::new();
    for number in 0..200 {
        let piece = if number == 0 { PDF.to_vec() } else { vec![b'x'; 1_000] };
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat();
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // One whose sender hangs up is given up too.
    let mut stream = TcpStream::connect(world.server.address).await.unwrap();
    let head = "POST /v1/attachments?name=a.pdf HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(PDF).await.unwrap();
    drop(stream);
    for _ in 0..200 {
        if files(&world).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?}", files(&world));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_the_token_hands_files_over_or_gets_them() {
    let world = world_with(|o| Options { token: Some("t0ken".to_owned().into()), ..o }).await;
    let (status, _) = upload(&world, "a.pdf", PDF).await;
    assert_eq!(status, 401);
    assert_eq!(fetch(&world, "0123456789abcdef0123456789abcdef").await.0, 401);
    let list = world.url("/v1/sessions/s/attachments");
    assert_eq!(request("GET", &list, b"").await.0, 401);
    assert!(files(&world).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_ids_and_sessions_are_not_found() {
    let world = world().await;
    for id in ["x", "..%2f..%2fetc%2fpasswd", "00000000000000000000000000000000", "%00"] {
        assert_eq!(fetch(&world, id).await.0, 404, "{id}");
    }
    let list = world.url("/v1/sessions/nobody/attachments");
    assert_eq!(request("GET", &list, b"").await.0, 404);
    let many: Vec<&str> = vec!["x"; 51];
    let (status, problem) = send(&world, "s", "1", "echo", &many).await;
    assert_eq!(status, 422, "{problem}");
}
