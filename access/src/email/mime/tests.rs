//! Messages as bytes, and what is read of them.

use super::{Mail, Unreadable, read};

fn parse(text: &str) -> Mail {
    read(text.replace('\n', "\r\n").as_bytes()).unwrap()
}

const HEAD: &str = "From: Ann Lee <Ann@X.example>\nTo: support@acme.example\nSubject: Order\n\
                    Date: Mon, 1 Jun 2026 14:02:03 +0800\nMessage-ID: <1@x.example>\n";

#[test]
fn headers_are_read() {
    let mail = parse(&format!(
        "{HEAD}In-Reply-To: <9@acme.example>\nReferences: <7@x.example> <8@acme.example>\n <9@acme.example>\n\
         Reply-To: Other <other@x.example>\nX-Folded: one\n two\n\nHello\n"
    ));
    assert_eq!(mail.from.len(), 1);
    assert_eq!(
        (mail.from[0].address.as_str(), mail.from[0].name.as_str()),
        ("Ann@x.example", "Ann Lee")
    );
    assert_eq!(mail.reply_to[0].address.as_str(), "other@x.example");
    assert_eq!((mail.subject.as_str(), mail.body.as_str()), ("Order", "Hello\n"));
    assert_eq!(mail.date_ms, Some(1_780_293_723_000));
    assert_eq!(mail.message_id.as_deref(), Some("1@x.example"));
    assert_eq!(mail.answers, ["9@acme.example", "8@acme.example", "7@x.example"]);
    assert_eq!(mail.header("x-folded"), Some("one two"));
}

#[test]
fn ids_are_read_however_they_are_written() {
    for (header, ids) in [
        ("References: <a@b>\n <c@d>", &["c@d", "a@b"] as &[&str]),
        ("References: <a@b><c@d>", &["c@d", "a@b"]),
        ("In-Reply-To: a@b", &["a@b"]),
        // Python writes ids that are longer than a line so.
        (
            "In-Reply-To: =?utf-8?q?=3Cfr=2Eaaaa?=\n =?utf-8?q?bbbb=40acme=2Eexample=3E?=",
            &["fr.aaaabbbb@acme.example"],
        ),
        ("In-Reply-To: Your message of \"Monday\" <a@b>", &["a@b"]),
        ("In-Reply-To: <a b@c> <d@e>", &["d@e"]),
        ("In-Reply-To: <>", &[]),
    ] {
        assert_eq!(parse(&format!("From: a@b\n{header}\n\nx")).answers, ids, "{header}");
    }
}

#[test]
fn words_in_every_charset_are_words() {
    let encoded = |charset: &str, bytes: &[u8]| {
        let mut message = format!(
            "From: a@b\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        .into_bytes();
        message.extend_from_slice(bytes);
        read(&message).unwrap().body
    };
    for (charset, bytes, text) in [
        ("utf-8", "订单".as_bytes(), "订单"),
        ("gb18030", b"\xb6\xa9\xb5\xa5", "订单"),
        ("GBK", b"\xb6\xa9\xb5\xa5", "订单"),
        ("gb2312", b"\xb6\xa9\xb5\xa5", "订单"),
        ("big5", b"\xad\x71\xb3\xe6", "訂單"),
        ("iso-2022-jp", b"\x1b$BCmJ8\x1b(B", "注文"),
        ("shift_jis", b"\x92\x8d\x95\xb6", "注文"),
        ("euc-kr", b"\xc1\xd6\xb9\xae", "주문"),
        ("koi8-r", b"\xda\xc1\xcb\xc1\xda", "заказ"),
        ("iso-8859-1", b"Stra\xdfe", "Straße"),
        ("windows-1252", b"5 \x80", "5 €"),
        ("unknown-8", b"plain", "plain"),
        ("utf-8", b"a\xffb", "a\u{FFFD}b"),
    ] {
        assert_eq!(encoded(charset, bytes), text, "{charset}");
    }
}

#[test]
fn subjects_and_names_are_decoded_and_in_one_line() {
    for (subject, read) in [
        ("=?utf-8?B?5L+u5pS56K6i5Y2V?=", "修改订单"),
        ("=?gb18030?B?tqm1pQ==?= 12345", "订单 12345"),
        ("=?utf-8?Q?a=0D=0ABcc:_x=40y?=", "a Bcc: x@y"),
        ("=?utf-8?Q?a=00b=E2=80=AEc?=", "abc"),
        ("one\n two", "one two"),
    ] {
        assert_eq!(parse(&format!("From: a@b\nSubject: {subject}\n\nx")).subject, read);
    }
    let mail = parse("From: =?gb18030?B?1cXI/Q==?= <z@x.example>\n\nx");
    assert_eq!(mail.from[0].name, "张三");
}

const PARTS: &str = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"m\"\n\n\
    --m\nContent-Type: multipart/alternative; boundary=\"a\"\n\n\
    --a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n6K6i5Y2VMTIzNDU=\n\
    --a\nContent-Type: text/html; charset=utf-8\n\n<p>other</p>\n--a--\n\
    --m\nContent-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment; filename=\"=?utf-8?B?Li4v5ZCI5ZCMLnBkZg==?=\"\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n\
    --m\nContent-Type: message/rfc822\n\nFrom: b@c\nSubject: Inner\n\ninner words\n\
    --m\nContent-Type: text/csv; charset=gbk; name=t.csv\nContent-Disposition: attachment\nContent-Transfer-Encoding: quoted-printable\n\n=B6=A9=B5=A5,1\n\
    --m\nContent-Type: application/pgp-signature; name=\"s.asc\"\n\nx\n--m--\n";

#[test]
fn the_plain_part_is_the_body_and_files_are_files() {
    let mail = parse(&format!("{HEAD}{PARTS}"));
    assert_eq!(mail.body, "订单12345");
    let files: Vec<_> = mail
        .files
        .iter()
        .map(|f| (f.name.as_str(), f.media_type.as_str(), f.bytes.as_slice()))
        .collect();
    assert_eq!(files[0], ("合同.pdf", "application/pdf", b"%PDF-".as_slice()));
    assert_eq!((files[1].0, files[1].1), ("Inner.eml", "message/rfc822"));
    assert!(files[1].2.starts_with(b"From: b@c\r\n"), "{:?}", String::from_utf8_lossy(files[1].2));
    assert_eq!(files[2], ("t.csv", "text/csv", "订单,1".as_bytes()));
    assert_eq!(files.len(), 3);
}

#[test]
fn html_is_read_where_there_are_no_plain_words() {
    let html = "Content-Type: text/html; charset=utf-8\n\n<p>Order <b>12345</b></p>";
    assert_eq!(parse(&format!("{HEAD}{html}")).body, "Order 12345");
    let empty = "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\n  \n\
                 --a\nContent-Type: text/html\n\n<p>Order</p>\n--a--\n";
    assert_eq!(parse(&format!("{HEAD}{empty}")).body, "Order");
    let told = "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\n\
                Your program does not support HTML.\n--a\nContent-Type: text/html\n\n<p>Order</p>\n--a--\n";
    assert_eq!(parse(&format!("{HEAD}{told}")).body, "Order");
}

#[test]
fn flowed_text_is_joined() {
    let flowed = "Content-Type: text/plain; format=flowed\n\nOne line that \nwas broken.\nTwo";
    assert_eq!(parse(&format!("{HEAD}{flowed}")).body, "One line that was broken.\nTwo");
}

#[test]
fn reports_are_seen() {
    let report = parse(
        "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n\
         --r\n\nIt failed.\n\
         --r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n\
         --r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <7@acme.example>\nSubject: a\n\
         --r--\n",
    )
    .report
    .unwrap();
    assert_eq!(report.kind, "delivery-status");
    assert!(report.status.contains("Action: failed"), "{report:?}");
    assert_eq!(report.returned.as_deref(), Some("7@acme.example"));
    assert_eq!(parse(&format!("{HEAD}\nx")).report, None);
}

#[test]
fn what_is_no_message_is_refused() {
    assert_eq!(read(b"").err(), Some(Unreadable::NoMessage));
    let deep = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(2_000);
    assert_eq!(read(deep.as_bytes()).err(), Some(Unreadable::TooMany("parts")));
    // As deep as is taken.
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(250);
    assert!(read(format!("From: a@b\r\n{deep}").as_bytes()).is_ok());
    let deep = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(250);
    assert!(read(format!("From: a@b\r\n{deep}").as_bytes()).is_ok());
}

#[test]
fn more_files_than_are_taken_are_counted() {
    let part = "--m\nContent-Type: image/png; name=a.png\n\nx\n".repeat(60);
    let mail = parse(&format!("{HEAD}Content-Type: multipart/mixed; boundary=m\n\n{part}--m--\n"));
    assert_eq!((mail.files.len(), mail.files_left_out), (50, 10));
}
