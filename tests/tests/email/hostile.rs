//! What only somebody with bad intentions sends.

use std::net::SocketAddr;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::smarthost::Smarthost;
use super::{line, mail_address, raw, sent, world};

const BEFORE: [&[u8]; 4] = [
    b"EHLO x\r\n",
    b"MAIL FROM:<ann@x.example>\r\n",
    b"RCPT TO:<support@acme.example>\r\n",
    b"DATA\r\n",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_smuggled_in_another() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n"] {
        let data = format!(
            "From: ann@x.example\r\n\r\necho{end}MAIL FROM:<bob@x.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n\
             From: bob@x.example\r\n\r\necho\r\n.\r\nQUIT\r\n"
        );
        let pieces: Vec<&[u8]> = BEFORE.into_iter().chain([data.as_bytes()]).collect();
        let told = raw(at, &pieces).await;
        assert!(told.contains("550 5.6.11"), "{end:?}: {told}");
        assert!(!told.contains("250 2.0.0 taken"), "{end:?}: {told}");
    }
    // Those that are what they seem to be are messages.
    let pieces: Vec<&[u8]> =
        BEFORE.into_iter().chain([&b"From: ann@x.example\r\n\r\necho\r\n.\r\n"[..]]).collect();
    assert!(raw(at, &pieces).await.contains("250 2.0.0 taken"));
    let replies = sent(&smarthost, 1).await;
    assert!(replies[0].header("to").unwrap().contains("ann@x.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customers_words_do_not_become_commands_on_the_way_back() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let begin: Vec<&[u8]> =
        BEFORE.into_iter().chain([&b"From: ann@x.example\r\n\r\necho\r\n.\r\n"[..]]).collect();
    raw(at, &begin).await;
    sent(&smarthost, 1).await;
    // The bot repeats what she says: the lines are encoded on their way in, so they are allowed.
    let evil = "From: =?utf-8?Q?Ann=0D=0ABcc:_victim=40y.example?= <ann@x.example>\r\n\
                Subject: =?utf-8?Q?hi=0D=0ABcc:_victim=40y.example=0D=0A=0D=0Abody?=\r\n\
                Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                x=0A.=0AMAIL FROM:<support@acme.example>=0ARCPT TO:<bob@x.example>=0ADATA=0Ahi=0A.=0A\r\n.\r\n";
    let pieces: Vec<&[u8]> = BEFORE.into_iter().chain([evil.as_bytes()]).collect();
    assert!(raw(at, &pieces).await.contains("250 2.0.0 taken"));
    let replies = sent(&smarthost, 3).await;
    let told = &replies[1];
    assert!(told.body.contains("\n.\nMAIL FROM:<support@acme.example>\n"), "{}", told.body);
    assert_eq!(told.header("bcc"), None);
    assert_eq!(told.subject, "Re: hi Bcc: victim@y.example body");
    assert!(smarthost.mails().iter().all(|mail| mail.channels == ["ann@x.example"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_does_not_take_all_connections() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(greeted(at).await);
    }
    let (_, told) = greeted(at).await;
    assert!(told.starts_with("421 4.7.0"), "{told}");
    assert!(open.iter().all(|(_, told)| told.starts_with("220 ")));
    open.clear();
    super::until("no place is free again", async || greeted(at).await.1.starts_with("220 ")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_server_brings_as_many_as_it_likes() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "trusted = [\"127.0.0.1\"]\n").await;
    let at = mail_address(&world);
    let mut open = Vec::new();
    for _ in 0..40 {
        open.push(greeted(at).await);
    }
    assert!(open.iter().all(|(_, told)| told.starts_with("220 ")));
}

async fn greeted(at: SocketAddr) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let told = line(&mut stream).await;
    (stream, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_stops_with_connections_open_and_loses_nothing_acknowledged() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let (mut stream, _) = greeted(at).await;
    let pieces: Vec<&[u8]> =
        BEFORE.into_iter().chain([&b"From: ann@x.example\r\n\r\necho\r\n.\r\n"[..]]).collect();
    assert!(raw(at, &pieces).await.contains("250 2.0.0 taken"));
    let address = smarthost.address;
    let world = world
        .restart_as(move |options| super::with_mail(options, &super::config(address, "")))
        .await;
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest).await);
    super::until("the reply is lost", async || {
        world.clock.advance_ms(1_000);
        !smarthost.mails().is_empty()
    })
    .await;
}
