//! A turn whose end could not be stored: somebody else holds the database for longer than anybody
//! waits. Nobody asks again, and it still comes to its end, with one key for its effect.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use flowright_tests::{World, bundle_of_text};
use serde_json::json;

use super::odd::{Does, Odd};
use super::outside::{LONG, SOURCE};

/// The first two requests get no answer in time: long enough to take the database away meanwhile.
const SCRIPT: &[Does] =
    &[Does::Delays(LONG, 204, ""), Does::Delays(LONG, 204, ""), Does::Answers(204, "")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_whose_end_could_not_be_stored_comes_to_its_end() {
    let odd = Odd::start(SCRIPT).await;
    let url = format!("http://{}", odd.address);
    let world = World::start_bundle(bundle_of_text(SOURCE), |mut options| {
        options.variables.insert("CRM_URL".to_owned(), url.into());
        options
    })
    .await;
    let asked = world.post("s", json!({ "id": "1", "text": "close it" }));
    let held = async {
        let until = Instant::now() + Duration::from_secs(20);
        while odd.keys().is_empty() {
            assert!(Instant::now() < until, "the effect was not asked for");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The effect is under way; what comes of it cannot be stored.
        let other = rusqlite::Connection::open(&*world.store).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    };
    let ((status, answer), other) = tokio::join!(asked, held);
    assert_eq!(status, 500, "{answer}");
    assert!(answer.to_string().contains("send it again with the same id"), "{answer}");
    other.execute_batch("ROLLBACK").unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !world.session("s").await.to_string().contains("\"Closed.\"") {
        assert!(Instant::now() < until, "nobody asked again, and it must still come to its end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let keys: BTreeSet<String> = odd.keys().into_iter().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(!keys.contains(""), "it has a key");
    world.server.stop().await;
}
