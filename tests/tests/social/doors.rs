//! Who is let in: handshakes, strangers, channels that lack something.

use flowright_runtime::access::social::SocialChannels;
use flowright_runtime::config::Config;
use serde_json::json;

use super::standin::StandIn;
use super::{SHOP, path, requests, send, settings, shop, shop_with};

fn errors(flow: &str, toml: &str) -> (Vec<String>, Vec<String>) {
    let source = flowright_compiler::compile::MemorySources::one("a.flow", flow);
    let compiled = flowright_compiler::compile(&source).unwrap();
    let bundle = compiled.bundle.unwrap();
    let config = Config::parse("flowright.toml", toml).unwrap();
    match SocialChannels::new(&bundle.program.channels, &config) {
        Ok(all) => (
            all.open.iter().map(|open| format!("{} at {}", open.name, open.path)).collect(),
            all.closed.iter().map(|(_, why)| why.to_string()).collect(),
        ),
        Err(error) => (vec!["error".to_owned()], vec![error.to_string()]),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_without_its_secret_is_closed() {
    let api = StandIn::start().await;
    let world = shop_with(&settings(&api.url(), ""), |options| options).await;
    for provider in ["whatsapp", "slack", "telegram", "line", "wechat", "wecom", "generic"] {
        let (status, answer) = send(&world, &path(provider), &requests(provider)[0]).await;
        assert_eq!(status, 503, "{answer}");
        assert!(answer.contains("R0231"), "{answer}");
    }
    // The others are served.
    assert_eq!(world.say_plain("s", "1", "order").await, ["Hello from the shop.", "Which one?"]);
}

#[test]
fn what_is_missing_or_wrong_is_told_with_the_way_out() {
    let (open, closed) = errors(SHOP, "");
    assert!(open.is_empty());
    let all = closed.join("\n");
    assert!(closed.iter().all(|why| why.starts_with("R0231: the channel `")), "{all}");
    for words in [
        "set the environment variable `SECRET`",
        "write `verify_token_env = \"…\"` below `[webhooks.whatsapp]`",
        "write `account = \"…\"` below `[webhooks.wecom]`",
        "write `aes_key_env = \"…\"` below `[webhooks.wechat]`",
        "write `api = \"https://…\"` below `[webhooks.generic]`",
    ] {
        assert!(all.contains(words), "{words}\n{all}");
    }
    let one = |settings: &str| {
        format!(
            "bot b {{ languages en  timezone \"UTC\" }}\nchannel a: webhook {{ {settings} }}\nskill s\nroute {{ otherwise -> s }}\n"
        )
    };
    let line = "provider line  secret env.S  token env.T";
    let env = "[env]\nS = \"s\"\nT = \"t\"\n";
    for (settings, toml, open, told) in [
        (line, env.to_owned(), "a at /webhooks/a", ""),
        ("provider line  token env.T", env.to_owned(), "", "write `secret env.A_SECRET`"),
        (
            "provider line  secret \"s\"  token env.T",
            env.to_owned(),
            "",
            "write `secret env.A_SECRET`",
        ),
        (line, "[env]\nS = \" \"\nT = \"t\"\n".to_owned(), "", "environment variable `S`"),
        ("provider line  secret env.S  token env.T  path \"x\"", env.to_owned(), "error", "R0232"),
        (
            "provider telegram  secret env.S  token env.T",
            "[env]\nS = \"a b\"\nT = \"t\"\n".to_owned(),
            "error",
            "1 to 256 letters",
        ),
        (line, format!("[webhooks.b]\naccount = \"x\"\n{env}"), "error", "did you mean `a`?"),
        (
            "provider wecom  secret env.S  token env.T",
            format!("[webhooks.a]\naccount = \"x\"\naes_key_env = \"T\"\n{env}"),
            "error",
            "43 letters and digits",
        ),
        (
            "provider pigeon  secret env.S",
            format!("[webhooks.a]\napi = \"http://h\"\n{env}"),
            "a at /webhooks/a",
            "",
        ),
    ] {
        let (opened, closed) = errors(&one(settings), &toml);
        assert_eq!(opened.join(", "), open, "{settings}: {closed:?}");
        assert!(closed.join("\n").contains(told), "{settings}: {closed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_refused_and_handshakes_answered() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    for provider in
        ["whatsapp", "messenger", "slack", "telegram", "line", "wechat", "wecom", "generic"]
    {
        let mut request = requests(provider)[0].clone();
        request["headers"] = json!([]);
        request["query"] = json!("");
        let (status, answer) = send(&world, &path(provider), &request).await;
        assert!(status == 401 || status == 400, "{provider}: {status} {answer}");
        assert!(answer.contains("missing"), "{provider}: {answer}");
    }
    let get = async |query: &str| {
        let url = world.url(&format!("/webhooks/whatsapp?{query}"));
        flowright_tests::send(&url, "GET", None, &[]).await
    };
    let right = "hub.mode=subscribe&hub.challenge=42&hub.verify_token=verify-me";
    assert_eq!(get(right).await, (200, json!(42)));
    assert_eq!(get(&right.replace("-me", "-you")).await.0, 401);
    let url = world.url("/webhooks/whatsapp");
    assert_eq!(flowright_tests::send(&url, "DELETE", None, &[]).await.0, 405);
    assert_eq!(world.server.access().spool_sizes().await.unwrap(), (0, 0));
}
