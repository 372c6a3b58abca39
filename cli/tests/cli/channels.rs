//! `flowright channels`.

use crate::support::{BOT, code, err, flowright, folder, out};

#[test]
fn each_channel_is_shown_with_what_it_lacks() {
    let more = "channel api: rest\n\
                channel line: webhook { provider line  secret env.LINE_KEY  token env.LINE_TOKEN }\n";
    let place = folder("channels", &[("b.flow", &format!("{BOT}{more}"))]);
    let run = flowright(&place, &["channels"]);
    assert_eq!(code(&run), Some(1), "{}", err(&run));
    let text = out(&run);
    for line in [
        "web   websocket     ws://127.0.0.1:8080/ws",
        "api   rest          http://127.0.0.1:8080/v1/messages",
        "line  webhook line  http://127.0.0.1:8080/webhooks/line",
        "no message yet",
        "set the environment variable `LINE_KEY`",
        "set the environment variable `LINE_TOKEN`",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // With everything there, nothing is missing.
    let config =
        "[serve]\nlisten = \"127.0.0.1:9\"\n\n[env]\nLINE_KEY = \"x\"\nLINE_TOKEN = \"y\"\n";
    std::fs::write(place.join("flowright.toml"), config).unwrap();
    let run = flowright(&place, &["channels", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&run)).unwrap();
    let line = &json["channels"][2];
    assert_eq!((&line["channel"], &line["state"]), (&"line".into(), &"ready".into()), "{json}");
    assert_eq!(line["missing"], serde_json::json!([]), "{json}");
    let run = flowright(&place, &["channels", "nothing"]);
    assert_eq!(code(&run), Some(2), "{}", err(&run));
}
