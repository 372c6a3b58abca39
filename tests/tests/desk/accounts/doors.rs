//! What lets nobody in: other sites, what is no login any more, what is on the disk, who has another key.

use std::fs;

use flowright_tests::{World, send};
use serde_json::json;

use super::{PASSWORD, TOKEN, ask, login, make, me, token, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_sites_can_do_nothing_with_the_cookie() {
    let world = world().await;
    make(&world, "ann", None).await;
    let cookie = login(&world, "ann", PASSWORD).await.cookie();
    let host = world.server.address.to_string();
    let own = format!("http://{host}");
    let json_kind = ("content-type", "application/json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let text = ("content-type", "text/plain");
    let cookie = ("cookie", cookie.as_str());
    let evil = ("origin", "https://evil.example");
    for (headers, status) in [
        (vec![cookie, evil, json_kind], 403),
        (vec![cookie, ("origin", "null"), json_kind], 403),
        (vec![cookie, ("origin", "http://127.0.0.1"), json_kind], 403),
        (vec![cookie, form], 415),
        (vec![cookie, text], 415),
        (vec![cookie], 415),
        (vec![cookie, ("origin", &own), form], 415),
        // A site that is shown who is signed in could read it, were it not refused.
        (vec![evil, json_kind], 403),
    ] {
        for path in ["/desk/v1/logout", "/desk/v1/password", "/desk/v1/login", "/desk/v1/x"] {
            let answer = ask(&world, "POST", path, None, &headers).await;
            assert_eq!(answer.status, status, "{path} {headers:?} {}", answer.json);
        }
    }
    let read = ask(&world, "GET", "/desk/v1/me", None, &[cookie, evil]).await;
    assert_eq!((read.status, &read.json["code"]), (403, &json!("R0408")));
    let read = ask(&world, "GET", "/desk/v1/me", None, &[cookie, ("origin", &own)]).await;
    assert_eq!(read.status, 200);
    // Nobody knows which of two counts.
    let twice = ask(&world, "GET", "/desk/v1/me", None, &[cookie, cookie]).await;
    assert_eq!(twice.status, 401);
    let headers = [cookie, ("origin", &own)];
    let out = ask(&world, "POST", "/desk/v1/logout", Some(json!({})), &headers).await;
    assert_eq!(out.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_passwords_nor_tokens_are_on_the_disk() {
    let world = world().await;
    make(&world, "ann", None).await;
    let bearer = token(&world, "ann", PASSWORD).await;
    let cookie = login(&world, "ann", PASSWORD).await.cookie();
    let stopped = world.stop().await;
    let world = stopped.start(|options| options).await;
    let mut seen = 0;
    for file in fs::read_dir(world.store.parent().unwrap()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        seen += usize::from(has("$argon2id$v=19$m=19456,t=2,p=1$"));
        for secret in
            [PASSWORD, bearer.strip_prefix("Bearer ").unwrap(), cookie.split_once('=').unwrap().1]
        {
            assert!(!has(secret), "{secret}");
        }
    }
    assert!(seen > 0, "the account itself is there");
}

/// Every request under `/desk` and `/admin/accounts` that is described, with everything but what lets it in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_comes_in_with_anything_else() {
    let world = world().await;
    make(&world, "ann", Some("supervisor")).await;
    let agents = token(&world, "ann", PASSWORD).await;
    let cookie = login(&world, "ann", PASSWORD).await.cookie();
    let ended = token(&world, "ann", PASSWORD).await;
    let out = [("authorization", ended.as_str())];
    ask(&world, "POST", "/desk/v1/logout", Some(json!({})), &out).await;
    let operators = format!("Bearer {}", TOKEN.replace([' ', ','], "-"));
    let basic = agents.replace("Bearer", "Basic");
    let (cut, longer) = (agents.split_at(agents.len() - 1).0, format!("{agents}0"));
    let kept_hash = format!("Bearer {}", blake_of(&world));
    let (_, api) = send(&world.url("/openapi.json"), "GET", None, &[]).await;
    let mut tried = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        let is_desk = path.starts_with("/desk/") && path != "/desk/v1/login";
        if !is_desk && !path.starts_with("/admin/accounts") {
            continue;
        }
        let path = path.replace("{login}", "ann");
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let body = (method != "GET" && method != "DELETE").then(|| json!({}));
            let mut sent: Vec<Vec<(&str, &str)>> = vec![
                vec![],
                vec![("authorization", "Bearer ")],
                vec![("authorization", &basic)],
                vec![("authorization", cut)],
                vec![("authorization", &longer)],
                vec![("authorization", &kept_hash)],
                vec![("authorization", &ended)],
                vec![("cookie", "__Host-flowright-desk=")],
                vec![("cookie", &agents), ("content-type", "application/json")],
            ];
            match is_desk {
                true => sent.push(vec![("authorization", &operators)]),
                false => sent.extend([
                    vec![("authorization", agents.as_str())],
                    vec![("cookie", &cookie), ("content-type", "application/json")],
                ]),
            }
            for headers in sent {
                // Not twice the same header.
                let kind = |(name, _): &&(&str, &str)| *name != "content-type" || body.is_none();
                let headers: Vec<(&str, &str)> = headers.iter().filter(kind).copied().collect();
                let answer = ask(&world, &method, &path, body.clone(), &headers).await;
                let code = if is_desk { "R0404" } else { "R0401" };
                assert_eq!(
                    (answer.status, &answer.json["code"]),
                    (401, &json!(code)),
                    "{method} {path} {headers:?}"
                );
                assert_eq!(answer.header("cache-control"), Some("no-store"));
                tried += 1;
            }
        }
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(me(&world, &agents).await.0, 200, "nothing of it did anything");
}

/// What the store keeps of a login is no token.
fn blake_of(world: &World) -> String {
    let db = rusqlite::Connection::open(&*world.store).unwrap();
    db.query_row("SELECT lower(hex(hash)) FROM logins LIMIT 1", [], |row| row.get(0)).unwrap()
}
