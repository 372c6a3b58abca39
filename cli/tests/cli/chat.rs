//! `flowright chat`: what is said on another channel, and who can be written to there.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::{BOT, command, err, folder, out};

const FLOW: &str = "channel mail: email { address \"support@acme.example\" }\n\
    intent receipt { en \"a receipt\", \"the receipt\", \"send a receipt\", \"my receipt\", \"receipt please\" }\n\
    flow receipt {\n  on intent receipt\n  state start {\n    say on mail \"Number 4711.\"\n    say \"Done.\"\n\
    end resolved\n  }\n}\n";

/// Runs it with something typed.
fn typed(folder: &Path, args: &[&str], text: &str) -> Output {
    let mut command = command(folder, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that has refused to begin reads nothing.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_chat_shows_what_is_said_on_another_channel_and_why_it_is_not() {
    let place = folder("chat-elsewhere", &[("a.flow", &format!("{BOT}{FLOW}"))]);
    let talk = |more: &[&str]| {
        let args: Vec<&str> = ["chat"].into_iter().chain(more.iter().copied()).collect();
        typed(&place, &args, "a receipt\n")
    };
    let reached = talk(&["--reachable", "mail"]);
    let said = out(&reached);
    assert!(said.contains("bot  (on mail) Number 4711.\nbot  Done.\n"), "{said}{}", err(&reached));
    let not_reached = talk(&[]);
    let said = out(&not_reached);
    assert!(said.contains("bot  Number 4711.\nbot  Done.\n"), "{said}");
    assert!(err(&not_reached).contains("R0106: you have no address on `mail`"));
    let wrong = talk(&["--reachable", "post"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("no channel `post`") && err(&wrong).contains("web, mail"));
}
