//! Changed mails and SMTP conversations: what is read of any of them is within limits, what is
//! answered to one is safe to send, and no conversation ends in half a message.

use std::sync::Arc;

use flowright_access::email::compose::{Sender, Unsendable, letter};
use flowright_access::email::intake::{Intake, Site, read};
use flowright_access::email::smtp::{Action, Outcome, Session, Settings, Tls};
use flowright_access::email::thread::Key;
use flowright_access::email::{Address, Mailbox, ReplyTo, mime, quoted};
use flowright_access::v1::{Envelope, Reply};
use flowright_engine::explore::Random;

/// Changes made at once.
const CHANGES_MAX: usize = 8;
/// Bytes of a message that the server of the conversations takes.
const BYTES_MAX: usize = 4_000;

/// Mails that have of everything.
pub(crate) const MAILS: &[&str] = &[
    "From: =?gb18030?B?1cXI/Q==?= <ann@x.example>\r\nTo: support@acme.example\r\nSubject: =?utf-8?B?5L+u5pS56K6i5Y2V?=\r\nDate: Mon, 1 Jun 2026 14:02:03 +0800\r\nMessage-ID: <1@x.example>\r\nReferences: <a@b> <c@d>\r\nIn-Reply-To: <c@d>\r\nAuthentication-Results: mx.acme.example; dmarc=pass (p=none) header.from=x.example; dkim=pass header.d=\"x.example\"\r\n\r\nJune 15\r\n\r\nBest regards,\r\nAnn\r\n\r\nOn Mon, Jun 1, 2026 at 2:02 PM Acme\r\n<support@acme.example> wrote:\r\n> Which date?\r\n",
    "From: ann@x.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=gb2312; format=flowed; delsp=yes\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=B6=A9=B5=A5 =\r\n12345 \r\n--a\r\nContent-Type: text/html; charset=\"iso-2022-jp\"\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+T3JkZXI8L3A+\r\n--a--\r\n--m\r\nContent-Type: application/pdf; name*=utf-8''%E5%90%88.pdf\r\nContent-Disposition: attachment; filename=\"=?utf-8?Q?a=2Fb?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@c\r\nSubject: Inner\r\n\r\ninner\r\n--m\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogYUBiDQoNCng=\r\n--m--\r\n",
    "From: Ann <ann@x.example>\r\nContent-Type: text/html\r\n\r\n<html><head><style>p{}</style></head><body><p title=\"a>b\">Order&nbsp;<b>12345</b> &#20320;<br><ul><li>one<li>two</ul><!-- no --><a href='https://x.example'>here</a><blockquote type=cite>old<pre> a\r\n b</pre></blockquote>\r\n------------------ 原始邮件 ------------------<br>发件人: a<br>发送时间: b<br>收件人: c</body>\r\n",
    "From: MAILER-DAEMON@x.example\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nfailed\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ann@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550\r\n no\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <fr.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@acme.example>\r\n--r--\r\n",
    "From: ann@x.example\r\nSubject: Fwd: a\r\n\r\n-----Original Message-----\r\nFrom: b\r\nSent: c\r\nTo: d\r\nSubject: e\r\n\r\n---------- Forwarded message ---------\r\nFrom: f <f@g>\r\nDate: 1\r\nSubject: h\r\nTo: i\r\n\r\n订单12345\r\n-- \r\n发自我的iPhone\r\n",
];

/// A conversation that has of everything.
pub(crate) const TALKS: &[&str] = &[
    "EHLO x\r\nMAIL FROM:<ann@x.example> SIZE=100 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<support@acme.example>\r\nDATA\r\nSubject: a\r\n\r\n..b\r\n.\r\nRSET\r\nNOOP\r\nVRFY a\r\nMAIL FROM:<>\r\nRCPT TO:<@a,@b:sales@acme.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n",
    "HELO x\r\nMAIL FROM:<\"a b\"@c>\r\nRCPT TO:<x@y>\r\nSTARTTLS\r\nEHLO y\r\nMAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\nx\n.\nMAIL FROM:<s@t>\r\nAUTH PLAIN eA==\r\nBDAT 3 LAST\r\nEXPN a\r\nHELP\r\n",
];

const PIECES: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    ".",
    "\r\n.\r\n",
    "\n.\n",
    "--m\r\n",
    "--a--\r\n",
    "--r",
    "\r\n\r\n",
    ":",
    ";",
    "\"",
    "<",
    ">",
    "@",
    "=?utf-8?B?",
    "=?gb18030?Q?",
    "?=",
    "=\r\n",
    "=3D",
    "=00",
    "\0",
    " ",
    "\t",
    "> ",
    "-- \r\n",
    "wrote:\r\n",
    "写道:\r\n",
    "From: ",
    "发件人:",
    "Content-Type: ",
    "message/rfc822",
    "multipart/digest; boundary=m",
    "multipart/mixed; boundary=\"",
    "text/html; charset=utf-7",
    "charset=iso-2022-kr",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Disposition: attachment; ",
    "filename*0*=utf-8''%",
    "Auto-Submitted: no\r\n",
    "&#x110000;",
    "&amp",
    "<blockquote>",
    "<!--",
    "<a href=\"",
    "<script>",
    "</",
    "(",
    ")",
    "\\",
    "\u{202E}",
    "é",
    "订",
    "\u{FF1A}",
    "EHLO x\r\n",
    "MAIL FROM:<",
    "RCPT TO:<",
    "DATA\r\n",
    "STARTTLS\r\n",
    "SIZE=99999999999999999999",
    "+0800",
    "Mon, 99 Foo 99999 99:99:99 +9999",
];

/// A mail or conversation with something changed.
pub(crate) fn changed(random: &mut Random, seeds: &[&str]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).map_or(Vec::new(), |seed| seed.as_bytes().to_vec());
    for _ in 0..=random.below(CHANGES_MAX) {
        let at = random.below(bytes.len() + 1);
        let piece = random.pick(PIECES).copied().unwrap_or("");
        match random.below(5) {
            0 | 1 => drop(bytes.splice(at..at, piece.bytes())),
            2 => {
                let more = piece.repeat(1 + random.below(60));
                drop(bytes.splice(at..at, more.bytes()));
            }
            3 => {
                let end = (at + 1 + random.below(40)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            _ => {
                let other = random.pick(seeds).map_or(&b""[..], |seed| seed.as_bytes());
                let (one, two) = (random.below(other.len() + 1), random.below(other.len() + 1));
                let part = other.get(one.min(two)..one.max(two)).unwrap_or(&[]).to_vec();
                drop(bytes.splice(at..at, part));
            }
        }
    }
    crate::mutate::bytes(random, &bytes)
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).ok_or_else(|| format!("`{text}` is no address"))
}

fn mailboxes() -> Result<Vec<Mailbox>, String> {
    let mailbox = |(text, channel): (&str, &str)| {
        Ok(Mailbox { address: address(text)?, channel: channel.to_owned() })
    };
    [("support@acme.example", "mail"), ("sales@acme.example", "sales")]
        .into_iter()
        .map(mailbox)
        .collect()
}

/// Tries a mail.
pub(crate) fn mail(input: &[u8]) -> Result<(), String> {
    let (key, mailboxes) = (Key::new(b"k"), mailboxes()?);
    let site = Site { mailboxes: &mailboxes, key: &key, authserv_id: Some("mx.acme.example") };
    for null_sender in [false, true] {
        let Ok(taken) = read(input, null_sender, "mail", &site, 1) else { continue };
        if let Intake::Message { envelope, files, .. } = taken {
            if files.len() != envelope.attachments.len() {
                return Err("files and attachments differ".to_owned());
            }
            is_envelope(&envelope)?;
            answered(&envelope, &key)?;
        }
    }
    let text = String::from_utf8_lossy(input);
    let (stripped, plain) = (quoted::strip(&text), mime::to_text(&text));
    match stripped.len() <= text.len() && !plain.contains('\0') {
        true => Ok(()),
        false => Err("there is more than there was".to_owned()),
    }
}

fn is_envelope(envelope: &Envelope) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    let from = envelope.from.as_ref().map_or("", |from| from.address.as_str());
    let holds = !envelope.id.is_empty()
        && envelope.id.len() <= 128
        && envelope.id.chars().all(fits)
        && Address::parse(from).is_some()
        && envelope.text.chars().count() <= 10_000
        && envelope.conversation.is_empty()
        && (!envelope.text.trim().is_empty() || !envelope.attachments.is_empty())
        && envelope
            .attachments
            .iter()
            .all(|file| !file.name.contains(['/', '\\', '\r', '\n', '\0']));
    if holds { Ok(()) } else { Err(format!("not an envelope: {envelope:?}")) }
}

/// An answer that repeats all that she wrote is one message, with one recipient.
fn answered(envelope: &Envelope, key: &Key) -> Result<(), String> {
    let reply_to = ReplyTo::from_text(&envelope.reply_to).ok_or("nothing to answer to")?;
    let sender = Sender { address: address("support@acme.example")?, name: "Acme".to_owned() };
    let reply = Reply { seq: 1, text: envelope.text.clone(), ..Reply::default() };
    let letter = match letter(&reply, "c", &reply_to, &sender, key, 0) {
        Ok(letter) => letter,
        Err(Unsendable::Address(_)) => return Ok(()),
        Err(error) => return Err(format!("{error}: {reply_to:?}")),
    };
    let mail = mime::read(&letter.bytes).map_err(|e| e.to_string())?;
    let once = |name: &str| mail.all(name).count() == 1;
    let one = once("from") && once("to") && once("subject") && once("message-id");
    let known = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
    ];
    let other =
        mail.headers.iter().find(|(name, _)| !known.contains(&name.to_lowercase().as_str()));
    match (one, other) {
        (true, None) if mail.subject.len() <= 10_000 => Ok(()),
        _ => Err(format!("headers of another kind: {:?}", mail.headers)),
    }
}

/// Tries a conversation, cut where its first bytes say.
pub(crate) fn talk(input: &[u8]) -> Result<(), String> {
    let settings = Settings {
        hostname: "mx".to_owned(),
        mailboxes: mailboxes()?,
        bytes_max: BYTES_MAX,
        tls: Tls::Offered,
    };
    let (mut session, _) = Session::new(Arc::new(settings));
    let mut closed = false;
    // Line by line, since who speaks out of turn is heard no further; and some bytes at once.
    let mut rest = input;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let end = if end % 7 == 0 { (end + 40).min(rest.len()) } else { end };
        let (now, later) = rest.split_at(end.min(rest.len()));
        rest = later;
        let mut actions = session.receive(now);
        while !actions.is_empty() {
            let mut next = Vec::new();
            for action in actions {
                if closed {
                    return Err(format!("after the end: {action:?}"));
                }
                match action {
                    Action::Reply(text) => is_reply(&text)?,
                    Action::StartTls => session.encrypted(),
                    Action::Close => closed = true,
                    Action::Take(mail) => {
                        is_content(&mail.bytes)?;
                        if mail.channels.is_empty() || mail.bytes.len() > BYTES_MAX {
                            return Err(format!("taken: {mail:?}"));
                        }
                        next = session.answer(&Outcome::Stored);
                    }
                }
            }
            actions = next;
        }
    }
    Ok(())
}

fn is_reply(text: &str) -> Result<(), String> {
    let is_line = |line: &str| {
        let code = line.get(..3).is_some_and(|code| code.bytes().all(|b| b.is_ascii_digit()));
        code && line.len() <= 510 && line.is_ascii() && !line.contains(['\r', '\n'])
    };
    match text.strip_suffix("\r\n") {
        Some(lines) if lines.split("\r\n").all(is_line) => Ok(()),
        _ => Err(format!("not a reply: {text:?}")),
    }
}

/// Whether every CR and LF of a message is part of a line end.
fn is_content(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "");
    if text.contains(['\r', '\n']) { Err("a line end is alone".to_owned()) } else { Ok(()) }
}
