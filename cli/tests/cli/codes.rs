//! Codes that confirm an address, where nothing is sent: the mail is shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::support::{command, folder};

const BOT: &str = r#"bot b { languages en  timezone "UTC" }
use std.identity
customer { confirm on mail }
channel web:  websocket { path "/chat" }
channel mail: email { address "support@acme.example" }
skill s
route { otherwise -> s }
intent by_mail {
  en "my mail is {address: email}", "my address is {address: email}", "write to me at {address: email}",
     "you reach me at {address: email}", "{address: email} is my mail"
}
flow by_mail {
  on intent by_mail
  slot address: email personal { ask "Where?" }
  state start {
    fill address
    call identity.confirm(address: address)
    when identity_confirmed { say "By mail."  end resolved }
    say "Here."
    end unresolved
  }
}
"#;

#[test]
fn a_chat_shows_the_mail_and_takes_its_code() {
    let place = folder("chat-codes", &[("a.flow", BOT)]);
    let mut child = command(&place, &["chat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = child.stdin.take().unwrap();
    writeln!(lines, "my mail is ann@x.example").unwrap();
    let mut shown = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let code = shown.find_map(|line| {
        let rest = line.strip_prefix("mail Your code for b is ")?;
        rest.split_once('.').map(|(code, _)| code.to_owned())
    });
    let code = code.unwrap();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    writeln!(lines, "{wrong}\n{code}").unwrap();
    drop(lines);
    assert!(shown.all(|line| line.starts_with("mail") && !line.contains("http")));
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let (before, after) = said.split_once("That is not the code.").unwrap();
    assert!(!before.contains("confirmed") && after.contains("By mail."), "{said}");
}
