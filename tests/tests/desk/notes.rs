//! Notes: colleagues read them, the customer and her systems never do.

use flowright_tests::send;
use serde_json::{Value as Json, json};

use super::accounts::operators;
use super::console::Shop;

const SECRET: &str = "threatens to cancel";

fn note(id: &str, text: &str) -> Json {
    json!({ "id": id, "text": text })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_goes_with_the_conversation_from_one_to_the_next() {
    let shop = Shop::open().await;
    shop.handed_over("s").await;
    let mut page = shop.live("sue").await;
    page.watch("s").await;
    page.until(|told| told["type"] == "conversation").await;
    let (status, kept) = shop.post("ann", "conversations/s/notes", note("n", SECRET)).await;
    assert_eq!((status, &kept["replies"]), (200, &json!([])), "{kept}");
    let (_, again) = shop.post("ann", "conversations/s/notes", note("n", SECRET)).await;
    assert_eq!(again["repeated"], json!(true));
    let told = page.until(|told| told["document"]["notes"][0]["text"] == SECRET).await;
    assert_eq!(told["document"]["notes"][0]["by"]["name"], json!("ANN"));
    assert_eq!(told["document"]["conversation"]["notes"], json!(1), "once, though sent twice");
    // It is where the conversation is: with who got it, and with those to whom it was handed on.
    shop.does("ann", "s", "claim", json!({})).await;
    let (status, _) = shop.post("sue", "conversations/s/notes", note("n", "approved")).await;
    assert_eq!(status, 200, "the same id by another is another note");
    shop.does("ann", "s", "transfer", json!({ "skill": "legal" })).await;
    let (_, document) = shop.get("eve", "conversations/s").await;
    let texts = |document: &Json| -> Vec<String> {
        let all = document["notes"].as_array().unwrap().iter();
        all.map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&document), [SECRET, "approved"]);
    assert!(!document["transcript"].to_string().contains(SECRET), "nobody said it");
    // Over, it is out of sight; handed over again, it is there.
    shop.does("eve", "s", "claim", json!({})).await;
    shop.does("eve", "s", "close", json!({ "outcome": "resolved" })).await;
    assert_eq!(shop.post("eve", "conversations/s/notes", note("m", "x")).await.0, 404);
    shop.writes("s", "3", "my bill is wrong").await;
    shop.writes("s", "4", "R-78").await;
    let (_, document) = shop.get("ann", "conversations/s").await;
    assert_eq!(texts(&document), [SECRET, "approved"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_the_desk_tells_a_note() {
    let shop = Shop::open().await;
    shop.handed_over("s").await;
    assert_eq!(shop.post("ann", "conversations/s/notes", note("n", SECRET)).await.0, 200);
    let token = operators();
    for path in ["s", "s/replies", "s/deliveries"] {
        let url = shop.world.url(&format!("/v1/sessions/{path}"));
        let (status, told) = send(&url, "GET", None, &[("authorization", &token)]).await;
        assert!(status == 200 && !told.to_string().contains(SECRET), "{path}: {told}");
    }
    for (who, body, expected) in [
        ("eve", note("a", "x"), 404),
        ("ann", note("a", " \n"), 400),
        ("ann", note("a b", "x"), 400),
        ("ann", json!({ "id": "a" }), 400),
        ("ann", json!({ "id": "a", "text": "x", "epoch": 1 }), 400),
        ("ann", note("a", &"备".repeat(4_001)), 413),
        ("ann", note("a", &"备".repeat(4_000)), 200),
    ] {
        let (status, told) = shop.post(who, "conversations/s/notes", body.clone()).await;
        assert_eq!(status, expected, "{who}: {told}");
    }
}
