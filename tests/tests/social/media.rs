//! Files that a messenger keeps: fetched before their message is carried out, from the provider and from nowhere
//! else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flowright_access::v1::{Attachment, Envelope, Identity};
use flowright_runtime::attachments::Folder;
use flowright_tests::World;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::standin::{FILE, StandIn};
use super::{settings, shop, shop_with, until};

fn envelope(channel: &str, id: &str, at_provider: &str) -> Envelope {
    let from =
        Identity { channel: channel.to_owned(), address: format!("c-{id}"), ..Identity::default() };
    let file = Attachment {
        at_provider: at_provider.to_owned(),
        name: "../bill.exe".to_owned(),
        media_type: "image/png".to_owned(),
        ..Attachment::default()
    };
    Envelope {
        id: id.to_owned(),
        channel: channel.to_owned(),
        from: Some(from),
        attachments: vec![file],
        reply_to: json!({ "to": "c", "message": id }).to_string(),
        conversation: format!("s-{id}"),
        ..Envelope::default()
    }
}

/// What the conversation has of the file of a message, once it was carried out.
async fn file_of(world: &World, envelope: Envelope) -> Json {
    let url = world.url(&format!("/v1/sessions/{}/attachments", envelope.conversation));
    world.server.access().accept(envelope).await.unwrap();
    let mut found = Json::Null;
    until(&world.clock, 100, "it is not carried out", async || {
        let (status, listed) = flowright_tests::send(&url, "GET", None, &[]).await;
        found = listed["attachments"][0].clone();
        status == 200 && !found.is_null()
    })
    .await;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_messenger_gives_its_files_out() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    let url = api.url();
    for (provider, at_provider) in [
        ("whatsapp", "106".to_owned()),
        ("messenger", format!("{url}/messenger/files/1")),
        ("slack", format!("{url}/slack/files/F1")),
        ("telegram", "doc_1".to_owned()),
        ("line", "354718705033693861".to_owned()),
        ("wechat", "M1".to_owned()),
        ("wecom", "M1".to_owned()),
        ("generic", format!("{url}/generic/files/1")),
    ] {
        let file = file_of(&world, envelope(provider, provider, &at_provider)).await;
        assert_eq!(
            (&file["name"], &file["media_type"], &file["bytes"], &file["cause"]),
            (&json!("bill.exe.pdf"), &json!("application/pdf"), &json!(FILE.len()), &Json::Null),
            "{provider}: {file}"
        );
    }
    // A token that ran out is asked for anew.
    api.ends_tokens();
    let file = file_of(&world, envelope("wechat", "again", "M1")).await;
    assert_eq!((&file["bytes"], &file["cause"]), (&json!(FILE.len()), &Json::Null), "{file}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_or_not_the_providers_is_left_out_and_the_message_counts() {
    let api = StandIn::start().await;
    let inside = StandIn::start().await;
    let world = shop(&api).await;
    let elsewhere = "it is at an address that is not its provider's";
    let none = "this provider gives no files out";
    for (number, (provider, at_provider, cause)) in [
        // Inside the company's network, or anywhere else that somebody wrote.
        ("messenger", format!("{}/messenger/files/1", inside.url()), elsewhere),
        ("slack", "https://slack.com@evil.example/a".to_owned(), elsewhere),
        ("generic", format!("{}/generic/../wechat/x", api.url()), elsewhere),
        ("generic", "file:///etc/passwd".to_owned(), elsewhere),
        ("whatsapp", "../me".to_owned(), none),
        ("line", "https://evil.example/a".to_owned(), none),
        ("generic", String::new(), elsewhere),
        ("generic", format!("{}/generic/files/2", api.url()), "status 4"),
        ("slack", format!("{}/slack/files/F2", api.url()), "status 302"),
    ]
    .into_iter()
    .enumerate()
    {
        let message = envelope(provider, &format!("m{number}"), &at_provider);
        let file = file_of(&world, message).await;
        assert_eq!((&file["id"], &file["bytes"]), (&json!(""), &json!(0)), "{file}");
        let said = file["cause"].as_str().unwrap();
        assert!(said.starts_with(cause), "{provider} {at_provider}: {said}");
    }
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

/// A provider that is away costs the file, and the message only a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_away_keeps_no_message_back() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let world = shop_with(&settings(&url, super::SECRETS), |options| options).await;
    let file = file_of(&world, envelope("line", "1", "354718705033693861")).await;
    assert!(file["cause"].as_str().is_some_and(|cause| !cause.is_empty()), "{file}");
}

/// A messenger that breaks its first answer off, and gives a file without an end when it is asked for `2`.
/// Says what it was asked for, and how much of the endless one was taken.
async fn breaks_off(listener: TcpListener, taken: Arc<AtomicUsize>) {
    for number in 0.. {
        let (mut stream, _) = listener.accept().await.unwrap();
        let taken = Arc::clone(&taken);
        tokio::spawn(async move {
            let mut asked = vec![0; 4_096];
            let read = stream.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            if asked.contains("/2/content") {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                stream.write_all(head.as_bytes()).await.unwrap();
                let piece = [FILE, &[b' '; 65_536][FILE.len()..]].concat();
                while stream.write_all(b"10000\r\n").await.is_ok()
                    && stream.write_all(&piece).await.is_ok()
                    && stream.write_all(b"\r\n").await.is_ok()
                {
                    taken.fetch_add(piece.len(), Ordering::Relaxed);
                }
                return;
            }
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", FILE.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            let end = if number == 0 { FILE.len() / 2 } else { FILE.len() };
            stream.write_all(&FILE[..end]).await.unwrap();
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_is_fetched_again_and_what_has_no_end_only_as_far_as_is_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    tokio::spawn(breaks_off(listener, Arc::clone(&taken)));
    let world = shop_with(&settings(&url, super::SECRETS), |options| options).await;
    let file = file_of(&world, envelope("line", "1", "1")).await;
    assert_eq!((&file["bytes"], &file["cause"]), (&json!(FILE.len()), &Json::Null), "{file}");
    let file = file_of(&world, envelope("line", "2", "2")).await;
    assert_eq!(file["id"], "", "{file}");
    assert!(file["cause"].as_str().unwrap().contains("larger"), "{file}");
    // Once, up to what is taken of a file, and what lies in the buffers of sockets.
    let (taken, largest) = (taken.load(Ordering::Relaxed), 25 << 20);
    assert!((largest..largest + (16 << 20)).contains(&taken), "{taken}");
    // Nothing stays of it.
    let folder = Folder::beside(&world.store);
    let folders = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let left: Vec<_> =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(Result::unwrap).collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
