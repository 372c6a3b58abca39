//! What requests say: bodies in the shapes of the providers' documentation, and what is made of them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use flowright_access::social::{Answer, At, Received, Verified};
use flowright_access::v1::{self, DeliveryStage};

use crate::accounts::account;

const AT: At<'_> = At { channel: "c", now_ms: 1_700_000_000_000 };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/social/bodies")
}

/// Bodies with their provider: `slack.mention.json`. What WeChat Customer Service answers is one, too.
pub fn bodies() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".told") {
            found.push((name, std::fs::read(path).unwrap()));
        }
    }
    found.sort();
    assert!(found.len() > 20, "{}", found.len());
    found
}

pub fn read(name: &str, body: &[u8]) -> Result<Received, String> {
    let provider = name.split('.').next().unwrap_or_default();
    if let Some(provider) = provider.strip_suffix("-kf") {
        let answer = Answer { status: 200, headers: &[], body };
        let pulled = account(provider).read_pull(&answer, AT).map_err(|e| format!("{e:?}"))?;
        return Ok(pulled.received);
    }
    let verified = Verified::unchecked(body);
    account(provider).parse(&verified, AT).map_err(|e| e.to_string())
}

fn told(received: &Received) -> String {
    let mut out = String::new();
    for envelope in &received.envelopes {
        message(envelope, &mut out);
    }
    for d in &received.deliveries {
        let stage = DeliveryStage::try_from(d.stage).unwrap();
        let _ = writeln!(out, "{} {stage:?} at {} {}", d.provider_id, d.at_ms, d.cause);
    }
    for until in &received.read_until {
        let _ = writeln!(out, "read by {} until {}", until.address, until.at_ms);
    }
    for pull in &received.pulls {
        let _ = writeln!(out, "pull {} with {}", pull.account, pull.token);
    }
    for kind in &received.skipped {
        let _ = writeln!(out, "skipped {kind}");
    }
    let answer = String::from_utf8_lossy(&received.answer.body);
    let _ = writeln!(out, "answer {} {answer}", received.answer.status);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn message(envelope: &v1::Envelope, out: &mut String) {
    let from = envelope.from.as_ref().unwrap();
    assert_eq!((envelope.channel.as_str(), from.channel.as_str()), ("c", "c"));
    assert_eq!(envelope.received_at_ms, AT.now_ms);
    let verified = Some(v1::proof::Kind::AddressVerified(true));
    assert_eq!(envelope.proofs.iter().map(|p| p.kind.clone()).collect::<Vec<_>>(), [verified]);
    let _ = writeln!(out, "{} from {} ({})", envelope.id, from.address, from.display_name);
    for (name, value) in [
        ("text", &envelope.text),
        ("payload", &envelope.payload),
        ("language", &envelope.language),
        ("conversation", &envelope.conversation),
        ("reply to", &envelope.reply_to),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name}: {}", value.replace('\n', "\n    "));
        }
    }
    for file in &envelope.attachments {
        let v1::Attachment { at_provider, media_type, name, bytes, .. } = file;
        let _ = writeln!(out, "  file: {at_provider} {media_type} `{name}` {bytes} bytes");
    }
    let _ = writeln!(out, "  sent: {}", envelope.sent_at_ms);
}

/// `UPDATE=1` writes what is told now.
#[test]
fn each_body_says_what_it_must() {
    let mut wrong = Vec::new();
    for (name, body) in bodies() {
        let told = match read(&name, &body) {
            Ok(received) => told(&received),
            Err(error) => format!("error: {error}\n"),
        };
        let path = folder().join(format!("{name}.told"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        if kept != told {
            wrong.push(format!("{name}:\n{told}\nis not\n{kept}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
