//! A conversation on each messenger: an order, a menu in the form that the provider has, a button.

use flowright_access::v1::{Delivery, DeliveryStage};
use serde_json::{Value as Json, json};

use super::standin::StandIn;
use super::{path, requests, said, send, shop, until};

const PROVIDERS: [&str; 8] =
    ["whatsapp", "messenger", "slack", "telegram", "line", "wechat", "wecom", "generic"];

/// What each provider wants to be answered.
const ANSWERS: [&str; 8] =
    ["EVENT_RECEIVED", "EVENT_RECEIVED", "", "", "", "success", "success", ""];

/// What WeChat Customer Service has, when it announces something for the first and the second time.
fn fetched(place: usize) -> Json {
    let texts =
        [json!({ "content": "order" }), json!({ "content": "Return it", "menu_id": "0|1:0" })];
    json!({
        "msgid": format!("m{place}"), "open_kfid": "wkAJ2GCA", "external_userid": "wmAJ2GCA",
        "send_time": 1_700_000_000, "origin": 3, "msgtype": "text", "text": texts.get(place).unwrap(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_messenger_carries_a_conversation() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    for (provider, wanted) in PROVIDERS.into_iter().zip(ANSWERS) {
        let requests = requests(provider);
        for (place, (request, expected)) in requests
            .iter()
            .take(2)
            .zip([
                ["Hello from the shop.", "Which one?", "Return it", "Keep it"].as_slice(),
                ["It is picked up."].as_slice(),
            ])
            .enumerate()
        {
            if provider == "wecom" {
                api.waits(fetched(place));
            }
            // Sent twice, as providers do: it is one message.
            for _ in 0..2 {
                let (status, answer) = send(&world, &path(provider), request).await;
                assert_eq!(status, 200, "{provider}: {answer}");
                assert!(answer.starts_with(wanted), "{provider}: {answer}");
            }
            let all_said =
                async || expected.iter().all(|text| said(&api.taken(provider)).contains(text));
            let missing = format!("{provider} {place}: {:?}", said(&api.taken(provider)));
            until(&world.clock, 0, &missing, all_said).await;
        }
        let all = said(&api.taken(provider));
        for once in ["Hello from the shop.", "Which one?", "It is picked up."] {
            // Slack has the text of a message with blocks twice.
            let most = if provider == "slack" && once == "Which one?" { 2 } else { 1 };
            assert_eq!(all.matches(once).count(), most, "{provider}: {all}");
        }
        let native = match provider {
            "whatsapp" => r#""type":"button""#,
            "messenger" => r#""quick_replies":[{"#,
            "slack" => r#""type":"actions""#,
            "telegram" => r#""inline_keyboard":[["#,
            "line" => r#""quickReply":{"items""#,
            "wechat" | "wecom" => r#""msgmenu":{"#,
            _ => r#""choices":[{"#,
        };
        assert!(all.contains(native), "{provider}: {all}");
    }
}

/// What a provider tells of a message is known of the reply that it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_are_known_by_the_providers_names() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    let requests = requests("generic");
    let (status, _) = send(&world, "/webhooks/generic", &requests[0]).await;
    assert_eq!(status, 200);
    until(&world.clock, 0, "nothing was said", async || api.taken("generic").len() == 2).await;
    // The key of a reply is its session and its place.
    let key = api.taken("generic")[0].body["id"].as_str().unwrap().to_owned();
    let session = key.split('/').next().unwrap();
    let access = world.server.access();
    let stages = async || -> Vec<(DeliveryStage, String)> {
        let deliveries = access.deliveries(session).await.unwrap();
        deliveries.iter().map(|d: &Delivery| (d.stage(), d.provider_id.clone())).collect()
    };
    let is = |stages: [DeliveryStage; 2]| -> Vec<(DeliveryStage, String)> {
        let names = ["OUT1", "OUT2"].map(str::to_owned);
        stages.into_iter().zip(names).collect()
    };
    let sent = is([DeliveryStage::Sent, DeliveryStage::Sent]);
    until(&world.clock, 0, "it is not sent", async || stages().await == sent).await;
    let (status, answer) = send(&world, "/webhooks/generic", &requests[2]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(stages().await, is([DeliveryStage::Delivered, DeliveryStage::Read]));
}
