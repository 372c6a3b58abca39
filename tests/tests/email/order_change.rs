//! The change of an order's delivery date by mail: the company's mail server vouches for the sender's domain, the
//! records know whose address it is, permission is verified, the order is changed once.

use flowright_tests::{World, bundle_of_text, order_change_on};
use serde_json::{Value as Json, json};

use super::smarthost::Smarthost;
use super::{config, mail_address, python, sent, with_mail};

/// A mail of a customer of the CRM; `result` is what the company's mail server found of it.
fn mail(number: u32, text: &str, result: &str, answers: Option<&str>) -> Json {
    let mut headers = json!({
        "From": "李伟 <ann@x.example>", "To": "support@acme.example", "Subject": "订单",
        "Message-ID": format!("<{number}@x.example>"),
        "Authentication-Results": format!("mx.acme.example; dmarc={result} header.from=x.example"),
    });
    if let Some(id) = answers {
        headers["Subject"] = json!("Re: 订单");
        headers["In-Reply-To"] = json!(format!("<{id}>"));
    }
    json!({ "headers": headers, "text": text, "from": "ann@x.example", "to": ["support@acme.example"] })
}

async fn world(smarthost: &Smarthost) -> World {
    let project = order_change_on(
        "channel api: rest\nchannel mail: email { address \"support@acme.example\" }\n\
         channel sales: email { address \"sales@acme.example\" }",
        "  from get \"{env.CRM_URL}/customers/{id}\"\n  \
           find on mail get \"{env.CRM_URL}/customers?email={address}\"\n",
    );
    let more = "trusted = [\"127.0.0.1\"]\nauthserv_id = \"mx.acme.example\"\n";
    let text = config(smarthost.address, more);
    let world =
        World::start_bundle(bundle_of_text(&project), move |options| with_mail(options, &text))
            .await;
    world.crm.data().customers.get_mut("C-1001").unwrap()["email"] = json!("ann@x.example");
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_by_mail() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    let at = mail_address(&world);
    let first = mail(1, "我需要修改订单#12345的交货日期。", "pass", None);
    let Some(_) = python(at, &[first], None).await else { return };
    let replies = sent(&smarthost, 1).await;
    assert_eq!(replies[0].body.trim_end(), "当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):");
    let id = replies[0].message_id.clone().unwrap();
    let second = mail(2, "6月15日。", "pass", Some(&id));
    // Sent twice, as mail servers do: it is one message.
    python(at, &[second.clone(), second], None).await.unwrap();
    let replies = sent(&smarthost, 3).await;
    let said: Vec<&str> = replies.iter().skip(1).map(|reply| reply.body.trim_end()).collect();
    assert_eq!(said, ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
    let data = world.crm.data();
    assert_eq!(data.orders["12345"]["due"], "2026-06-15");
    assert_eq!(data.audit.len(), 1, "{:?}", data.audit);
}

/// Anybody may write any address as hers: without a word of the mail server in front she is nobody, and has no
/// permission.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_changes_an_order_in_a_customers_name() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    let at = mail_address(&world);
    let forged = mail(1, "把订单12345改到6月15日交货", "fail", None);
    let Some(_) = python(at, &[forged], None).await else { return };
    sent(&smarthost, 1).await;
    let data = world.crm.data();
    assert_eq!(data.orders["12345"]["due"], "2026-06-10");
    assert!(data.audit.is_empty(), "{:?}", data.audit);
}
