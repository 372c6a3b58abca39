//! Articles over a real store and real sockets: answers, edits that survive a restart, versions, who may, and
//! questions that nothing answered.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_runtime::clients::{Client, Clients, Right};
use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::{World, bundle_of, run_tests, send};
use serde_json::{Value as Json, json};

const BOT: &str = r#"
bot shop { languages en, zh  timezone "UTC" }
channel api: rest
skill people
route { otherwise -> people }
knowledge company { source "knowledge"  level enterprise }
fallback { answer from knowledge at 70%  handoff after 9 misses }
"#;

fn article(id: &str, lang: &str, title: &str, answer: &str) -> String {
    format!("---\nid: {id}\nlanguage: {lang}\ntitle: {title}\n---\n\n{answer}\n")
}

fn bundle_with(articles: &[(&str, String)]) -> Vec<u8> {
    let files = articles.iter().map(|(path, text)| ((*path).to_owned(), text.as_str().into()));
    let bot = ("a.flow".to_owned(), BOT.into());
    let sources = MemorySources(std::iter::once(bot).chain(files).collect());
    let compiled = flowright_compiler::compile(&sources).unwrap();
    let said: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
    let bundle = compiled.bundle.unwrap_or_else(|| panic!("{said:?}"));
    bundle::write(&bundle).unwrap().bytes
}

fn bundled() -> Vec<u8> {
    bundle_with(&[
        ("knowledge/a.md", article("warranty", "en", "How long is the warranty?", "24 months.")),
        ("knowledge/b.md", article("warranty", "zh", "保修期多长", "24个月。")),
    ])
}

async fn ask(
    world: &World,
    method: &str,
    path: &str,
    body: Option<Json>,
    tag: &str,
) -> (u16, Json) {
    let headers = [("if-match", tag)];
    let headers = if tag.is_empty() { &headers[..0] } else { &headers[..] };
    send(&world.url(path), method, body, headers).await
}

async fn says(world: &World, session: &str, id: &str, text: &str) -> String {
    world.say_plain(session, id, text).await.join("|")
}

const WARRANTY: &str = "/v1/knowledge/articles/warranty/en";

#[test]
fn the_example_is_right_in_both_executors() {
    let (count, failed) = run_tests("crane_service", &bundle_of("crane_service"));
    assert!(failed.is_empty() && count == 10, "{count}: {}", failed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_answered_with_at_once_and_after_a_restart() {
    let world = World::start_bundle(bundled(), |o| o).await;
    let question = "how long is the warranty?";
    assert_eq!(
        says(&world, "s", "1", question).await,
        "24 months.\nSource: How long is the warranty?"
    );
    assert_eq!(says(&world, "z", "1", "保修期多长").await, "24个月。\n来源:保修期多长");
    let (status, read) = ask(&world, "GET", WARRANTY, None, "").await;
    assert_eq!((status, &read["version"], &read["answer"]), (200, &json!(0), &json!("24 months.")));
    // Who has not seen what is there does not write over it.
    let new = json!({ "text": article("warranty", "en", "How long is the warranty?", "36 months."), "author": "Ann" });
    let put = |tag: &'static str| ask(&world, "PUT", WARRANTY, Some(new.clone()), tag);
    assert_eq!(put("").await.0, 428);
    assert_eq!(put("\"0-0000000000000000\"").await.0, 412);
    let (status, kept) = put("*").await;
    assert_eq!((status, &kept["version"], &kept["author"]), (200, &json!(1), &json!("Ann")));
    let answer = "36 months.\nSource: How long is the warranty?";
    assert_eq!(says(&world, "s", "2", question).await, answer);
    let (_, replies) = ask(&world, "GET", "/v1/sessions/s/replies", None, "").await;
    let of = |n: usize| {
        (
            replies["replies"][n]["article"]["id"].clone(),
            replies["replies"][n]["article"]["version"].clone(),
        )
    };
    assert_eq!(of(0), (json!("warranty"), json!(0)));
    assert_eq!(of(1), (json!("warranty"), json!(1)));

    let world = world.restart().await;
    assert_eq!(says(&world, "t", "1", question).await, answer);
    // The bundle of another day does not take it back.
    let other = bundle_with(&[(
        "knowledge/a.md",
        article("warranty", "en", "How long is the warranty?", "12 months."),
    )]);
    let world = world.restart_with(other).await;
    assert_eq!(says(&world, "u", "1", question).await, answer);
    assert_eq!(ask(&world, "DELETE", WARRANTY, None, "*").await.0, 200);
    assert!(!says(&world, "u", "2", question).await.contains("months"));
    let (_, versions) = ask(&world, "GET", &format!("{WARRANTY}/versions"), None, "").await;
    let versions = versions["versions"].as_array().unwrap();
    let of = |n: usize| (versions[n]["version"].clone(), versions[n]["deleted"].clone());
    assert_eq!(
        (versions.len(), of(0), of(1)),
        (2, (json!(2), json!(true)), (json!(1), json!(false)))
    );
    assert_eq!(ask(&world, "GET", WARRANTY, None, "").await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_article_is_refused_with_its_line() {
    let world = World::start_bundle(bundled(), |o| o).await;
    let returns = "/v1/knowledge/articles/returns/en";
    let good = article("returns", "en", "Returning parts", "Within 30 days.");
    for (text, base, status, said) in [
        ("Just words.".to_owned(), Some("company"), 422, "line 1: the article has no front matter"),
        (
            good.replace("title: ", "titel: "),
            Some("company"),
            422,
            "line 4: there is no key `titel`",
        ),
        (good.replace("returns", "other"), Some("company"), 422, "are not those of the address"),
        (
            good.replace("language: en", "language: fr"),
            Some("company"),
            422,
            "are not those of the address",
        ),
        (good.clone(), None, 422, "needs a knowledge base"),
        (good.clone(), Some("shelf"), 422, "cannot be in this knowledge base"),
        (good.clone(), Some("company"), 201, ""),
    ] {
        let body = json!({ "text": text, "knowledge": base });
        let (got, problem) = ask(&world, "PUT", returns, Some(body), "").await;
        assert_eq!(got, status, "{problem}");
        assert!(problem["detail"].as_str().unwrap_or("").contains(said), "{problem}");
    }
    let french =
        json!({ "text": good.replace("language: en", "language: fr"), "knowledge": "company" });
    let (status, problem) =
        ask(&world, "PUT", "/v1/knowledge/articles/returns/fr", Some(french), "").await;
    assert_eq!((status, &problem["detail"]), (422, &json!("the bot does not speak this language")));
    let (_, found) = ask(&world, "GET", "/v1/knowledge/search?q=returning+parts", None, "").await;
    let first = &found["articles"][0];
    assert_eq!(
        (&first["id"], &first["answer"]),
        (&json!("returns"), &json!("Within 30 days.")),
        "{found}"
    );
    assert!(first["confidence"].as_f64().unwrap() > 0.9);
    assert_eq!(ask(&world, "GET", "/v1/knowledge/search", None, "").await.0, 400);
    let (_, list) = ask(&world, "GET", "/v1/knowledge/articles", None, "").await;
    let ids: Vec<_> =
        list["articles"].as_array().unwrap().iter().map(|a| a["id"].clone()).collect();
    assert_eq!(ids, ["returns", "warranty", "warranty"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_that_nothing_answers_are_counted_without_what_is_personal() {
    let world = World::start_bundle(bundled(), |o| o).await;
    says(&world, "s", "1", "Where is order 12345?").await;
    says(&world, "s", "1", "Where is order 12345?").await;
    says(&world, "s", "2", "where is order 777").await;
    says(&world, "s", "3", "write to ann@mail.example or +49 30 1234567").await;
    says(&world, "s", "4", "how long is the warranty?").await;
    let list = "/v1/knowledge/unanswered";
    let (_, asked) = ask(&world, "GET", list, None, "").await;
    let of =
        |n: usize| (asked["questions"][n]["text"].clone(), asked["questions"][n]["count"].clone());
    assert_eq!(asked["questions"].as_array().unwrap().len(), 2, "{asked}");
    assert_eq!(of(0), (json!("where is order #"), json!(2)));
    assert_eq!(of(1), (json!("write to @ or +# # #"), json!(1)));
    let world = world.restart().await;
    let id = asked["questions"][0]["id"].as_str().unwrap();
    let one = format!("{list}/{id}");
    assert_eq!(ask(&world, "DELETE", &one, None, "").await.0, 200);
    assert_eq!(ask(&world, "DELETE", &one, None, "").await.0, 404);
    let (_, asked) = ask(&world, "GET", list, None, "").await;
    assert_eq!(asked["questions"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_of_its_own_is_needed() {
    let key = |name: &str| format!("{name}-key-{}", "x".repeat(32));
    let client = |name: &str, right: Right| {
        let rights = [right].into_iter().collect();
        let secrets: Vec<Secret> = vec![key(name).into()];
        (Client { name: name.to_owned(), rights, channels: None }, secrets)
    };
    let clients = vec![client("desk", Right::Knowledge), client("app", Right::Read)];
    let clients = Clients::new(clients);
    let world = World::start_bundle(bundled(), |o| Options { clients, ..o }).await;
    let as_client = |name: &str, method: &'static str, page: bool| {
        let bearer = format!("Bearer {}", key(name));
        let url = world.url(WARRANTY);
        async move {
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(page.then_some(("origin", "https://evil.example")));
            send(&url, method, None, &headers).await.0
        }
    };
    assert_eq!(as_client("desk", "GET", false).await, 200);
    assert_eq!(as_client("app", "GET", false).await, 403);
    assert_eq!(as_client("nobody", "GET", false).await, 401);
    assert_eq!(as_client("desk", "DELETE", true).await, 403);
    assert_eq!(as_client("desk", "PATCH", false).await, 405);
}
