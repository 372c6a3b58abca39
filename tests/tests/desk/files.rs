//! Files that customers send: whoever at the desk sees a conversation gets its files, and no others.

use flowright_tests::send;
use http_body_util::{BodyExt as _, Full};
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

use super::accounts::operators;
use super::console::Shop;

const PDF: &[u8] = b"%PDF-1.7\n%files of a crane";

async fn request(method: &str, url: &str, token: &str, body: &[u8]) -> (u16, HeaderMap, Vec<u8>) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let body = Full::new(Bytes::copy_from_slice(body));
    let request = hyper::Request::builder().method(method).uri(url);
    let request = request.header("authorization", token).body(body).unwrap();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status.as_u16(), parts.headers, bytes.to_vec())
}

/// Sends a file in a conversation; its id.
async fn sends(shop: &Shop, session: &str) -> String {
    let url = shop.world.url("/v1/attachments?name=plan%2F..%2Fof.html");
    let (status, _, file) = request("POST", &url, &operators(), PDF).await;
    assert_eq!(status, 201);
    let file: Json = serde_json::from_slice(&file).unwrap();
    let id = file["id"].as_str().unwrap().to_owned();
    let url = shop.world.url(&format!("/v1/sessions/{session}/messages"));
    let body = json!({ "id": "f", "text": "here it is", "attachments": [id] });
    let token = operators();
    assert_eq!(send(&url, "POST", Some(body), &[("authorization", &token)]).await.0, 200);
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_a_conversation_gets_its_files() {
    let shop = Shop::open().await;
    shop.handed_over("s").await;
    shop.handed_over("t").await;
    let id = sends(&shop, "s").await;
    let get = async |who: &str, session: &str, id: &str| {
        let path = format!("/desk/v1/conversations/{session}/attachments/{id}");
        request("GET", &shop.world.url(&path), shop.token(who), b"").await
    };
    let (_, document) = shop.get("ann", "conversations/s").await;
    assert_eq!(document["attachments"][0]["id"], json!(id));
    let (status, headers, bytes) = get("ann", "s", &id).await;
    assert_eq!((status, bytes.as_slice()), (200, PDF));
    let header = |name: &str| headers[name].to_str().unwrap();
    assert!(header("content-disposition").starts_with("attachment"), "{headers:?}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-type"), "application/pdf", "by its bytes, whatever its name says");
    // It is no file of another conversation, and nobody's who does not see this one.
    assert_eq!(get("ann", "t", &id).await.0, 404);
    assert_eq!(get("eve", "s", &id).await.0, 404);
    assert_eq!(get("ann", "s", "nothing").await.0, 404);
    shop.does("bob", "s", "claim", json!({})).await;
    assert_eq!(get("ann", "s", &id).await.0, 404, "it is Bob's");
    assert_eq!(get("bob", "s", &id).await.0, 200);
    assert_eq!(get("sue", "s", &id).await.0, 200);
    shop.does("bob", "s", "close", json!({})).await;
    assert_eq!(get("bob", "s", &id).await.0, 404, "and it is over");
    let path = format!("/desk/v1/conversations/s/attachments/{id}");
    assert_eq!(request("GET", &shop.world.url(&path), "Bearer nobody", b"").await.0, 401);
}
