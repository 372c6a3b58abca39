//! Requests signed by others (`make_vectors.py`): what is admitted, and what each refusal is called.

use std::collections::{BTreeMap, BTreeSet};

use flowright_access::social::{Admitted, At, Incoming, Keys, SafeMode};
use serde_json::Value;

use crate::accounts::account;

/// What each provider's vectors must at least be about.
pub const KINDS: [&str; 10] = [
    "valid",
    "tampered",
    "wrong secret",
    "missing",
    "malformed",
    "old",
    "future",
    "re-serialised",
    "rotated secret",
    "replayed",
];

pub fn vectors() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    vectors.as_array().unwrap().clone()
}

pub fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What became of a request: `handshake: …`, `message: id`, `nothing`, or a refusal's name.
fn outcome(vector: &Value) -> String {
    let name = if text(vector, "account").is_empty() { "provider" } else { "account" };
    let provider = account(text(vector, name));
    let now_ms = vector["now_ms"].as_i64().unwrap();
    let headers: Vec<(&str, &[u8])> = vector["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap().as_bytes()))
        .collect();
    let incoming = Incoming {
        method: text(vector, "method"),
        query: text(vector, "query"),
        headers: &headers,
        body: text(vector, "body").as_bytes(),
    };
    match provider.admit(&incoming, now_ms) {
        Err(refusal) => {
            assert!((400..500).contains(&refusal.status()) && !refusal.to_string().is_empty());
            let shown = format!("{refusal:?}");
            shown.split('(').next().unwrap().to_owned()
        }
        Ok(Admitted::Handshake(answer)) => {
            assert_eq!(answer.status, 200);
            format!("handshake: {}", String::from_utf8(answer.body).unwrap())
        }
        Ok(Admitted::Message(_)) if text(vector, "expect") == "signed" => "signed".to_owned(),
        Ok(Admitted::Message(verified)) => {
            match provider.parse(&verified, At { channel: "c", now_ms }) {
                Err(_) => "malformed".to_owned(),
                Ok(received) => match received.envelopes.as_slice() {
                    [] => "nothing".to_owned(),
                    [one] => format!("message: {}", one.id),
                    many => panic!("{} messages", many.len()),
                },
            }
        }
    }
}

fn expected(vector: &Value) -> String {
    match text(vector, "expect") {
        "handshake" => format!("handshake: {}", text(vector, "answer")),
        "message" => format!("message: {}", text(vector, "id")),
        other => other.to_owned(),
    }
}

#[test]
fn every_request_is_judged_as_it_must_be() {
    let vectors = vectors();
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for vector in &vectors {
        let (provider, name) = (text(vector, "provider"), text(vector, "name"));
        kinds.entry(provider).or_default().insert(name);
        let (is, must_be) = (outcome(vector), expected(vector));
        if is != must_be {
            wrong.push(format!("{provider}, {name}: {is}, not {must_be}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(kinds.len(), 8);
    for (provider, names) in &kinds {
        for kind in KINDS {
            let is_there = names.iter().any(|name| name.starts_with(kind));
            assert!(is_there, "{provider}: {kind}");
        }
    }
}

/// The same request once more has the same id: that is what the spool knows it by.
#[test]
fn what_is_replayed_has_the_same_id() {
    let vectors = vectors();
    for of in vectors.iter().filter(|v| text(v, "name").starts_with("replayed")) {
        let same = |v: &&Value| v["provider"] == of["provider"] && text(v, "name") == "valid";
        let valid = vectors.iter().find(same).unwrap();
        assert_eq!(outcome(of), outcome(valid), "{}", text(of, "provider"));
    }
}

#[test]
fn keys_that_cannot_be_used_are_refused() {
    assert!(Keys::new("secret", Vec::<String>::new()).is_err());
    assert!(Keys::new("secret", ["", "x"]).is_err());
    assert!(Keys::new("secret", ["a", "b", "c"]).is_err());
    let good = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    assert!(SafeMode::new("token", good).is_ok());
    for (token, key) in
        [("", good), ("token", ""), ("token", "abc"), ("token", &good.replace('a', "-"))]
    {
        let error = SafeMode::new(token, key).unwrap_err().to_string();
        assert!(!error.contains(good), "{error}");
    }
}

/// Whatever is shown of an account shows no secret.
#[test]
fn secrets_are_not_shown() {
    for name in ["whatsapp", "messenger", "slack", "telegram", "line", "generic", "wecom", "wechat"]
    {
        let shown = format!("{:?}", account(name));
        for secret in
            ["secret-", "verify-me", "access-token", "token-old", "corp-secret", "app-secret"]
        {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
