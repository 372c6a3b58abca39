//! What operators do with accounts, and what becomes of who is signed in.

use serde_json::{Value as Json, json};

use super::{PASSWORD, ask, login, make, me, operate, token, with_roles, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_rights_ends_logins_at_once() {
    let world = world().await;
    let made = make(&world, "ann", Some("agent")).await;
    let put = |changes: Json| {
        let mut body = json!({ "name": "Ann", "role": "agent" });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        Some(body)
    };
    let path = "/admin/accounts/ann";
    // Another name is no other right.
    let bearer = token(&world, "ann", PASSWORD).await;
    let (status, answer) = operate(&world, "PUT", path, put(json!({ "skills": { "s": 5 } }))).await;
    assert_eq!((status, &answer["signed_out"]), (200, &json!(0)), "{answer}");
    let (status, shown) = me(&world, &bearer).await;
    assert_eq!((status, &shown["name"], &shown["skills"]["s"]), (200, &json!("Ann"), &json!(5)));
    assert_eq!((&shown["supervises"], &shown["id"]), (&json!(false), &made["id"]));
    for changes in
        [json!({ "role": "supervisor" }), json!({ "role": null }), json!({ "disabled": true })]
    {
        let bearer = token(&world, "ann", PASSWORD).await;
        assert_eq!(me(&world, &bearer).await.0, 200);
        let (_, answer) = operate(&world, "PUT", path, put(changes.clone())).await;
        assert!(answer["signed_out"].as_u64().unwrap() > 0, "{changes}");
        assert_eq!(me(&world, &bearer).await.0, 401, "{changes}");
    }
    // Disabled: even the right password is refused, and only the right one is told why.
    let refused = login(&world, "ann", PASSWORD).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("R0407")));
    assert_eq!(login(&world, "ann", "another password").await.json["code"], "R0405");
    operate(&world, "PUT", path, put(json!({}))).await;
    let bearer = token(&world, "ann", PASSWORD).await;
    let (status, answer) = operate(&world, "DELETE", path, None).await;
    assert_eq!((status, &answer["login"], &answer["signed_out"]), (200, &json!("ann"), &json!(1)));
    assert_eq!(me(&world, &bearer).await.0, 401);
    assert_eq!(operate(&world, "GET", path, None).await.0, 404);
    // One of the same login is somebody else.
    let again = make(&world, "ann", Some("agent")).await;
    assert_ne!(again["id"], made["id"]);
    let world = world.restart().await;
    assert_eq!(me(&world, &bearer).await.0, 401, "it stays ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_password_ends_all_logins_but_the_one_that_chose_it() {
    let world = world().await;
    make(&world, "ann", None).await;
    make(&world, "bob", None).await;
    let (own, other, bobs) = (
        token(&world, "ann", PASSWORD).await,
        token(&world, "ann", PASSWORD).await,
        token(&world, "bob", PASSWORD).await,
    );
    let change = async |old: &str, new: &str| {
        let body = json!({ "old": old, "new": new });
        ask(&world, "POST", "/desk/v1/password", Some(body), &[("authorization", &own)]).await
    };
    for (old, new, status) in [
        ("another password", "a longer password", 401),
        (PASSWORD, "short", 422),
        (PASSWORD, &"x".repeat(201), 422),
    ] {
        assert_eq!(change(old, new).await.status, status, "{new}");
    }
    assert_eq!(me(&world, &other).await.0, 200);
    let changed = change(PASSWORD, "a longer password").await;
    assert_eq!((changed.status, &changed.json["signed_out"]), (200, &json!(1)));
    let statuses = [&own, &other, &bobs].map(|bearer| me(&world, bearer));
    let statuses = futures_util::future::join_all(statuses).await;
    assert_eq!(statuses.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [200, 401, 200]);
    assert_eq!(login(&world, "ann", PASSWORD).await.status, 401);
    assert_eq!(login(&world, "ann", "a longer password").await.status, 200);
    // An operator's choice ends all of them.
    let body = Some(json!({ "password": "one that was chosen" }));
    let (_, answer) = operate(&world, "POST", "/admin/accounts/ann/password", body).await;
    assert_eq!((&answer["signed_out"], answer.get("password")), (&json!(2), None));
    let world = world.restart().await;
    assert_eq!(me(&world, &own).await.0, 401);
    assert_eq!(login(&world, "ann", "one that was chosen").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_a_bundle_lacks_gives_nothing_and_is_told() {
    let world = world().await;
    make(&world, "ann", Some("supervisor")).await;
    make(&world, "bob", Some("agent")).await;
    let bearer = token(&world, "ann", PASSWORD).await;
    assert_eq!(me(&world, &bearer).await.1["supervises"], true);
    let lacks = with_roles("role agent");
    let place = world.server.dispatch().reload(lacks).await.unwrap();
    assert!(place.changed);
    let (_, shown) = me(&world, &bearer).await;
    assert_eq!((&shown["supervises"], &shown["role"]), (&json!(false), &json!("supervisor")));
    assert_eq!(shown["unknown"], json!(["the role `supervisor`"]));
    let (_, all) = operate(&world, "GET", "/admin/accounts", None).await;
    let unknown: Vec<&Json> =
        all["accounts"].as_array().unwrap().iter().map(|account| &account["unknown"]).collect();
    assert_eq!(unknown, [&json!(["the role `supervisor`"]), &json!([])]);
    // Nothing else of it can be changed before that is.
    let body = |role: Json| Some(json!({ "name": "Ann", "role": role }));
    let path = "/admin/accounts/ann";
    let (status, problem) = operate(&world, "PUT", path, body(json!("supervisor"))).await;
    assert_eq!(
        (status, &problem["detail"]),
        (422, &json!("the bot has no role `supervisor`; there are agent"))
    );
    assert_eq!(operate(&world, "PUT", path, body(json!("agent"))).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_what_it_can_be() {
    let world = world().await;
    let generated = json!({ "login": "gen", "name": "陈" });
    let (status, made) = operate(&world, "POST", "/admin/accounts", Some(generated)).await;
    assert_eq!((status, &made["weight_milli"], &made["role"]), (201, &json!(1000), &Json::Null));
    let password = made["password"].as_str().unwrap();
    assert_eq!(login(&world, "gen", password).await.status, 200);
    let (_, shown) = operate(&world, "GET", "/admin/accounts/GEN", None).await;
    assert_eq!((shown.get("password"), &shown["name"]), (None, &json!("陈")), "told once");
    for (changes, status, said) in [
        (json!({ "login": "Gen" }), 409, "there is an account `gen` already"),
        (json!({ "login": "a b" }), 422, "a login has 1 to 64 of the letters a to z"),
        (json!({ "login": ".." }), 422, "a login has 1 to 64"),
        (json!({ "name": " " }), 422, "`name` has 1 to 100 characters"),
        (json!({ "name": "A\nB" }), 422, "`name` has 1 to 100 characters"),
        (
            json!({ "role": "superviser" }),
            422,
            "did you mean `supervisor`?; there are agent, supervisor",
        ),
        (
            json!({ "skills": { "order_ops": 1 } }),
            422,
            "the bot has no skill `order_ops`; there are s",
        ),
        (
            json!({ "skills": { "s": 0 } }),
            422,
            "the skill `s` has the level 0; levels go from 1 to 5",
        ),
        (json!({ "skills": { "s": 6 } }), 422, "levels go from 1 to 5"),
        (json!({ "skills": { "s": 256 } }), 400, "the JSON is not valid here"),
        (
            json!({ "capacity": { "channels": { "wep": 1 } } }),
            422,
            "no channel `wep`, did you mean `web`?",
        ),
        (json!({ "capacity": { "default": 1001 } }), 422, "a capacity is at most 1000"),
        (json!({ "capacity": { "web": 1 } }), 400, "unknown field `web`"),
        (json!({ "weight_milli": 0 }), 422, "`weight_milli` is 0; it goes from 10 to 10000"),
        (json!({ "password": "too short" }), 422, "a password has 12 to 200 characters"),
        (json!({ "login": "twelve-chars", "password": "Twelve-Chars" }), 422, "is not the login"),
        (json!({ "nmae": "x" }), 400, "unknown field `nmae`"),
    ] {
        let mut body = json!({ "login": "new", "name": "New", "password": PASSWORD });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let (found, problem) = operate(&world, "POST", "/admin/accounts", Some(body)).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(found == status && detail.contains(said), "{changes}: {found} {problem}");
    }
    let all = operate(&world, "GET", "/admin/accounts", None).await.1;
    assert_eq!(all["accounts"].as_array().unwrap().len(), 1);
    // What stands otherwise in an address.
    make(&world, "Li+desk@acme.example", None).await;
    for path in ["li+desk@acme.example", "LI%2Bdesk%40acme.example"] {
        let (status, shown) =
            operate(&world, "GET", &format!("/admin/accounts/{path}"), None).await;
        assert_eq!((status, &shown["login"]), (200, &json!("li+desk@acme.example")), "{path}");
    }
    // Of many who make one at the same time, one does.
    let body = || Some(json!({ "login": "race", "name": "R", "password": PASSWORD }));
    let many = (0..8).map(|_| operate(&world, "POST", "/admin/accounts", body()));
    let many = futures_util::future::join_all(many).await;
    assert_eq!(many.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert_eq!(many.iter().filter(|(status, _)| *status == 409).count(), 7);
}
