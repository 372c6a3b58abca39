//! The change of an order's delivery date on each messenger: the records know whose address it is, permission is
//! verified, the order is changed once, and what is said comes back the same way.

use flowright_runtime::service::Options;
use flowright_tests::{World, bundle_of_text, order_change_on};
use serde_json::{Value as Json, json};

use super::standin::StandIn;
use super::{SECRETS, SHOP, channels, path, said, send, settings, until};

/// A customer's address at each provider, as the requests have it.
const ADDRESSES: [(&str, &str); 8] = [
    ("whatsapp", "16505551234"),
    ("messenger", "6491"),
    ("slack", "T1:U1"),
    ("telegram", "1111111"),
    ("line", "U80"),
    ("wechat", "oABC"),
    ("wecom", "wmAJ2GCA"),
    ("generic", "c-7"),
];

/// What WeChat Customer Service has, when it announces something for the first and the second time.
fn fetched(place: usize) -> Json {
    let text = ["我需要修改订单#12345的交货日期。", "6月15日。"][place];
    json!({
        "msgid": format!("oc{place}"), "open_kfid": "wkAJ2GCA", "external_userid": "wmAJ2GCA",
        "send_time": 1_700_000_000, "origin": 3, "msgtype": "text", "text": { "content": text },
    })
}

/// The project on all messengers, where the records know the customer's address on one.
fn project(provider: &str) -> String {
    let declared: Vec<&str> = SHOP.lines().filter(|line| line.starts_with("channel ")).collect();
    let find = format!(
        "  from get \"{{env.CRM_URL}}/customers/{{id}}\"\n  \
           find on {provider} get \"{{env.CRM_URL}}/customers?{provider}={{address}}\"\n"
    );
    order_change_on(&declared.join("\n"), &find)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_on_each_messenger() {
    let text = include_str!("../../../access/tests/social/order_change.json");
    let all: Json = serde_json::from_str(text).unwrap();
    for (provider, address) in ADDRESSES {
        let api = StandIn::start().await;
        let flow = project(provider);
        let config = settings(&api.url(), SECRETS);
        let social = channels(&flow, &config);
        let world = World::start_bundle(bundle_of_text(&flow), |o| Options { social, ..o }).await;
        world.crm.data().customers.get_mut("C-1001").unwrap()[provider] = json!(address);
        for (place, expected) in [
            ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"].as_slice(),
            ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"].as_slice(),
        ]
        .into_iter()
        .enumerate()
        {
            if provider == "wecom" {
                api.waits(fetched(place));
            }
            // Sent twice, as providers do: it is one message.
            for _ in 0..2 {
                let (status, answer) = send(&world, &path(provider), &all[provider][place]).await;
                assert_eq!(status, 200, "{provider}: {answer}");
            }
            let all_said =
                async || expected.iter().all(|text| said(&api.taken(provider)).contains(text));
            let missing = format!("{provider} {place}: {:?}", said(&api.taken(provider)));
            until(&world.clock, 0, &missing, all_said).await;
        }
        let (due, changes, asked) = {
            let data = world.crm.data();
            (data.orders["12345"]["due"].clone(), data.audit.len(), data.asked.clone())
        };
        assert_eq!((due, changes), (json!("2026-06-15"), 1), "{provider}");
        for what in [format!("customers?{provider}="), "/permission".to_owned()] {
            assert!(asked.keys().any(|key| key.contains(&what)), "{provider}: {what}: {asked:?}");
        }
        world.server.stop().await;
    }
}
