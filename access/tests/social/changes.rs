//! Webhooks of a company's records, signed by `make_vectors.py`: what is admitted, what each refusal is
//! called, and whatever is changed in them.

use flowright_access::social::{Changed, Changes, Incoming, Keys, Verified};
use serde_json::Value;

use crate::mutations::{Random, runs};
use crate::vectors::{KINDS, text};

fn vectors() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("changes.json")).unwrap();
    vectors.as_array().unwrap().clone()
}

fn reader() -> Changes {
    Changes::new(Keys::new("secret", ["old-secret-8f1c", "new-secret-27aa"]).unwrap())
}

fn headers(vector: &Value) -> Vec<(&str, &[u8])> {
    let pairs = vector["headers"].as_array().unwrap().iter();
    pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap().as_bytes())).collect()
}

/// What became of a request: `changed`, `malformed`, or a refusal's name.
fn outcome(vector: &Value, headers: &[(&str, &[u8])], body: &[u8]) -> String {
    let incoming = Incoming { method: text(vector, "method"), query: "", headers, body };
    match reader().admit(&incoming, vector["now_ms"].as_i64().unwrap()) {
        Err(refusal) => {
            assert!((400..500).contains(&refusal.status()) && !refusal.to_string().is_empty());
            format!("{refusal:?}").split('(').next().unwrap().to_owned()
        }
        Ok(verified) => match reader().parse(&verified) {
            Err(malformed) => {
                assert!(!malformed.to_string().is_empty());
                "malformed".to_owned()
            }
            Ok(Changed { id, customers }) => {
                assert_eq!(
                    (id.as_str(), customers),
                    ("evt-1", vec!["C-1001".to_owned(), "客户-2".to_owned()])
                );
                "changed".to_owned()
            }
        },
    }
}

#[test]
fn every_webhook_of_changes_is_judged_as_it_must_be() {
    let vectors = vectors();
    for vector in &vectors {
        let is = outcome(vector, &headers(vector), text(vector, "body").as_bytes());
        assert_eq!(is, text(vector, "expect"), "{}", text(vector, "name"));
    }
    for kind in KINDS {
        let is_there = vectors.iter().any(|vector| text(vector, "name").starts_with(kind));
        assert!(is_there, "{kind}");
    }
}

#[test]
fn a_customer_who_is_named_twice_has_changed_once() {
    let body = br#" {"id": "e", "type": "updated", "customers": ["b", "a", "b", "a"]}"#;
    let changed = reader().parse(&Verified::unchecked(body)).unwrap();
    assert_eq!(
        changed,
        Changed { id: "e".to_owned(), customers: vec!["b".to_owned(), "a".to_owned()] }
    );
}

#[test]
fn a_body_that_is_too_large_is_not_even_checked() {
    let vectors = vectors();
    let body = vec![b' '; (1 << 20) + 1];
    let valid = vectors.first().unwrap();
    assert_eq!(outcome(valid, &headers(valid), &body), "TooLarge");
}

/// Of what is signed nothing can be changed, nothing panics, and what is read is within limits.
#[test]
fn changed_webhooks_of_changes_are_refused_or_read() {
    let (vectors, mut random, mut read) = (vectors(), Random(17), 0);
    let valid = vectors.first().unwrap();
    let body = text(valid, "body").as_bytes();
    for run in 0..runs() {
        let mut other = body.to_vec();
        random.change(&mut other);
        if let Ok(Changed { id, customers }) = reader().parse(&Verified::unchecked(&other)) {
            assert!((1..=128).contains(&id.len()) && (1..=1_000).contains(&customers.len()));
            assert!(customers.iter().all(|customer| (1..=256).contains(&customer.len())));
            read += 1;
        }
        if other != body {
            assert_eq!(outcome(valid, &headers(valid), &other), "WrongSignature", "{run}");
        }
        let mut value = headers(valid).first().unwrap().1.to_vec();
        random.change(&mut value);
        let _ = outcome(valid, &[("flowright-signature", &value)], body);
    }
    assert!(read > runs() / 100, "only {read} were read: nothing was tried");
}

#[test]
fn secrets_of_changes_are_not_shown() {
    let shown = format!("{:?}", reader());
    assert!(!shown.contains("new-secret") && !shown.contains("old-secret"), "{shown}");
}
