//! Conversations with Python's client.

use flowright_access::v1::DeliveryStage;
use serde_json::json;

use super::smarthost::Smarthost;
use super::{mail, mail_address, python, sent, session_of, until, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_by_mail_is_one_thread() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let first = mail(
        json!({ "From": "Ann Lee <ann@x.example>", "To": "support@acme.example", "Subject": "请问",
                "Message-ID": "<1@x.example>" }),
        "echo",
    );
    let Some(sent_first) = python(at, &[first.clone(), first], None).await else { return };
    assert_eq!(
        sent_first,
        [json!({ "code": 250, "refused": {} }), json!({ "code": 250, "refused": {} })]
    );
    // The same message twice is one message.
    let replies = sent(&smarthost, 1).await;
    let reply = &replies[0];
    assert_eq!(reply.body.trim_end(), "What?");
    assert_eq!(reply.subject, "Re: 请问");
    assert_eq!(reply.from[0].address.as_str(), "support@acme.example");
    assert_eq!(reply.from[0].name, "Acme 客服");
    assert_eq!(reply.header("to"), Some("\"Ann Lee\" <ann@x.example>"));
    assert_eq!(reply.header("in-reply-to"), Some("<1@x.example>"));
    assert_eq!(reply.header("auto-submitted"), Some("auto-replied"));
    let id = reply.message_id.clone().unwrap();
    let answer = |from: &str, id: &str, number: u32, text: &str| {
        mail(
            json!({ "From": from, "Subject": "Re: 请问", "In-Reply-To": format!("<{id}>"),
                    "Message-ID": format!("<{number}@x.example>") }),
            &format!(
                "{text}\n\nBest regards,\nAnn\n\nOn Mon, Jun 1, 2026 at 9:00 AM Acme <support@acme.example> wrote:\n> What?\n"
            ),
        )
    };
    python(at, &[answer("ann@x.example", &id, 2, "你好")], None).await.unwrap();
    let replies = sent(&smarthost, 3).await;
    assert_eq!(replies[1].body.trim_end(), "1: 你好");
    assert_eq!(replies[2].body.trim_end(), "What?");
    assert_eq!(replies[1].header("references").unwrap().split(' ').count(), 2);
    // Somebody else to whom the mail was forwarded begins a conversation of her own.
    python(at, &[answer("bob@x.example", &id, 3, "hello there")], None).await.unwrap();
    let replies = sent(&smarthost, 4).await;
    assert_ne!(replies[3].body.trim_end(), "2: hello there");
    assert!(replies[3].header("to").unwrap().contains("bob@x.example"));
}

/// From an address that is new on a channel, what is answered says which conversation is meant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_another_of_our_addresses_finds_its_conversation() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let first = mail(json!({ "From": "ann@x.example", "Message-ID": "<1@x.example>" }), "echo");
    if python(at, &[first], None).await.is_none() {
        return;
    }
    let id = sent(&smarthost, 1).await.remove(0).message_id.unwrap();
    let mut answer = mail(
        json!({ "From": "ann@x.example", "Message-ID": "<2@x.example>", "In-Reply-To": format!("<{id}>") }),
        "hello",
    );
    answer["to"] = json!(["sales@acme.example"]);
    python(at, &[answer], None).await.unwrap();
    let replies = sent(&smarthost, 3).await;
    assert_eq!(replies[1].body.trim_end(), "1: hello");
    assert_eq!(replies[1].from[0].address.as_str(), "sales@acme.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_every_charset_and_files_come_in() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let from = |number: u32| json!({ "From": "ann@x.example", "Message-ID": format!("<{number}@x.example>") });
    if python(at, &[mail(from(0), "echo")], None).await.is_none() {
        return;
    }
    sent(&smarthost, 1).await;
    let mut count = 1;
    for (number, charset, text) in [
        (1, "gb18030", "改到6月15日"),
        (2, "big5", "改到6月15日"),
        (3, "iso-2022-jp", "日本語"),
        (4, "utf-8", "emoji 👍"),
    ] {
        let mut mail = mail(from(number), text);
        mail["charset"] = json!(charset);
        mail["html"] = json!(format!("<p>{text}</p>"));
        mail["files"] = json!({ "合同.pdf": "%PDF-" });
        let code = python(at, &[mail], None).await.unwrap()[0]["code"].clone();
        assert_eq!(code, 250, "{charset}");
        count += 2;
        let replies = sent(&smarthost, count).await;
        assert_eq!(replies[count - 2].body.trim_end(), format!("{number}: {text}"), "{charset}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_relayed_and_what_is_too_large_is_refused() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let mut relayed = mail(json!({ "From": "ann@x.example" }), "echo");
    relayed["to"] = json!(["victim@elsewhere.example"]);
    let mut unknown = relayed.clone();
    unknown["to"] = json!(["nobody@acme.example"]);
    let mut both = relayed.clone();
    both["to"] = json!(["support@acme.example", "victim@elsewhere.example"]);
    let large = mail(json!({ "From": "ann@x.example" }), &"x".repeat(27 << 20));
    let Some(codes) = python(at, &[relayed, unknown, large, both], None).await else { return };
    assert_eq!(
        (&codes[0]["code"], &codes[1]["code"], &codes[2]["code"]),
        (&json!(550), &json!(550), &json!(552))
    );
    assert!(codes[0]["text"].as_str().unwrap().contains("5.7.1"), "{codes:?}");
    assert_eq!(codes[3], json!({ "code": 250, "refused": { "victim@elsewhere.example": 550 } }));
    sent(&smarthost, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_machines_send_is_taken_and_not_answered() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let machine = |name: &str, value: &str| {
        let mut headers =
            json!({ "From": "ann@x.example", "Message-ID": format!("<{name}@x.example>") });
        headers[name] = json!(value);
        mail(headers, "echo")
    };
    let mails = [
        machine("Auto-Submitted", "auto-replied"),
        machine("Precedence", "bulk"),
        machine("List-Id", "<news.x.example>"),
        machine("X-Auto-Response-Suppress", "All"),
        mail(json!({ "From": "support@acme.example" }), "echo"),
        mail(json!({ "From": "bob@x.example" }), "echo"),
    ];
    let Some(codes) = python(at, &mails, None).await else { return };
    assert!(codes.iter().all(|code| code["code"] == 250), "{codes:?}");
    let replies = sent(&smarthost, 1).await;
    assert!(replies[0].header("to").unwrap().contains("bob@x.example"));
    assert_eq!(world.server.access().spool_sizes().await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_bounces_is_shown() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    let first = mail(json!({ "From": "ann@x.example" }), "echo");
    if python(at, &[first], None).await.is_none() {
        return;
    }
    let reply = sent(&smarthost, 1).await.remove(0);
    let id = reply.message_id.unwrap();
    let session = session_of(&id);
    let access = world.server.access();
    until("it is not sent", async || {
        let known = access.deliveries(&session).await.unwrap();
        known.iter().any(|d| d.stage() == DeliveryStage::Sent && d.provider_id == id)
    })
    .await;
    let report = format!(
        "From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n\
         --r\r\n\r\nfailed\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n\
         Final-Recipient: rfc822; ann@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         --r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n--r--\r\n.\r\n"
    );
    let told = super::raw(
        at,
        &[
            b"EHLO x\r\n",
            b"MAIL FROM:<>\r\n",
            b"RCPT TO:<support@acme.example>\r\n",
            b"DATA\r\n",
            report.as_bytes(),
        ],
    )
    .await;
    assert!(told.contains("250 2.0.0 taken"), "{told}");
    let known = access.deliveries(&session).await.unwrap();
    assert_eq!(
        (known[0].stage(), known[0].cause.as_str()),
        (DeliveryStage::Failed, "5.1.1, ann@x.example")
    );
}
