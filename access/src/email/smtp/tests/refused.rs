//! What a server takes, what it refuses, and where it ends.

use super::{OPEN, Talk, check, settings};
use crate::email::Address;
use crate::email::limits::{COMMAND_BYTES_MAX, FAULTS_MAX};
use crate::email::smtp::{Action, Outcome, Session, Tls};

#[test]
fn a_message_is_for_channels_not_for_addresses() {
    let mails = check(
        "two addresses of one channel",
        &format!(
            "{OPEN}C: MAIL FROM:<Ann@X.example>
            C: RCPT TO:<support@acme.example>
            C: RCPT TO:<help@acme.example>
            C: RCPT TO:<nobody@acme.example>
            C: RCPT TO:<sales@acme.example>
            S: 250
            S: 250
            S: 250
            S: 550 5.1.1
            S: 250
            C: DATA
            S: 354
            C: a
            C: .
            take
            S: 250"
        ),
        Tls::Absent,
        None,
    );
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].channels, ["mail", "sales"]);
    assert_eq!(mails[0].from.as_ref().map(Address::as_str), Some("Ann@x.example"));
    assert_eq!((mails[0].bytes.as_slice(), mails[0].encrypted), (b"a\r\n".as_slice(), false));
    assert_eq!(mails[0].helo, "client.example");
}

/// What has been used to make one server see two messages where another sees one.
#[test]
fn nothing_is_smuggled() {
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n"] {
        let mut talk = Talk::new(Tls::Absent);
        talk.say(b"EHLO x\r\n");
        talk.say(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
        let smuggled = "MAIL FROM:<boss@acme.example>\r\nRCPT TO:<sales@acme.example>\r\nDATA\r\n";
        talk.say(format!("first{end}{smuggled}second\r\n.\r\nQUIT\r\n").as_bytes());
        assert!(talk.mails.is_empty(), "{end:?}");
        assert!(
            talk.seen.ends_with(
                "S: 550 5.6.11 lines of a message end in CR LF, and no CR or LF is alone\nclose\n"
            ),
            "{end:?} {}",
            talk.seen
        );
        talk.say(b"MAIL FROM:<a@b>\r\n");
        assert!(talk.seen.ends_with("close\n"), "nothing is said after the end: {}", talk.seen);
    }
}

#[test]
fn content_that_does_not_wait_for_its_turn_is_refused() {
    let script = format!(
        "{OPEN}C: MAIL FROM:<a@b>
        C: RCPT TO:<support@acme.example>
        C: DATA
        C: Subject: early
        C: .
        S: 250
        S: 250
        S: 554 5.5.0
        close"
    );
    assert!(check("early content", &script, Tls::Absent, None).is_empty());
    let script = "S: 220
        C: EHLO x
        C: MAIL FROM:<a@b>
        S: 554 5.5.0
        close";
    check("early commands", script, Tls::Absent, None);
}

#[test]
fn encryption_begins_with_nothing_known() {
    let before = "S: 220
        C: EHLO x
        S: 250-
        S: 250-
        S: 250-
        S: 250-
        S: 250-
        S: 250-STARTTLS
        S: 250 ENH\n";
    let script = format!(
        "{before}C: MAIL FROM:<a@b>
        S: 530 5.7.0
        C: RCPT TO:<support@acme.example>
        S: 530 5.7.0
        C: NOOP
        S: 250
        C: STARTTLS
        C: MAIL FROM:<injected@b>
        C: RCPT TO:<support@acme.example>
        S: 220 2.0.0
        tls
        C: MAIL FROM:<a@b>
        S: 503 5.5.1 EHLO first
        C: STARTTLS
        S: 503
        C: EHLO x
        S: 250-mx
        S: 250-PIPE
        S: 250-SIZE
        S: 250-8BIT
        S: 250-SMTPUTF8
        S: 250 ENH
        C: RCPT TO:<support@acme.example>
        S: 503 5.5.1 MAIL first
        C: MAIL FROM:<a@b>
        C: RCPT TO:<support@acme.example>
        C: DATA
        S: 250
        S: 250
        S: 354
        C: .
        take
        S: 250"
    );
    let mails = check("required", &script, Tls::Required, None);
    assert!(mails[0].encrypted);
    let script = format!("{before}C: MAIL FROM:<a@b>\nS: 250");
    check("offered", &script, Tls::Offered, None);
}

#[test]
fn bytes_that_come_while_the_connection_is_encrypted_are_no_commands() {
    let (mut session, _) = Session::new(settings(Tls::Offered));
    session.receive(b"EHLO x\r\n");
    let started = session.receive(b"STARTTLS\r\nMAIL FROM:<a@b>\r\n");
    assert_eq!(started.last(), Some(&Action::StartTls));
    assert_eq!(session.receive(b"EHLO y\r\n"), []);
    session.encrypted();
    assert_eq!(session.receive(b""), []);
    let answer = session.receive(b"MAIL FROM:<a@b>\r\n");
    assert_eq!(answer, [Action::Reply("503 5.5.1 EHLO first\r\n".to_owned())]);
}

#[test]
fn there_is_an_end_to_everything() {
    let mut talk = Talk::new(Tls::Absent);
    talk.say(&[b'x'; COMMAND_BYTES_MAX]);
    assert!(talk.seen.ends_with("S: 500 5.5.2 the line is too long\nclose\n"), "{}", talk.seen);

    let mut talk = Talk::new(Tls::Absent);
    for _ in 0..=FAULTS_MAX {
        talk.say(b"XYZZY\r\n");
    }
    assert!(talk.seen.ends_with("S: 421 4.7.0 too much was refused\nclose\n"), "{}", talk.seen);

    let mut talk = Talk::new(Tls::Absent);
    for _ in 0..2_000 {
        talk.say(b"NOOP\r\n");
    }
    assert!(talk.seen.ends_with("S: 421 4.7.0 too many commands\nclose\n"));

    let mut talk = Talk::new(Tls::Absent);
    talk.say(b"EHLO x\r\n");
    for _ in 0..101 {
        talk.say(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
        talk.say(b".\r\n");
    }
    assert_eq!(talk.mails.len(), 100);
    assert!(talk.seen.contains("S: 421 4.7.0 enough for one connection"));
}

#[test]
fn a_message_that_is_too_large_is_refused_and_the_next_one_is_not() {
    let mut talk = Talk::new(Tls::Absent);
    talk.say(b"EHLO x\r\n");
    for (length, answer) in [
        (1_998, "S: 250 2.0.0 taken\n"),
        (1_999, "S: 552 5.3.4 the message is too large\n"),
        (1, "S: 250 2.0.0 taken\n"),
    ] {
        talk.say(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
        talk.say(format!("{}\r\n.\r\n", "a".repeat(length)).as_bytes());
        assert!(talk.seen.ends_with(answer), "{length}: {}", talk.seen);
    }
    assert_eq!(talk.mails.len(), 2);
}

#[test]
fn what_became_of_a_message_is_said_before_anything_else() {
    let (mut session, _) = Session::new(settings(Tls::Absent));
    session.receive(b"EHLO x\r\n");
    session.receive(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
    let taken = session.receive(b"a\r\n.\r\nNOOP\r\n");
    assert!(matches!(taken.as_slice(), [Action::Take(_)]), "{taken:?}");
    assert_eq!(session.receive(b"NOOP\r\n"), []);
    let nothing = Action::Reply("250 2.0.0 nothing done\r\n".to_owned());
    let refused = Outcome::Refused("no sender\r\n250 all is well".to_owned());
    let said = session.answer(&refused);
    let first = Action::Reply("554 5.6.0 no sender250 all is well\r\n".to_owned());
    assert_eq!(said, [first, nothing.clone(), nothing]);
    assert_eq!(session.answer(&Outcome::Stored), []);

    session.receive(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
    session.receive(b".\r\n");
    let flood = session.receive(&[b'N'; 70_000]);
    assert!(matches!(flood.as_slice(), [Action::Reply(_), Action::Close]), "{flood:?}");
}

#[test]
fn what_is_kept_of_an_unfinished_message_is_known() {
    let (mut session, _) = Session::new(settings(Tls::Absent));
    session.receive(b"EHLO x\r\n");
    session.receive(b"MAIL FROM:<a@b>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n");
    assert_eq!(session.held_bytes(), 0);
    session.receive(&[b'a'; 1_000]);
    assert_eq!(session.held_bytes(), 1_000);
    session.receive(&[b'a'; 1_001]);
    assert_eq!(session.held_bytes(), 0, "what is too large is not kept");
}

#[test]
fn who_is_silent_is_told() {
    let (mut session, _) = Session::new(settings(Tls::Absent));
    let said = session.hang_up("silent for too long");
    let line = Action::Reply("421 4.4.2 silent for too long\r\n".to_owned());
    assert_eq!(said, [line, Action::Close]);
    assert_eq!(session.hang_up("again"), []);
}
