//! Mails over SMTP, many on a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_access::email::smtp::{Action, Outcome, Session, Settings, Tls};
use flowright_access::email::{Address, Mailbox};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::TIME;

/// The same protocol with nobody behind it.
pub async fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mailbox = Mailbox {
        address: Address::parse("support@acme.example").unwrap(),
        channel: "mail".to_owned(),
    };
    let settings = Arc::new(Settings {
        hostname: "acme.example".to_owned(),
        mailboxes: vec![mailbox],
        bytes_max: 1 << 20,
        tls: Tls::Absent,
    });
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(serve(stream, Arc::clone(&settings)));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, settings: Arc<Settings>) {
    let (mut session, greeting) = Session::new(settings);
    let mut actions = vec![greeting];
    let mut buffer = vec![0; 32 << 10];
    loop {
        while !actions.is_empty() {
            match actions.remove(0) {
                Action::Reply(text) => stream.write_all(text.as_bytes()).await.unwrap(),
                Action::Take(_) => actions.extend(session.answer(&Outcome::Stored)),
                Action::StartTls | Action::Close => return,
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => actions = session.receive(buffer.get(..read).unwrap()),
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str, wanted: &str) {
    stream.get_mut().write_all(text.as_bytes()).await.unwrap();
    let mut line = String::new();
    // `250-…` goes on.
    while line.as_bytes().get(3) != Some(&b' ') {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
    }
    assert!(line.starts_with(wanted), "{text}: {line}");
}

/// Sends one mail after the other; new connections where the server wants it.
pub async fn client(at: SocketAddr, number: usize, begun: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let stream = TcpStream::connect(at).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut stream = BufReader::new(stream);
        say(&mut stream, "", "220").await;
        say(&mut stream, "EHLO client.example\r\n", "250").await;
        for _ in 0..20 {
            let id = times.len();
            let text = if id == 0 { "echo" } else { "some words of a customer" };
            let mail = format!(
                "From: client{number}@x.example\r\nTo: support@acme.example\r\n\
                 Message-ID: <{number}.{id}@x.example>\r\nContent-Type: text/plain\r\n\r\n{text}\r\n.\r\n"
            );
            let sent = Instant::now();
            say(&mut stream, &format!("MAIL FROM:<client{number}@x.example>\r\n"), "250").await;
            say(&mut stream, "RCPT TO:<support@acme.example>\r\n", "250").await;
            say(&mut stream, "DATA\r\n", "354").await;
            say(&mut stream, &mail, "250").await;
            times.push(sent.elapsed());
        }
        say(&mut stream, "QUIT\r\n", "221").await;
    }
    times
}
