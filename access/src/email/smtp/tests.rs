//! Conversations with the server. `C:` is a line of the client (its end is CR LF), `c:` bytes with
//! their escapes, `S:` how a line of the server begins; `take`, `close`, `tls` are what it does.

mod refused;

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Action, Mail, Outcome, Session, Settings, Tls};
use crate::email::{Address, Mailbox};

fn settings(tls: Tls) -> Arc<Settings> {
    let mailbox = |address: &str, channel: &str| Mailbox {
        address: Address::parse(address).unwrap(),
        channel: channel.to_owned(),
    };
    Arc::new(Settings {
        hostname: "mx.acme.example".to_owned(),
        mailboxes: vec![
            mailbox("support@acme.example", "mail"),
            mailbox("help@acme.example", "mail"),
            mailbox("sales@acme.example", "sales"),
        ],
        bytes_max: 2_000,
        tls,
    })
}

/// What a client and the server do; every message is stored.
struct Talk {
    session: Session,
    seen: String,
    mails: Vec<Mail>,
}

impl Talk {
    fn new(tls: Tls) -> Self {
        let (session, greeting) = Session::new(settings(tls));
        let mut talk = Self { session, seen: String::new(), mails: Vec::new() };
        talk.see(vec![greeting]);
        talk
    }

    fn say(&mut self, bytes: &[u8]) {
        let actions = self.session.receive(bytes);
        self.see(actions);
    }

    fn see(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Reply(text) => {
                    assert!(text.ends_with("\r\n"), "{text:?}");
                    for line in text.trim_end_matches("\r\n").split("\r\n") {
                        assert!(!line.contains(['\r', '\n']), "{text:?}");
                        let _ = writeln!(self.seen, "S: {line}");
                    }
                }
                Action::StartTls => {
                    self.seen.push_str("tls\n");
                    self.session.encrypted();
                }
                Action::Close => self.seen.push_str("close\n"),
                Action::Take(mail) => {
                    self.seen.push_str("take\n");
                    self.mails.push(mail);
                    let next = self.session.answer(&Outcome::Stored);
                    self.see(next);
                }
            }
        }
    }
}

fn check(name: &str, script: &str, tls: Tls, size: Option<usize>) -> Vec<Mail> {
    let mut talk = Talk::new(tls);
    let mut sent = String::new();
    let mut expected = Vec::new();
    let flush = |talk: &mut Talk, sent: &mut String| {
        for piece in sent.as_bytes().chunks(size.unwrap_or(sent.len().max(1))) {
            talk.say(piece);
        }
        sent.clear();
    };
    for line in script.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        if let Some(said) = line.strip_prefix("C: ").or((line == "C:").then_some("")) {
            sent.push_str(said);
            sent.push_str("\r\n");
        } else if let Some(said) = line.strip_prefix("c: ") {
            sent.push_str(&said.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0"));
        } else {
            flush(&mut talk, &mut sent);
            expected.push(line.to_owned());
        }
    }
    flush(&mut talk, &mut sent);
    let seen: Vec<&str> = talk.seen.lines().collect();
    let alike = seen.len() == expected.len()
        && seen.iter().zip(&expected).all(|(seen, begins)| seen.starts_with(begins.as_str()));
    assert!(alike, "{name}: expected\n{}\nsaw\n{}", expected.join("\n"), talk.seen);
    talk.mails
}

const OPEN: &str = "S: 220 mx.acme.example
    C: EHLO client.example
    S: 250-mx.acme.example
    S: 250-PIPELINING
    S: 250-SIZE 2000
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250 ENHANCEDSTATUSCODES\n";

#[test]
fn conversations_go_as_the_rfc_says() {
    let scripts = [
        (
            "a message",
            "C: MAIL FROM:<ann@x.example> SIZE=100 BODY=8BITMIME
            S: 250 2.1.0
            C: RCPT TO:<Support@ACME.example>
            S: 250 2.1.5
            C: DATA
            S: 354
            C: Subject: hello
            C:
            C: ..dot
            C: .
            take
            S: 250 2.0.0
            C: QUIT
            S: 221
            close",
        ),
        (
            "in one go",
            "C: MAIL FROM:<>
            C: RCPT TO:<sales@acme.example>
            C: RCPT TO:<sales@acme.example>
            C: DATA
            S: 250 2.1.0
            S: 250 2.1.5
            S: 250 2.1.5
            S: 354
            C: a
            C: .
            C: MAIL FROM:<b@c>
            C: QUIT
            take
            S: 250 2.0.0
            S: 250 2.1.0
            S: 221
            close",
        ),
        (
            "order",
            "C: RCPT TO:<support@acme.example>
            S: 503 5.5.1
            C: DATA
            S: 503 5.5.1
            C: MAIL FROM:<a@b>
            S: 250
            C: MAIL FROM:<a@b>
            S: 503 5.5.1
            C: DATA
            S: 554 5.5.1
            C: RSET
            S: 250
            C: RCPT TO:<support@acme.example>
            S: 503 5.5.1
            C: MAIL FROM:<a@b>
            S: 250
            C: EHLO again
            S: 250-
            S: 250-
            S: 250-
            S: 250-
            S: 250-
            S: 250 ENH
            C: DATA
            S: 503 5.5.1",
        ),
        (
            "no relaying",
            "C: MAIL FROM:<a@b>
            S: 250
            C: RCPT TO:<victim@elsewhere.example>
            S: 550 5.7.1
            C: RCPT TO:<victim%elsewhere.example@acme.example>
            S: 550 5.1.1
            C: RCPT TO:<@acme.example:victim@elsewhere.example>
            S: 550 5.7.1
            C: RCPT TO:<support@acme.example@elsewhere.example>
            S: 553 5.1.3
            C: RCPT TO:<elsewhere.example!victim@acme.example>
            S: 550 5.1.1
            C: RCPT TO:<support@sub.acme.example>
            S: 550 5.7.1
            C: RCPT TO:<support@acme.example.elsewhere.example>
            S: 550 5.7.1
            C: RCPT TO:<support>
            S: 553 5.1.3
            C: RCPT TO:<postmaster>
            S: 550 5.1.1
            C: RCPT TO:<>
            S: 550 5.1.1
            C: DATA
            S: 554 5.5.1",
        ),
        (
            "parameters",
            "C: MAIL FROM:<a@b> SIZE=2001
            S: 552 5.3.4
            C: MAIL FROM:<a@b> BODY=BINARYMIME
            S: 555 5.5.4
            C: MAIL FROM:<a@b> RET=HDRS ENVID=1
            S: 555 5.5.4
            C: MAIL FROM:<a@b> AUTH=<>
            S: 555 5.5.4
            C: MAIL FROM:<a@b> X-NO=1
            S: 555 5.5.4
            C: MAIL FROM:<ü@b>
            S: 553 5.6.7
            C: MAIL FROM:<ü@b> SMTPUTF8
            S: 250
            C: RCPT TO:<support@acme.example> NOTIFY=NEVER
            S: 555 5.5.4",
        ),
        (
            "other commands",
            "C: NOOP
            S: 250 2.0.0
            C: VRFY ann
            S: 252 2.1.5
            C: EXPN all
            S: 502
            C: HELP
            S: 214
            C: AUTH PLAIN AGEAYg==
            S: 503
            C: BDAT 3 LAST
            S: 502
            C: STARTTLS
            S: 502
            C: XYZZY
            S: 500 5.5.1
            C: MAIL a@b
            S: 501 5.5.4
            C: MAIL FROM:<a b@c>
            S: 553
            C: EHLO
            S: 501
            C:
            S: 500",
        ),
        (
            "the envelope begins anew after each message",
            "C: MAIL FROM:<a@b>
            S: 250
            C: RCPT TO:<support@acme.example>
            S: 250
            C: DATA
            S: 354
            C: .
            take
            S: 250
            C: DATA
            S: 503",
        ),
        (
            "web pages",
            "C: POST / HTTP/1.1
            C: Host: mx
            S: 554
            close",
        ),
        (
            "commands end in CR LF",
            "c: NOOP\\n
            S: 550 5.5.2
            close",
        ),
        (
            "and hold no other line end",
            "c: NOOP\\rRSET\\r\\n
            S: 550 5.5.2
            close",
        ),
        (
            "nor a NUL",
            "c: NOOP \\0\\r\\n
            S: 550 5.5.2
            close",
        ),
    ];
    for (name, script) in scripts {
        for size in [None, Some(1), Some(7)] {
            check(name, &format!("{OPEN}{script}"), Tls::Absent, size);
        }
    }
}
