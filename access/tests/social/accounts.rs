//! The accounts that `make_vectors.py` signs for.

use flowright_access::social::{
    Generic, Key, Keys, Line, Messenger, Provider, SafeMode, Slack, Telegram, WeChat, WeCom,
    WhatsApp,
};

const PAIRS: [(&str, &str); 2] = [
    ("token-old", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"),
    ("token-new", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
];

pub fn key(text: &str) -> Key {
    Key::new("key", text).unwrap()
}

fn keys() -> Keys {
    Keys::new("secret", ["old-secret-8f1c", "new-secret-27aa"]).unwrap()
}

fn modes(pairs: &[(&str, &str)]) -> Vec<SafeMode> {
    pairs.iter().map(|(token, key)| SafeMode::new(token, key).unwrap()).collect()
}

fn wecom(pairs: &[(&str, &str)]) -> WeCom {
    let corp_id = "wx5823bf96d3bd56c7".to_owned();
    WeCom { corp_id, corp_secret: key("corp-secret"), modes: modes(pairs) }
}

fn wechat(pairs: &[(&str, &str)]) -> WeChat {
    let app_id = "wx2c2769f8efd9abc2".to_owned();
    WeChat { app_id, app_secret: key("app-secret"), modes: modes(pairs) }
}

/// By the name of the provider, or of the place where a vector is published.
pub fn account(name: &str) -> Box<dyn Provider> {
    let verify_token = Keys::new("verify", ["verify-me"]).unwrap();
    let token = key("123:access-token");
    match name {
        "whatsapp" => Box::new(WhatsApp { secrets: keys(), verify_token, access_token: token }),
        "messenger" => Box::new(Messenger { secrets: keys(), verify_token, access_token: token }),
        "slack" => Box::new(Slack { secrets: keys(), bot_token: token }),
        "slack-published" => {
            let secrets = Keys::new("secret", ["8f742231b10e8888abcd99yyyzzz85a5"]).unwrap();
            Box::new(Slack { secrets, bot_token: token })
        }
        "telegram" => Box::new(Telegram::new(keys(), token).unwrap()),
        "line" => Box::new(Line { secrets: keys(), access_token: token }),
        "generic" => Box::new(Generic { secrets: keys() }),
        "wecom" => Box::new(wecom(&PAIRS)),
        "wechat" => Box::new(wechat(&PAIRS)),
        "wecom-published" => {
            Box::new(wecom(&[("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")]))
        }
        "wechat-published" => {
            Box::new(wechat(&[("spamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")]))
        }
        other => panic!("no account {other}"),
    }
}
