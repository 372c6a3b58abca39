//! What is sent: the requests for some replies, and what providers' answers mean.

use std::fmt::Write as _;
use std::path::Path;

use flowright_access::social::{Answer, Call, Outcome, Provider, Pull, Saying};
use flowright_access::v1;

use crate::accounts::{account, key};

const NOW_MS: i64 = 1_700_000_000_123;

/// Every provider with what its envelopes say of where to answer.
const REPLY_TO: [(&str, &str); 9] = [
    ("whatsapp", r#"{"number":"106540352242922","to":"16505551234"}"#),
    ("messenger", r#"{"page":"437364","to":"6491"}"#),
    ("slack", r#"{"channel":"D024BE91L","thread":"1.2"}"#),
    ("telegram", r#"{"chat":"-100500","thread":7}"#),
    ("line", r#"{"to":"U80696558e1aa831"}"#),
    ("generic", r#"{"to":"c-7","message":"m-1"}"#),
    ("wechat", r#"{"to":"oABC"}"#),
    ("wecom", r#"{"account":"wkAJ2GCA","to":"wmAJ2GCA"}"#),
    ("wecom", r#"{"agent":"1000002","to":"zhangsan"}"#),
];

fn menu(text: &str, labels: &[&str]) -> v1::Reply {
    let choice = |(i, label): (usize, &&str)| v1::Choice {
        payload: format!("4:{i}"),
        label: (*label).to_owned(),
    };
    let choices = labels.iter().enumerate().map(choice).collect();
    v1::Reply { seq: 7, text: text.to_owned(), choices, ..v1::Reply::default() }
}

fn replies() -> Vec<(&'static str, v1::Reply)> {
    let link =
        v1::Link { url: "https://a.example/t?a=1&b=2".to_owned(), label: "Track <it>".to_owned() };
    let image =
        v1::Image { url: "https://a.example/i.png".to_owned(), label: "The part".to_owned() };
    let rich = v1::Reply {
        text: "Here & <now>".to_owned(),
        agent: "Ada".to_owned(),
        links: vec![link],
        images: vec![image],
        card: Some(v1::Card {
            title: "Order 7".to_owned(),
            body: "On its way".to_owned(),
            ..v1::Card::default()
        }),
        ..v1::Reply::default()
    };
    vec![
        ("a text", menu("你好 <b>", &[])),
        ("a question", menu("Which one?", &["Cancel the order now", "Return", "Keep"])),
        ("four choices", menu("Which one?", &["a", "b", "c", "d"])),
        (
            "many choices",
            menu(
                "Which?",
                &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"],
            ),
        ),
        ("everything", rich),
    ]
}

fn say(provider: &dyn Provider, reply: &v1::Reply, reply_to: &str) -> Result<Vec<Call>, String> {
    let token = key("their-token");
    let token = provider.ask_token().map(|_| &token);
    provider.render(&Saying { reply, reply_to, key: "s1:7", token, now_ms: NOW_MS })
}

fn shown(call: &Call) -> String {
    let mut out = format!("{:?} {}\n", call.verb, call.path);
    for (name, value) in &call.headers {
        let _ = writeln!(out, "  {name}: {value}");
    }
    if !call.body.is_empty() {
        let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
        let _ = writeln!(out, "{}", serde_json::to_string_pretty(&body).unwrap());
    }
    out
}

/// `UPDATE=1` writes what is sent now.
#[test]
fn each_reply_is_sent_as_it_must_be() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/social/calls");
    let mut wrong = Vec::new();
    for (place, (name, reply_to)) in REPLY_TO.into_iter().enumerate() {
        let provider = account(name);
        let mut out = String::new();
        if let Some(call) = provider.ask_token() {
            let _ = writeln!(out, "# a token\n{}", shown(&call));
        }
        let pull = Pull { account: "wkAJ2GCA".to_owned(), token: "ENC".to_owned() };
        if let Some(call) = provider.pull(&pull, "4gw7", &key("their-token")) {
            let _ = writeln!(out, "# what was announced\n{}", shown(&call));
        }
        for (what, reply) in replies() {
            let _ = writeln!(out, "# {what}");
            for call in say(&*provider, &reply, reply_to).unwrap() {
                assert!(!format!("{call:?}").contains("token"), "a token is shown");
                let _ = writeln!(out, "{}", shown(&call));
            }
        }
        let is_second = REPLY_TO.iter().take(place).any(|(earlier, _)| *earlier == name);
        let path = folder.join(format!("{name}{}.txt", if is_second { "-app" } else { "" }));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &out).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != out {
            wrong.push(format!("{}:\n{out}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever is to be answered stands in what the message left: nothing is sent to anybody else.
#[test]
fn nobody_is_answered_without_an_address() {
    let reply = menu("hello", &[]);
    for (name, _) in REPLY_TO {
        for reply_to in ["", "{}", "[]", "null", r#"{"number":"../1","page":"../1","to":"x"}"#] {
            let is_fine =
                ["line", "wechat", "wecom", "generic"].contains(&name) && reply_to.contains("to");
            let said = say(&*account(name), &reply, reply_to);
            if !is_fine && name != "generic" {
                assert!(said.is_err(), "{name} {reply_to}: {said:?}");
            }
        }
    }
}

/// The same key makes the same names: what is sent twice is known to be the same.
#[test]
fn an_attempt_more_is_the_same_request() {
    for (name, reply_to) in REPLY_TO {
        for (_, reply) in replies() {
            let provider = account(name);
            assert_eq!(say(&*provider, &reply, reply_to), say(&*provider, &reply, reply_to));
        }
    }
}

fn taken(id: &str) -> Outcome {
    Outcome::Taken { provider_id: Some(id.to_owned()).filter(|id| !id.is_empty()) }
}

/// Only what comes before the cause counts: `again 2000`, `stale`, `dead`.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Taken { provider_id } => {
            format!("taken {}", provider_id.as_deref().unwrap_or("-"))
        }
        Outcome::Again { after_ms, cause } => {
            assert!(!cause.is_empty());
            format!("again {}", after_ms.map_or("-".to_owned(), |ms| ms.to_string()))
        }
        Outcome::StaleToken { .. } => "stale".to_owned(),
        Outcome::Dead { cause } => {
            assert!(!cause.is_empty());
            "dead".to_owned()
        }
    }
}

#[test]
fn answers_mean_what_their_providers_say() {
    const GRAPH: &str = r#"{"error":{"message":"m","type":"OAuthException","code":CODE}}"#;
    let graph = |code: &str| GRAPH.replace("CODE", code);
    let cases: Vec<(&str, u16, &str, String, &str)> = vec![
        ("whatsapp", 200, "", r#"{"messages":[{"id":"wamid.X"}]}"#.into(), "taken wamid.X"),
        ("whatsapp", 401, "", graph("190"), "again 300000"),
        ("whatsapp", 429, "", graph("130429"), "again 60000"),
        ("whatsapp", 400, "7", graph("131056"), "again 7000"),
        ("whatsapp", 500, "", graph("131000"), "again -"),
        ("whatsapp", 400, "", graph("131047"), "dead"),
        ("whatsapp", 400, "", graph("100"), "dead"),
        ("whatsapp", 503, "", graph("100"), "again -"),
        ("whatsapp", 502, "", "<html>".into(), "again -"),
        ("messenger", 200, "", r#"{"recipient_id":"1","message_id":"m_1"}"#.into(), "taken m_1"),
        ("messenger", 400, "", graph("613"), "again 60000"),
        ("messenger", 400, "", graph("10"), "dead"),
        ("slack", 200, "", r#"{"ok":true,"channel":"C1","ts":"1.2"}"#.into(), "taken C1:1.2"),
        ("slack", 429, "30", r#"{"ok":false,"error":"ratelimited"}"#.into(), "again 30000"),
        ("slack", 429, "12", "".into(), "again 12000"),
        ("slack", 200, "", r#"{"ok":false,"error":"invalid_auth"}"#.into(), "again 300000"),
        ("slack", 200, "", r#"{"ok":false,"error":"channel_not_found"}"#.into(), "dead"),
        ("slack", 200, "", r#"{"ok":false,"error":"internal_error"}"#.into(), "again -"),
        ("slack", 200, "", "".into(), "again -"),
        ("telegram", 200, "", r#"{"ok":true,"result":{"message_id":3,"chat":{"id":-1}}}"#.into(), "taken -1:3"),
        ("telegram", 429, "", r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#.into(), "again 5000"),
        ("telegram", 403, "", r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#.into(), "dead"),
        ("telegram", 401, "", r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#.into(), "again 300000"),
        ("telegram", 502, "", "".into(), "again -"),
        ("line", 200, "", r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"}]}"#.into(), "taken 461230966842064897"),
        ("line", 409, "", r#"{"message":"The retry key is already accepted","sentMessages":[{"id":"9"}]}"#.into(), "taken 9"),
        ("line", 429, "", r#"{"message":"You have reached your monthly limit."}"#.into(), "again 3600000"),
        ("line", 429, "", r#"{"message":"The API rate limit has been exceeded. Try again later."}"#.into(), "again -"),
        ("line", 400, "", r#"{"message":"The request body has 1 error(s)"}"#.into(), "dead"),
        ("line", 500, "", "".into(), "again -"),
        ("generic", 202, "", r#"{"id":"p1"}"#.into(), "taken p1"),
        ("generic", 204, "", "".into(), "taken -"),
        ("generic", 503, "9", "".into(), "again 9000"),
        ("generic", 422, "", r#"{"error":"no such customer"}"#.into(), "dead"),
        ("wecom", 200, "", r#"{"errcode":0,"errmsg":"ok","msgid":"M"}"#.into(), "taken M"),
        ("wecom", 200, "", r#"{"errcode":42001,"errmsg":"access_token expired"}"#.into(), "stale"),
        ("wecom", 200, "", r#"{"errcode":-1,"errmsg":"system busy"}"#.into(), "again 2000"),
        ("wecom", 200, "", r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#.into(), "again 60000"),
        ("wecom", 200, "", r#"{"errcode":95001,"errmsg":"exceed limit"}"#.into(), "dead"),
        ("wecom", 200, "", "".into(), "again -"),
        ("wecom", 502, "", "".into(), "again -"),
        ("wechat", 200, "", r#"{"errcode":0,"errmsg":"ok"}"#.into(), "taken -"),
        ("wechat", 200, "", r#"{"errcode":40001,"errmsg":"invalid credential"}"#.into(), "stale"),
        ("wechat", 200, "", r#"{"errcode":45015,"errmsg":"response out of time limit"}"#.into(), "dead"),
    ];
    for (name, status, after, body, means) in cases {
        let headers: Vec<(&str, &[u8])> = match after {
            "" => Vec::new(),
            after => vec![("Retry-After", after.as_bytes())],
        };
        let answer = Answer { status, headers: &headers, body: body.as_bytes() };
        assert_eq!(told(&account(name).read(&answer)), means, "{name} {status} {body}");
    }
    assert_eq!(told(&taken("")), "taken -");
}

#[test]
fn tokens_are_read() {
    for name in ["wecom", "wechat"] {
        let provider = account(name);
        let read = |body: &str| {
            let answer = Answer { status: 200, headers: &[], body: body.as_bytes() };
            provider.read_token(&answer, NOW_MS)
        };
        let token = read(r#"{"errcode":0,"access_token":"T","expires_in":7200}"#).unwrap();
        assert_eq!((token.key.reveal(), token.until_ms), ("T", NOW_MS + 6_900_000));
        // However short it holds, it is not asked for all the time.
        let token = read(r#"{"access_token":"T","expires_in":10}"#).unwrap();
        assert_eq!(token.until_ms, NOW_MS + 30_000);
        for body in [r#"{"errcode":40013,"errmsg":"invalid appid"}"#, "{}", "", r#"{"errcode":0}"#]
        {
            let outcome = read(body).unwrap_err();
            assert!(told(&outcome).starts_with("again"), "{body}: {outcome:?}");
        }
    }
    let answer = Answer { status: 200, headers: &[], body: b"{}" };
    assert!(account("slack").ask_token().is_none());
    assert!(account("slack").read_token(&answer, NOW_MS).is_err());
}
