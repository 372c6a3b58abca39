//! Whole messages, from bytes to an envelope, to news of a reply, or to nobody.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use flowright_access::email::compose::{Sender, letter};
use flowright_access::email::intake::{Intake, Site, read};
use flowright_access::email::loops::Reason;
use flowright_access::email::thread::{Key, Place};
use flowright_access::email::{Address, Mailbox, ReplyTo};
use flowright_access::v1::{DeliveryStage, Envelope, Reply, proof};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn key() -> Key {
    Key::new(b"a secret of this site")
}

fn take(message: &str, null_sender: bool) -> Intake {
    let mailboxes =
        [Mailbox { address: address("support@acme.example"), channel: "mail".to_owned() }];
    let key = key();
    let site = Site { mailboxes: &mailboxes, key: &key, authserv_id: Some("mx.acme.example") };
    let bytes = message.replace('\n', "\r\n");
    read(bytes.as_bytes(), null_sender, "mail", &site, 1_780_000_000_000).unwrap()
}

fn envelope(message: &str) -> Envelope {
    match take(message, false) {
        Intake::Message { envelope, .. } => *envelope,
        other => panic!("{other:?}\n{message}"),
    }
}

/// The id of a reply that was sent to Ann.
fn our_id(session: &str, seq: u64) -> String {
    let to = address("ann@x.example");
    key().id(&Place::new(session, seq, &to), &address("support@acme.example"))
}

const FIRST: &str = "Authentication-Results: mx.acme.example; dmarc=pass header.from=x.example\n\
    From: Ann Lee <Ann@x.example>\nTo: support@acme.example\nSubject: Order 12345\n\
    Date: Mon, 1 Jun 2026 14:02:03 +0800\nMessage-ID: <1@x.example>\n\nPlease move it to June 15.\n";

#[test]
fn a_customers_message_is_an_envelope() {
    let envelope = envelope(FIRST);
    let from = envelope.from.as_ref().unwrap();
    assert_eq!((from.address.as_str(), from.display_name.as_str()), ("ann@x.example", "Ann Lee"));
    assert_eq!((envelope.channel.as_str(), from.channel.as_str()), ("mail", "mail"));
    assert_eq!(envelope.text, "Order 12345\nPlease move it to June 15.");
    assert_eq!(envelope.sent_at_ms, 1_780_293_723_000);
    assert_eq!(envelope.received_at_ms, 1_780_000_000_000);
    assert_eq!(envelope.conversation, "");
    assert_eq!(envelope.proofs[0].kind, Some(proof::Kind::AddressVerified(true)));
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    assert!(envelope.id.len() <= 128 && envelope.id.chars().all(fits), "{}", envelope.id);
    let reply_to = ReplyTo::from_text(&envelope.reply_to).unwrap();
    assert_eq!((reply_to.to.as_str(), reply_to.subject.as_str()), ("Ann@x.example", "Order 12345"));
    assert_eq!(reply_to.references, ["1@x.example"]);
}

#[test]
fn the_same_message_has_the_same_id_whichever_way_it_came() {
    let id = |message: &str| envelope(message).id;
    assert_eq!(id(FIRST), id(&format!("Received: from a by b; Mon, 1 Jun 2026\n{FIRST}")));
    for (old, new) in
        [("15.", "16."), ("<1@", "<2@"), ("Ann@", "Bob@"), ("Order", "order"), ("14:02", "14:03")]
    {
        assert_ne!(id(FIRST), id(&FIRST.replace(old, new)), "{old} {new}");
    }
}

#[test]
fn nothing_vouches_for_a_sender_but_our_own_server() {
    let unproved = |message: &str| assert_eq!(envelope(message).proofs, [], "{message}");
    unproved(&FIRST.replace("mx.acme.example;", "mx.evil.example;"));
    unproved(&FIRST.replace("dmarc=pass", "dmarc=fail"));
    let key = key();
    let site = Site { mailboxes: &[], key: &key, authserv_id: None };
    let read = read(FIRST.as_bytes(), false, "mail", &site, 0).unwrap();
    assert!(
        matches!(&read, Intake::Message { envelope, .. } if envelope.proofs.is_empty()),
        "{read:?}"
    );
}

#[test]
fn an_answer_finds_its_conversation() {
    let answer = |ids: &str| {
        envelope(&format!(
            "From: ANN@x.example\nSubject: Re: Order 12345\nMessage-ID: <2@x.example>\n{ids}\nJune 15\n\n\
             On Mon, Jun 1, 2026 at 2:02 PM Acme <support@acme.example> wrote:\n> Which date?\n"
        ))
    };
    let (old, new) = (our_id("c-old", 3), our_id("c-1001", 7));
    for (ids, session) in [
        (format!("In-Reply-To: <{new}>\n"), "c-1001"),
        (format!("References: <1@x.example> <{old}> <{new}>\n"), "c-1001"),
        (format!("In-Reply-To: <unknown@x>\nReferences: <{old}>\n <unknown@x>\n"), "c-old"),
        ("In-Reply-To: <fr.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@acme.example>\n".to_owned(), ""),
        (String::new(), ""),
    ] {
        let envelope = answer(&ids);
        assert_eq!((envelope.conversation.as_str(), envelope.text.as_str()), (session, "June 15"), "{ids}");
    }
    // Whoever it was forwarded to is not Ann.
    let other = envelope(&format!(
        "From: bob@x.example\nSubject: Re: a\nIn-Reply-To: <{new}>\n\nwho is this?"
    ));
    assert_eq!(other.conversation, "");
}

#[test]
fn subjects_are_words_where_they_say_something() {
    for (headers, body, text) in [
        ("Subject: Order 12345", "", "Order 12345"),
        ("Subject: Hello", "Order 12345", "Order 12345"),
        ("Subject: 你好", "订单12345", "订单12345"),
        ("Subject: (no subject)", "Order 12345", "Order 12345"),
        ("Subject: Re: Order 12345", "yes", "yes"),
        ("Subject: Order\nIn-Reply-To: <x@y>", "yes", "yes"),
        ("Subject: Order 12345", "My Order 12345 is late", "My Order 12345 is late"),
        ("Subject: 修改交货日期", "订单12345", "修改交货日期\n订单12345"),
        ("X: y", "yes", "yes"),
    ] {
        assert_eq!(envelope(&format!("From: a@b\n{headers}\n\n{body}\n")).text, text, "{headers}");
    }
    let long = envelope(&format!("From: a@b\n\n{}", "字".repeat(20_000)));
    assert_eq!(long.text.chars().count(), 10_000);
}

#[test]
fn files_come_along() {
    let message = "From: a@b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n\
        --m\nContent-Type: text/plain\n\nsee there\n\
        --m\nContent-Type: image/png; name=\"../p.png\"\nContent-Transfer-Encoding: base64\n\niVBORw==\n--m--\n";
    let Intake::Message { envelope, files, files_left_out } = take(message, false) else {
        panic!("no message")
    };
    assert_eq!((envelope.attachments.len(), files.len(), files_left_out), (1, 1, 0));
    let known = &envelope.attachments[0];
    assert_eq!(
        (known.name.as_str(), known.media_type.as_str(), known.bytes),
        ("p.png", "image/png", 4)
    );
    assert_eq!(files[0].bytes, b"\x89PNG");
    assert_eq!(known.hash, blake3::hash(b"\x89PNG").as_bytes());
}

#[test]
fn forms_on_web_pages_name_their_customer_in_reply_to() {
    let form = "From: Web form <no-reply@acme-site.example>\nReply-To: Ann <ann@x.example>\n\nMy order is late";
    let envelope = envelope(form);
    assert_eq!(envelope.from.unwrap().address, "ann@x.example");
    assert_eq!(envelope.proofs, []);
    // Elsewhere an answer goes to who wrote.
    let other =
        self::envelope("From: ann@x.example\nReply-To: thief@y.example\n\nWhat is my balance?");
    assert_eq!(other.from.unwrap().address, "ann@x.example");
    assert_eq!(ReplyTo::from_text(&other.reply_to).unwrap().to, "ann@x.example");
}

#[test]
fn what_no_customer_wrote_is_nobodys() {
    let machine = |what: &str| Reason::Automatic(what.to_owned());
    let bulk = |what: &str| Reason::Bulk(what.to_owned());
    let deep: String = (0..120).map(|n| format!("<{n}@x> ")).collect();
    let hops = "Received: from a by b\n".repeat(51);
    for (headers, reason) in [
        ("From: ann@x\nAuto-Submitted: auto-replied", machine("Auto-Submitted: auto-replied")),
        (
            "From: ann@x\nAuto-Submitted: auto-generated; x=y",
            machine("Auto-Submitted: auto-generated"),
        ),
        ("From: ann@x\nX-Autoreply: yes", machine("x-autoreply")),
        ("From: ann@x\nX-Auto-Response-Suppress: All", machine("X-Auto-Response-Suppress: all")),
        (
            "From: ann@x\nX-Auto-Response-Suppress: DR, AutoReply",
            machine("X-Auto-Response-Suppress: dr, autoreply"),
        ),
        ("From: ann@x\nSubject: Automatic reply: Order", machine("automatic reply:")),
        (
            "From: ann@x\nSubject: =?utf-8?B?6Ieq5Yqo5Zue5aSN77ya5oiR5Zyo5LyR5YGH?=",
            machine("自动回复:"),
        ),
        ("From: ann@x\nPrecedence: bulk", bulk("Precedence: bulk")),
        ("From: ann@x\nPrecedence: Junk", bulk("Precedence: junk")),
        ("From: ann@x\nPrecedence: list", bulk("Precedence: list")),
        ("From: ann@x\nList-Id: <news.x.example>", bulk("list-id")),
        ("From: ann@x\nList-Unsubscribe: <https://x.example>", bulk("list-unsubscribe")),
        ("From: MAILER-DAEMON@x.example", Reason::NoReply("mailer-daemon@x.example".to_owned())),
        ("From: noreply@x.example", Reason::NoReply("noreply@x.example".to_owned())),
        (
            "From: no-reply@x.example\nReply-To: noreply2@x.example",
            Reason::NoReply("no-reply@x.example".to_owned()),
        ),
        ("From: support@acme.example", Reason::OurOwn),
        ("From: SUPPORT@Acme.example\nAuto-Submitted: auto-replied", Reason::OurOwn),
        (&format!("From: ann@x\nMessage-ID: <{}>", our_id("c", 1)), Reason::OurOwn),
        (
            &format!("From: ann@x\nReferences: {deep}"),
            Reason::Circle("too many messages before it"),
        ),
        (&format!("{hops}From: ann@x"), Reason::Circle("too many servers")),
        ("Subject: a", Reason::Author("it names nobody")),
        ("From: ann", Reason::Author("it names nobody")),
        ("From: ann@x, bob@x", Reason::Author("it names several")),
        ("From: ann@x\nFrom: bob@x", Reason::Author("it names several")),
        (
            "From: ann@x\nContent-Type: multipart/report; report-type=disposition-notification; boundary=r",
            Reason::Report,
        ),
    ] {
        assert_eq!(
            take(&format!("{headers}\n\nHello\n"), false),
            Intake::Nobodys(reason),
            "{headers}"
        );
    }
    assert_eq!(take("From: ann@x\n\nHello", true), Intake::Nobodys(Reason::NullSender));
    assert_eq!(take("From: ann@x\n\n> only a quote\n", false), Intake::Nobodys(Reason::Empty));
    for headers in [
        "From: ann@x\nAuto-Submitted: no",
        "From: ann@x\nX-Auto-Response-Suppress: DR, RN, NRN",
        "From: ann@x\nPrecedence: first-class",
        "From: ann@x\nSubject: Re: Automatic reply: Order",
        "From: ann.noreply@x",
    ] {
        assert_eq!(envelope(&format!("{headers}\n\nHello\n")).text, "Hello", "{headers}");
    }
}

/// A report of a mail server about a message of ours.
fn report(action: &str, status: &str, returned: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.x.example>\nAuto-Submitted: auto-replied\n\
         Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"r\"\n\n\
         --r\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\
         --r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.x.example\n\n\
         Final-Recipient: rfc822; ann@x.example\nOriginal-Recipient: rfc822;ann@x.example\n\
         Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 5.1.1 <ann@x.example>: no such\n user here\n\
         --r\nContent-Type: {returned}\n\nFrom: support@acme.example\nMessage-ID: <{}>\nSubject: Re: a\n\n\
         --r--\n",
        our_id("c-1001", 7)
    )
}

#[test]
fn what_came_back_is_told_of_the_reply() {
    for returned in ["message/rfc822", "text/rfc822-headers"] {
        let Intake::News(news) = take(&report("failed", "5.1.1", returned), true) else {
            panic!("no news of {returned}")
        };
        assert_eq!((news.session.as_str(), news.seq, news.channel.as_str()), ("c-1001", 7, "mail"));
        assert_eq!(news.stage(), DeliveryStage::Failed);
        assert_eq!(
            news.cause,
            "5.1.1, 550 5.1.1 <ann@x.example>: no such user here, ann@x.example"
        );
        assert_eq!(news.at_ms, 1_780_000_000_000);
    }
    let Intake::News(news) = take(&report("delivered", "2.0.0", "message/rfc822"), true) else {
        panic!("no news")
    };
    assert_eq!((news.stage(), news.cause.as_str()), (DeliveryStage::Delivered, ""));
    // It is still on its way: nothing is known yet.
    let delayed = take(&report("delayed", "4.4.1", "message/rfc822"), true);
    assert!(matches!(delayed, Intake::Nobodys(_)), "{delayed:?}");
    // Somebody else's message.
    let other = report("failed", "5.1.1", "message/rfc822").replace("<fr.", "<xx.");
    assert!(matches!(take(&other, true), Intake::Nobodys(_)));
}

#[test]
fn servers_that_write_no_reports_are_understood_as_well() {
    let note = format!(
        "From: postmaster@qq.example\nSubject: 系统退信\n\n收件人邮箱地址不存在。\n\n----\nMessage-Id: <{}>\n",
        our_id("c-1001", 7)
    );
    let Intake::News(news) = take(&note, true) else { panic!("no news") };
    assert_eq!(
        (news.session.as_str(), news.seq, news.stage()),
        ("c-1001", 7, DeliveryStage::Failed)
    );
    assert_eq!(news.cause, "it came back: 收件人邮箱地址不存在。");
    // With a sender it is a customer who quotes us, or a machine.
    assert!(matches!(take(&note, false), Intake::Nobodys(_)));
}

#[test]
fn our_own_message_is_known_when_it_comes_back() {
    let sender = Sender { address: address("support@acme.example"), name: "Acme".to_owned() };
    let to = ReplyTo { to: "ann@x.example".to_owned(), ..ReplyTo::default() };
    let reply = Reply { seq: 1, text: "Hello".to_owned(), ..Reply::default() };
    let letter = letter(&reply, "c", &to, &sender, &key(), 0).unwrap();
    let text = String::from_utf8(letter.bytes).unwrap().replace("\r\n", "\n");
    assert_eq!(take(&text, false), Intake::Nobodys(Reason::OurOwn));
    // Somebody's program made it hers.
    let changed = text.replace("support@acme.example>", "ann@x.example>");
    assert_eq!(take(&changed, false), Intake::Nobodys(Reason::OurOwn));
}
