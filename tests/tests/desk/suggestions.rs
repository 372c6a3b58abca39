//! Articles for an agent: what the customer asked last, what the agent looks for, and nothing that is for other
//! customers.

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_tests::{World, send};
use serde_json::{Value as Json, json};

use super::accounts::{PASSWORD, operate, operators, options, token};

const BOT: &str = r#"
bot shop { languages en, zh  timezone "UTC" }
role agent
role supervisor includes agent
customer { id: text  product: one_of { x200, x300 } }
channel api: rest
skill service
skill billing
route { otherwise -> service }
knowledge company { source "company"  level enterprise }
knowledge x200 { source "x200"  level product  applies when customer.product is x200 }
fallback { answer from knowledge at 70%  handoff after 1 misses }
text desk.model { en "You have a {customer.product}."  zh "您的型号是{customer.product}。" }
text desk.sign(name: text) { en "Yours, {name}"  zh "{name}" }
text desk.bye { en "Good-bye. Yours, the shop."  zh "再见。" }
"#;

const ARTICLES: [(&str, &str, &str, &str, &str); 4] = [
    ("company/oil.md", "oil", "en", "How often must the oil be changed?", "Every 500 hours."),
    ("company/oil_zh.md", "oil", "zh", "多久换一次油?", "每五百小时。"),
    ("company/warranty.md", "warranty", "en", "How long is the warranty?", "24 months."),
    ("x200/oil.md", "x200_oil", "en", "How often must the oil be changed?", "Every 250 hours."),
];

fn bundled() -> Vec<u8> {
    let files = ARTICLES.iter().map(|(path, id, lang, title, answer)| {
        let text = format!("---\nid: {id}\nlanguage: {lang}\ntitle: {title}\n---\n\n{answer}\n");
        ((*path).to_owned(), text.into())
    });
    let bot = ("a.flow".to_owned(), BOT.into());
    let sources = MemorySources(std::iter::once(bot).chain(files).collect());
    let compiled = flowright_compiler::compile(&sources).unwrap();
    bundle::write(&compiled.bundle.unwrap()).unwrap().bytes
}

async fn says(world: &World, session: &str, id: &str, product: &str, text: &str) -> Json {
    let value = operators();
    let body = json!({ "id": id, "text": text, "customer": { "id": "C-1", "product": product } });
    let path = world.url(&format!("/v1/sessions/{session}/messages"));
    send(&path, "POST", Some(body), &[("authorization", value.as_str())]).await.1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn articles_for_this_customer_are_suggested_and_no_others() {
    let world = World::start_bundle(bundled(), options).await;
    let mut tokens = Vec::new();
    for (login, skill) in [("ann", "service"), ("eve", "billing")] {
        let body = json!({
            "login": login, "name": login, "role": "agent", "password": PASSWORD, "skills": { skill: 3 },
        });
        assert_eq!(operate(&world, "POST", "/admin/accounts", Some(body)).await.0, 201);
        tokens.push(token(&world, login, PASSWORD).await);
    }
    let suggested = async |agent: usize, session: &str, query: &str| {
        let path = format!("/desk/v1/conversations/{session}/suggestions{query}");
        send(&world.url(&path), "GET", None, &[("authorization", &tokens[agent])]).await
    };
    for (session, product) in [("old", "x200"), ("new", "x300")] {
        let answer = says(&world, session, "1", product, "grumble mumble").await;
        assert_eq!(answer["status"], json!("handed_off"), "{answer}");
    }
    let ids = |found: &Json| -> Vec<String> {
        let articles = found["articles"].as_array().unwrap();
        articles.iter().map(|article| article["id"].as_str().unwrap().to_owned()).collect()
    };
    // What she said answers to nothing; what she says next does, and the bot is silent.
    let (status, found) = suggested(0, "old", "").await;
    assert_eq!((status, ids(&found)), (200, vec![]), "{found}");
    for (session, product) in [("old", "x200"), ("new", "x300")] {
        says(&world, session, "2", product, "how often must the oil be changed?").await;
    }
    let (_, found) = suggested(0, "old", "").await;
    assert_eq!(found["question"], json!("how often must the oil be changed?"));
    assert_eq!(ids(&found)[..2], ["x200_oil", "oil"], "the most specific first: {found}");
    assert_eq!(found["articles"][0]["answer"], json!("Every 250 hours."));
    let (_, found) = suggested(0, "new", "").await;
    assert_eq!(ids(&found)[..1], ["oil"], "{found}");
    assert!(!ids(&found).contains(&"x200_oil".to_owned()), "it is for another crane: {found}");
    for (query, expected) in [
        ("?q=how+long+is+the+warranty", "warranty"),
        ("?q=%E5%A4%9A%E4%B9%85%E6%8D%A2%E4%B8%80%E6%AC%A1%E6%B2%B9", "oil"),
    ] {
        let (status, found) = suggested(0, "old", query).await;
        assert_eq!(
            (status, ids(&found).first().map(String::as_str)),
            (200, Some(expected)),
            "{found}"
        );
    }
    assert_eq!(suggested(0, "old", &format!("?q={}", "a".repeat(1_001))).await.0, 400);
    assert_eq!(suggested(0, "nowhere", "").await.0, 404);
    assert_eq!(suggested(1, "old", "").await.0, 404, "it waits for another skill");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_of_the_flows_are_ready_as_far_as_they_can_be_filled() {
    let world = World::start_bundle(bundled(), options).await;
    let body = json!({
        "login": "ann", "name": "ann", "role": "agent", "password": PASSWORD, "skills": { "service": 3 },
    });
    assert_eq!(operate(&world, "POST", "/admin/accounts", Some(body)).await.0, 201);
    let token = token(&world, "ann", PASSWORD).await;
    let ready = async |session: &str, query: &str| -> Vec<String> {
        let path = format!("/desk/v1/conversations/{session}/suggestions{query}");
        let found = send(&world.url(&path), "GET", None, &[("authorization", &token)]).await.1;
        let all = found["ready"].as_array().unwrap().clone();
        all.iter().map(|one| format!("{}: {}", one["name"], one["text"])).collect()
    };
    let claim = async |session: &str| {
        let path = world.url(&format!("/desk/v1/conversations/{session}/claim"));
        let body = json!({ "id": "c", "epoch": 1 });
        send(&path, "POST", Some(body), &[("authorization", &token)]).await.0
    };
    says(&world, "s", "1", "x200", "grumble mumble").await;
    assert!(ready("s", "").await.is_empty(), "they say what is for who has it");
    assert_eq!(claim("s").await, 200);
    let bye = r#""bye": "Good-bye. Yours, the shop.""#;
    assert_eq!(ready("s", "").await, [r#""model": "You have a x200.""#, bye]);
    assert_eq!(ready("s", "?q=YOURS").await, [bye]);
    assert_eq!(ready("s", "?q=bye").await, [bye], "by its name too");
    assert!(ready("s", "?q=warranty").await.is_empty());
    // In her language; and of whom the model is not known, nothing is said of it.
    let path = world.url("/v1/sessions/t/messages");
    let body = json!({ "id": "1", "text": "嘟嘟囔囔", "customer": { "id": "C-2" } });
    send(&path, "POST", Some(body), &[("authorization", &operators())]).await;
    assert_eq!(claim("t").await, 200);
    assert_eq!(ready("t", "").await, [r#""bye": "再见。""#]);
}
