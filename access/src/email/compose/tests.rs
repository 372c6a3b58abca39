//! Replies are written, sent past a strict and a lax server, and read again.

use std::sync::Arc;

use super::{Letter, Sender, Unsendable, letter, notice};
use crate::email::mime::{self, Mail};
use crate::email::smtp::{Action, Outcome, Session, Settings, Tls};
use crate::email::thread::{Key, Place};
use crate::email::{Address, Mailbox, ReplyTo};
use crate::v1::{Card, Choice, Image, Link, Reply};

fn sender() -> Sender {
    Sender {
        address: Address::parse("support@acme.example").unwrap(),
        name: "Acme 客服".to_owned(),
    }
}

fn reply_to() -> ReplyTo {
    ReplyTo {
        to: "ann@x.example".to_owned(),
        name: "Ann \"A.\" Lee, 李".to_owned(),
        subject: "修改订单#12345的交货日期".to_owned(),
        references: vec!["first@x.example".to_owned(), "last@x.example".to_owned()],
        begins: false,
    }
}

fn write(reply: &Reply) -> Letter {
    letter(reply, "c-1", &reply_to(), &sender(), &Key::new(b"k"), 1_780_000_000_000).unwrap()
}

fn said(text: &str) -> Reply {
    Reply { seq: 4, text: text.to_owned(), ..Reply::default() }
}

fn read(letter: &Letter) -> Mail {
    mime::read(&letter.bytes).unwrap()
}

#[test]
fn a_reply_is_a_message_of_its_thread() {
    let letter = write(&said("更新成功,新交货日为6月15日。"));
    let mail = read(&letter);
    assert_eq!(mail.subject, "Re: 修改订单#12345的交货日期");
    assert_eq!(mail.body.trim_end(), "更新成功,新交货日为6月15日。");
    assert_eq!(mail.from[0].name, "Acme 客服");
    assert_eq!(mail.from[0].address.as_str(), "support@acme.example");
    assert_eq!(mail.header("in-reply-to"), Some("<last@x.example>"));
    assert_eq!(mail.header("references"), Some("<first@x.example> <last@x.example>"));
    assert_eq!(mail.header("auto-submitted"), Some("auto-replied"));
    assert_eq!(mail.date_ms, Some(1_780_000_000_000));
    assert_eq!(mail.message_id.as_deref(), Some(letter.message_id.as_str()));
    let place = Key::new(b"k").place(&letter.message_id);
    assert_eq!(place, Some(Place::new("c-1", 4, &Address::parse("ann@x.example").unwrap())));
    assert_eq!(write(&said("更新成功,新交货日为6月15日。")), letter);
    assert_eq!(mail.files, []);
}

#[test]
fn a_first_message_has_a_subject_of_its_own_and_answers_nothing() {
    let to = Address::parse("ann@x.example").unwrap();
    let first = ReplyTo::begin(&to, "Acme 客服");
    assert_eq!(ReplyTo::from_text(&first.to_text()).as_ref(), Some(&first));
    let key = Key::new(b"k");
    let letter = letter(&said("It moves."), "c-1", &first, &sender(), &key, 1).unwrap();
    let mail = read(&letter);
    assert_eq!(mail.subject, "Acme 客服");
    assert_eq!((mail.header("in-reply-to"), mail.header("references")), (None, None));
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    assert_eq!(letter.to.as_str(), "ann@x.example");
    // Who answers it is in its conversation.
    assert_eq!(key.place(&letter.message_id), Some(Place::new("c-1", 4, &to)));
}

#[test]
fn a_human_is_named_and_answers_by_hand() {
    let mail = read(&write(&Reply { agent: "Li Wei".to_owned(), ..said("Hello") }));
    assert_eq!(mail.from[0].name, "Li Wei");
    assert_eq!(mail.header("auto-submitted"), None);
    let first = ReplyTo { references: Vec::new(), ..reply_to() };
    let first = letter(&said("Hello"), "c", &first, &sender(), &Key::new(b"k"), 0).unwrap();
    let mail = read(&first);
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    assert_eq!((mail.header("in-reply-to"), mail.header("references")), (None, None));
}

#[test]
fn what_a_mail_cannot_show_is_lines() {
    let link = |url: &str, label: &str| Link { url: url.to_owned(), label: label.to_owned() };
    let choice = |label: &str| Choice { payload: "1:0".to_owned(), label: label.to_owned() };
    let reply = Reply {
        choices: vec![choice("Computer"), choice("<Phone>")],
        links: vec![link("https://x.example/?a=1&b=2", "Terms"), link("javascript:alert(1)", "No")],
        images: vec![Image { url: "https://x.example/p.png".to_owned(), label: String::new() }],
        card: Some(Card {
            title: "Order 12345".to_owned(),
            body: "due June 10".to_owned(),
            links: vec![link("https://x.example/12345", "Open")],
            images: Vec::new(),
        }),
        ..said("Which one?")
    };
    let lines = "Which one?\n\n1. Computer\n2. <Phone>\n\nOrder 12345\ndue June 10\nOpen: https://x.example/12345\n\nTerms: https://x.example/?a=1&b=2\nNo: javascript:alert(1)\nhttps://x.example/p.png";
    assert_eq!(read(&write(&reply)).body.trim_end(), lines);
    // What stands in the text already is not said twice.
    let written = Reply { text: lines.to_owned(), ..reply.clone() };
    assert_eq!(read(&write(&written)).body.trim_end(), lines);
    let html = super::body::html(&reply);
    for part in [
        "2. &lt;Phone&gt;<br>",
        "<b>Order 12345</b>",
        "<a href=\"https://x.example/?a=1&amp;b=2\">Terms</a>",
        "No: javascript:alert(1)<br>",
        "<a href=\"https://x.example/p.png\">https://x.example/p.png</a>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("href=\"javascript"));
}

#[test]
fn headers_do_not_become_two() {
    for bad in ["a\r\nBcc: x@y", "a\nb", "a\rb", "a\0b", "a\r\n\r\nbody"] {
        let with = |change: fn(&mut ReplyTo, &str)| {
            let mut to = reply_to();
            change(&mut to, bad);
            letter(&said("x"), "c", &to, &sender(), &Key::new(b"k"), 0)
        };
        assert_eq!(with(|to, bad| to.subject = bad.to_owned()), Err(Unsendable::Header("subject")));
        assert_eq!(
            with(|to, bad| to.name = bad.to_owned()),
            Err(Unsendable::Header("customer's name"))
        );
        let to = with(|to, bad| to.to = format!("ann@x.example{bad}"));
        assert!(matches!(to, Err(Unsendable::Address(_))), "{to:?}");
        let agent = Reply { agent: bad.to_owned(), ..said("x") };
        let agent = letter(&agent, "c", &reply_to(), &sender(), &Key::new(b"k"), 0);
        assert_eq!(agent, Err(Unsendable::Header("sender's name")));
        // An id that is none is left out.
        let letter =
            with(|to, bad| to.references = vec![format!("id{bad}@x"), "good@x".to_owned()]);
        assert_eq!(read(&letter.unwrap()).header("references"), Some("<good@x>"));
    }
}

#[test]
fn subjects_say_once_that_they_are_answers() {
    for (of, subject) in [
        ("Order", "Re: Order"),
        ("Re: Order", "Re: Order"),
        ("RE: Order", "RE: Order"),
        ("回复：订单", "回复：订单"),
        ("AW: Bestellung", "AW: Bestellung"),
        ("Regarding my order", "Re: Regarding my order"),
        ("", "Re:"),
    ] {
        assert_eq!(super::subject(of, false), subject);
        assert_eq!(super::subject(of, true), of);
    }
}

/// Texts that would end a message and begin another one, if a line of theirs were one of the message.
fn smuggling() -> Vec<String> {
    let ends = [
        "\n.\n",
        "\r.\r",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r\n",
        "\r\n.\r",
        "\r\n.\r\n",
        "\n.\r",
        "\r.\n",
    ];
    let command = "MAIL FROM:<support@acme.example>\r\nRCPT TO:<victim@y.example>\r\nDATA\r\nhi";
    let mut texts: Vec<String> =
        ends.iter().map(|end| format!("first{end}{command}{end}")).collect();
    texts.extend(ends.iter().map(|end| format!("中文中文中文{end}{command}{end}")));
    texts.extend([
        ".".to_owned(),
        "..\n.".to_owned(),
        "a\0b\n.\n".to_owned(),
        "x".repeat(5_000),
        ". ".repeat(500),
    ]);
    texts
}

/// A server that takes any of those for the end of a message, and what it takes then for commands.
fn lax(sent: &[u8]) -> (usize, usize) {
    let text = String::from_utf8_lossy(sent).replace("\r\n", "\n").replace('\r', "\n");
    let (mut messages, mut commands, mut inside) = (0, 0, true);
    for line in text.lines() {
        match (inside, line) {
            (true, ".") => (messages, inside) = (messages + 1, false),
            (true, _) => {}
            (false, "DATA") => (commands, inside) = (commands + 1, true),
            (false, _) => commands += 1,
        }
    }
    (messages, commands)
}

fn strict(letter: &Letter) -> Vec<Vec<u8>> {
    let to = Mailbox { address: letter.to.clone(), channel: "c".to_owned() };
    let settings = Settings {
        hostname: "mx".to_owned(),
        mailboxes: vec![to],
        bytes_max: 1 << 20,
        tls: Tls::Absent,
    };
    let (mut session, _) = Session::new(Arc::new(settings));
    session.receive(b"EHLO x\r\n");
    session.receive(b"MAIL FROM:<support@acme.example>\r\n");
    session.receive(format!("RCPT TO:<{}>\r\n", letter.to.as_str()).as_bytes());
    session.receive(b"DATA\r\n");
    let mut taken = Vec::new();
    let mut actions = session.receive(&[letter.bytes.as_slice(), b".\r\n"].concat());
    while let Some(action) = actions.pop() {
        match action {
            Action::Take(mail) => {
                taken.push(mail.bytes);
                actions = session.answer(&Outcome::Stored);
            }
            other => assert_eq!(other, Action::Reply("250 2.0.0 taken\r\n".to_owned())),
        }
    }
    taken
}

/// What lettre's sender makes of it, where it begins no line with a dot, is the message itself: so
/// what is tried is what is sent.
#[test]
fn a_text_is_one_message_whoever_reads_it() {
    for text in smuggling() {
        let mut reply = said(&text);
        reply.choices.push(Choice { payload: String::new(), label: text.clone() });
        let letter = write(&reply);
        assert_eq!(strict(&letter), std::slice::from_ref(&letter.bytes), "{text:?}");
        let sent = [letter.bytes.as_slice(), b".\r\n"].concat();
        assert_eq!(lax(&sent), (1, 0), "{text:?}");
        let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
        let first = plain(&text);
        let body = read(&letter).body;
        assert!(body.starts_with(first.trim_end()), "{body:?} begins with {first:?}");
    }
}

/// The servers above see what they are there to see.
#[test]
fn the_lax_server_is_lax() {
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n"] {
        let sent = format!("first{end}MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nsecond\r\n.\r\n");
        assert_eq!(lax(sent.as_bytes()), (2, 3), "{end:?}");
    }
}

#[test]
fn a_notice_belongs_to_no_thread_and_nothing_in_it_is_a_header() {
    let to = Address::parse("ann@x.example").unwrap();
    let write = |about: &str, text: &str, id: &str| {
        notice((about, text), id, &to, &sender(), 1_780_000_000_000)
    };
    let letter = write("您的验证码", "123456\n.\n\r\nBcc: eve@x.example", "code.1").unwrap();
    let mail = read(&letter);
    assert_eq!(
        (letter.message_id.as_str(), mail.subject.as_str()),
        ("code.1@acme.example", "您的验证码")
    );
    assert!(mail.body.starts_with("123456\n."), "{}", mail.body);
    for header in ["in-reply-to", "references", "bcc"] {
        assert_eq!(mail.header(header), None, "{header}");
    }
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    assert_eq!(Key::new(b"k").place(&letter.message_id), None);
    for (about, id) in
        [("a\r\nBcc: eve@x.example", "i"), ("a\nb", "i"), ("a", "i>\r\nBcc: eve"), ("a", "a b")]
    {
        assert!(matches!(write(about, "b", id), Err(Unsendable::Header(_))), "{about:?} {id:?}");
    }
}
