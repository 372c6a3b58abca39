//! Changed bodies and requests: whatever comes, nothing panics, and nothing that was changed under a
//! signature is taken. `FLOWRIGHT_LONG=1` tries a million for each provider.

use flowright_access::social::{Admitted, Answer, At, Incoming, Provider, Saying};
use flowright_access::v1;
use serde_json::Value;

use crate::accounts::{account, key};
use crate::incoming::{bodies, read};
use crate::vectors::{text, vectors};

const PIECES: [&[u8]; 22] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"null",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"true",
    b"\\u0000",
    b"\xff\xfe",
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!DOCTYPE x>",
    b"&#x110000;",
    b"%",
    b"\0",
    "💥".as_bytes(),
];

/// Numbers that are the same on every machine.
pub struct Random(pub u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }

    pub fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = |length: usize| (at + length).min(bytes.len());
            let (few, some) = (end(1 + self.below(24)), end(self.below(40)));
            match self.below(6) {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|b| *b = b.wrapping_mul(31) ^ 7),
                1 => bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << (at % 8)),
                2 => drop(bytes.drain(at..few)),
                3 => {
                    let piece = bytes.get(at..some).unwrap().to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, piece);
                }
                4 if self.below(8) == 0 => bytes.truncate(at),
                _ => {
                    let piece = self.pick(&PIECES);
                    bytes.splice(at..at, piece.iter().copied());
                }
            }
        }
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.get(self.below(of.len())).unwrap()
    }
}

pub fn runs() -> usize {
    if std::env::var_os("FLOWRIGHT_LONG").is_some() { 1_000_000 } else { 3_000 }
}

fn fits(envelope: &v1::Envelope) -> bool {
    let id = &envelope.id;
    let right = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    (1..=128).contains(&id.len())
        && id.chars().all(right)
        && !envelope.from.as_ref().unwrap().address.is_empty()
        && envelope.text.chars().count() <= 10_000
        && envelope.sent_at_ms >= 0
}

/// What is made of a changed body is still a message, and can be answered or not; nothing panics.
#[test]
fn changed_bodies_are_read_or_refused() {
    let bodies = bodies();
    let reply = v1::Reply { text: "hello".to_owned(), ..v1::Reply::default() };
    let token = key("t");
    let names: Vec<&str> = bodies.iter().map(|(name, _)| name.split('.').next().unwrap()).collect();
    let mut kinds = names.clone();
    kinds.dedup();
    for kind in kinds {
        let own: Vec<&(String, Vec<u8>)> = bodies
            .iter()
            .zip(&names)
            .filter(|(_, name)| **name == kind)
            .map(|(body, _)| body)
            .collect();
        let provider = account(kind.trim_end_matches("-kf"));
        let (mut random, mut taken) = (Random(7), 0);
        for _ in 0..runs() {
            let (name, body) = random.pick(&own);
            let mut body = body.clone();
            random.change(&mut body);
            let Ok(received) = read(name, &body) else { continue };
            for envelope in &received.envelopes {
                assert!(fits(envelope), "{envelope:?}");
                let reply_to = &envelope.reply_to;
                let saying =
                    Saying { reply: &reply, reply_to, key: "k", token: Some(&token), now_ms: 0 };
                let _ = provider.render(&saying);
                taken += 1;
            }
        }
        assert!(taken > runs() / 100, "{kind}: only {taken} were read: nothing was tried");
    }
}

/// Answers are read, too: whatever a provider's server says.
#[test]
fn changed_answers_are_understood_somehow() {
    let seeds: [&[u8]; 3] = [
        br#"{"errcode":0,"errmsg":"ok","msgid":"M","access_token":"T","expires_in":7200,"ok":true}"#,
        br#"{"error":{"message":"m","code":190},"messages":[{"id":"wamid.X"}]}"#,
        br#"{"ok":false,"error_code":429,"parameters":{"retry_after":5},"error":"ratelimited"}"#,
    ];
    for name in ["whatsapp", "slack", "telegram", "line", "generic", "wecom", "wechat"] {
        let (provider, mut random) = (account(name), Random(11));
        for _ in 0..runs() {
            let mut body = random.pick(&seeds).to_vec();
            random.change(&mut body);
            let status = *random.pick(&[200, 400, 401, 429, 500]);
            let answer = Answer { status, headers: &[], body: &body };
            let _ = provider.read(&answer);
            let _ = provider.read_token(&answer, i64::MAX);
        }
    }
}

fn admits(
    provider: &dyn Provider,
    vector: &Value,
    query: &str,
    headers: &[(&str, &[u8])],
    body: &[u8],
) -> bool {
    let now_ms = vector["now_ms"].as_i64().unwrap();
    let incoming = Incoming { method: text(vector, "method"), query, headers, body };
    match provider.admit(&incoming, now_ms) {
        Ok(Admitted::Message(verified)) => {
            let _ = provider.parse(&verified, At { channel: "c", now_ms });
            true
        }
        Ok(Admitted::Handshake(_)) => true,
        Err(_) => false,
    }
}

/// Of what is signed, nothing can be changed; of the rest, nothing panics.
#[test]
fn nothing_changed_is_admitted() {
    let vectors: Vec<Value> =
        vectors().into_iter().filter(|v| text(v, "name") == "valid").collect();
    assert_eq!(vectors.len(), 8);
    for vector in &vectors {
        let name = text(vector, "provider");
        let (provider, mut random) = (account(name), Random(13));
        let body = text(vector, "body").as_bytes();
        let headers: Vec<(&str, &str)> = vector["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect();
        let as_they_are: Vec<(&str, &[u8])> =
            headers.iter().map(|(k, v)| (*k, v.as_bytes())).collect();
        assert!(admits(&*provider, vector, text(vector, "query"), &as_they_are, body));
        for run in 0..runs() {
            let mut body = body.to_vec();
            let mut query = text(vector, "query").as_bytes().to_vec();
            let mut values: Vec<Vec<u8>> =
                headers.iter().map(|(_, v)| v.as_bytes().to_vec()).collect();
            match run % 3 {
                0 => random.change(&mut body),
                1 => random.change(&mut query),
                _ => values.iter_mut().for_each(|value| random.change(value)),
            }
            let changed: Vec<(&str, &[u8])> =
                headers.iter().zip(&values).map(|((k, _), v)| (*k, v.as_slice())).collect();
            let query = String::from_utf8_lossy(&query).into_owned();
            let is_admitted = admits(&*provider, vector, &query, &changed, &body);
            // Around what WeChat and WeCom encrypt anything may stand; Telegram signs nothing.
            let is_signed = !["wecom", "wechat", "telegram"].contains(&name) && run % 3 == 0;
            if is_signed && body != text(vector, "body").as_bytes() {
                assert!(!is_admitted, "{name}: {}", String::from_utf8_lossy(&body));
            }
        }
    }
}
