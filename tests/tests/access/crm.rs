//! What the company's records know of customers, with a CRM that is asked over HTTP: profiles that are
//! loaded, kept and refreshed; addresses that are looked up; a CRM that is slow, away or wrong.

use std::net::TcpListener;
use std::time::Duration;

use flowright_access::v1::proof::Kind;
use flowright_access::v1::{Envelope, Proof};
use flowright_runtime::service::Options;
use flowright_runtime::store::verify;
use flowright_tests::{ECHO, World, bundle_of_text, send, texts};
use serde_json::{Value as Json, json};

use super::envelope;

/// Longer than anybody waits.
const HANGS: Duration = Duration::from_secs(3_600);
/// What the CRM of the tests knows.
const LI: &str = "C-1001: Hongda Precision, gold.";
const ADDRESS: &str = "li.wei@hongda.example";
const ADDRESS_ASKED: &str = "GET /customers?email=li.wei%40hongda.example";

/// A bot that says who it talks to.
async fn world() -> World {
    World::start_bundle(bundle_of_text(include_str!("records.flow")), |o| o).await
}

/// What the bot says to whom a REST client vouches for.
async fn who(world: &World, session: &str, id: &str, customer: Json) -> String {
    let body = json!({ "id": id, "text": "who am I", "customer": customer });
    let (status, answer) = world.post(session, body).await;
    assert_eq!(status, 200, "{answer}");
    texts(&answer).join(" ")
}

/// The same of somebody of whom only the id is told.
async fn who_is(world: &World, session: &str, id: &str) -> String {
    who(world, session, id, json!({ "id": "C-1001" })).await
}

/// The same by email: the session, and what is said.
async fn mail(world: &World, id: &str, verified: bool) -> (String, String) {
    let proof = Proof { kind: Some(Kind::AddressVerified(verified)) };
    let message = envelope("mail", ADDRESS, id, "who am I");
    let message = Envelope { proofs: vec![proof], ..message };
    let answered = world.server.access().carry_out(message).await.unwrap();
    let said = answered.answer.replies.iter().map(|r| r.reply.text.clone()).collect();
    (answered.session, said)
}

fn asked(world: &World, what: &str) -> u64 {
    world.crm.data().asked.get(what).copied().unwrap_or(0)
}

fn profile_asked(world: &World) -> u64 {
    asked(world, "GET /customers/C-1001")
}

/// Puts something else into a record.
fn set(world: &World, customer: &str, field: &str, value: Json) {
    let mut data = world.crm.data();
    let record = data.customers.get_mut(customer).unwrap();
    record.as_object_mut().unwrap().insert(field.to_owned(), value);
}

async fn refresh(world: &World, customer: &str, body: Option<Json>) -> (u16, Json) {
    send(&world.url(&format!("/v1/customers/{customer}/refresh")), "POST", body, &[]).await
}

/// How often something came of asking.
fn counted(world: &World, question: &str, result: &str) -> u64 {
    let text = world.server.dispatch().metrics().render();
    let line = format!("flowright_lookups_total{{question=\"{question}\",result=\"{result}\"}} ");
    let mut counts = text.lines().filter_map(|l| l.strip_prefix(line.as_str()));
    counts.next().map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_loaded_once_and_kept_for_a_time_and_over_a_restart() {
    let world = world().await;
    for (session, id) in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "1")] {
        assert_eq!(who_is(&world, session, id).await, LI);
    }
    assert_eq!((profile_asked(&world), counted(&world, "profile", "loaded")), (1, 1));
    assert_eq!(counted(&world, "profile", "kept"), 2);
    set(&world, "C-1001", "tier", json!("silver"));
    world.clock.advance_ms(9 * 60_000);
    let world = world.restart().await;
    assert_eq!(who_is(&world, "a", "3").await, LI);
    // Of whom the session knows who she is, nobody need say so again.
    let body = json!({ "id": "4", "text": "who am I" });
    assert_eq!(texts(&world.post("a", body).await.1), [LI]);
    assert_eq!(profile_asked(&world), 1);
    world.clock.advance_ms(60_000);
    assert_eq!(who_is(&world, "a", "5").await, "C-1001: Hongda Precision, silver.");
    assert_eq!(profile_asked(&world), 2);
    let path = world.store.to_path_buf();
    let report = verify(&path).unwrap();
    assert_eq!((report.is_whole(), report.count("profiles")), (true, 1));
    let damaged = |path: &std::path::Path| {
        let db = rusqlite::Connection::open(path).unwrap();
        db.execute("UPDATE profiles SET profile = '{}'", []).unwrap();
        assert!(!verify(path).unwrap().is_whole());
    };
    // What is damaged is asked for anew.
    let world = world.restart_after(damaged, None, |o| o).await;
    assert_eq!(who_is(&world, "a", "6").await, "C-1001: Hongda Precision, silver.");
    assert_eq!(profile_asked(&world), 3);
    assert!(verify(&path).unwrap().is_whole());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_changed_is_learned_when_it_is_told() {
    let world = world().await;
    assert_eq!(who_is(&world, "a", "1").await, LI);
    set(&world, "C-1001", "tier", json!("silver"));
    world.clock.advance_ms(1);
    let result = |result: &str| (200, json!({ "customer": "C-1001", "result": result }));
    assert_eq!(refresh(&world, "C-1001", None).await, result("asked_again"));
    assert_eq!(who_is(&world, "a", "2").await, "C-1001: Hongda Precision, silver.");
    let told = json!({ "profile": { "company": "Hongda", "tier": "standard", "colour": "red" } });
    assert_eq!(refresh(&world, "C-1001", Some(told)).await, result("replaced"));
    assert_eq!(who_is(&world, "a", "3").await, "C-1001: Hongda, standard.");
    assert_eq!(profile_asked(&world), 2);
    let (status, answer) = refresh(&world, "C-3", None).await;
    assert_eq!((status, answer["result"].as_str()), (200, Some("unknown")));
    for (profile, cause) in [
        (json!({ "tier": "platinum" }), "`tier` is not as declared"),
        (json!({ "id": "C-2002" }), "another customer"),
    ] {
        let told = Some(json!({ "profile": profile }));
        let (status, problem) = refresh(&world, "C-1001", told).await;
        assert!(status == 400 && problem["detail"].as_str().unwrap().contains(cause), "{problem}");
    }
    assert_eq!(who_is(&world, "a", "4").await, "C-1001: Hongda, standard.");
    let (status, _) = send(&world.url("/v1/customers/C-1001/refresh"), "GET", None, &[]).await;
    assert_eq!(status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_and_only_where_profiles_are_loaded_is_refreshed() {
    let token = |o: Options| Options { token: Some("t0ken".to_owned().into()), ..o };
    let world = World::start_bundle(bundle_of_text(ECHO), token).await;
    assert_eq!(refresh(&world, "C-1001", None).await.0, 401);
    let url = world.url("/v1/customers/C-1001/refresh");
    let (status, problem) = send(&url, "POST", None, &[("authorization", "Bearer t0ken")]).await;
    assert!(status == 404 && problem["help"].as_str().unwrap().contains("from get"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_vouches_for_goes_before_the_records() {
    let world = world().await;
    let said = who(&world, "a", "1", json!({ "id": "C-1001", "tier": "standard" })).await;
    assert_eq!(said, "C-1001: Hongda Precision, standard.");
    // Who says that something is not known says something.
    let said = who(&world, "a", "2", json!({ "id": "C-1001", "tier": null })).await;
    assert_eq!(said, "C-1001.");
    assert_eq!(who_is(&world, "a", "3").await, LI);
    assert_eq!(profile_asked(&world), 1);
    // Where all is said nobody need be asked.
    let all = json!({ "id": "C-2002", "company": "BH", "tier": "gold" });
    assert_eq!(who(&world, "b", "1", all).await, "C-2002: BH, gold.");
    assert_eq!(asked(&world, "GET /customers/C-2002"), 0);
    // Another customer in the same session has nothing of the one before.
    world.crm.set_delay(HANGS);
    assert_eq!(who(&world, "b", "2", json!({ "id": "C-7" })).await, "C-7.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_records_hang_what_is_known_is_used_whatever_its_age() {
    let world = world().await;
    world.crm.set_delay(HANGS);
    assert_eq!(who_is(&world, "a", "1").await, "C-1001.");
    let said = who(&world, "a", "2", json!({ "id": "C-1001", "tier": "gold" })).await;
    assert_eq!(said, "C-1001: , gold.");
    // What was vouched for once is what the session knows.
    assert_eq!(who_is(&world, "a", "3").await, "C-1001: , gold.");
    assert_eq!(counted(&world, "profile", "failed"), 3);
    world.crm.set_delay(Duration::ZERO);
    assert_eq!(who_is(&world, "a", "4").await, LI);
    world.crm.set_delay(HANGS);
    world.clock.advance_ms(30 * 86_400_000);
    let world = world.restart().await;
    assert_eq!(who_is(&world, "c", "1").await, LI);
    assert_eq!(counted(&world, "profile", "stale"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_are_away_are_left_alone_for_a_while() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let away = |mut o: Options| {
        o.variables.insert("CRM_URL".to_owned(), nobody.into());
        o
    };
    let world = World::start_bundle(bundle_of_text(include_str!("records.flow")), away).await;
    for id in 0..9 {
        assert_eq!(who_is(&world, "a", &id.to_string()).await, "C-1001.");
    }
    assert_eq!(mail(&world, "1", true).await.1, "Nobody.");
    assert_eq!(counted(&world, "profile", "failed"), 9);
    assert_eq!(counted(&world, "address", "failed"), 1);
    // The CRM comes back, and is asked when the pause is over.
    let world = world.restart().await;
    assert_eq!(who_is(&world, "a", "10").await, LI);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_failures_in_a_row_nobody_asks_for_ten_seconds() {
    let world = world().await;
    world.crm.data().customers.insert("C-1001".to_owned(), json!("a text"));
    for id in 0..7 {
        assert_eq!(who_is(&world, "a", &id.to_string()).await, "C-1001.");
    }
    assert_eq!(profile_asked(&world), 5);
    world.crm.data().customers.insert("C-1001".to_owned(), json!({ "tier": "gold" }));
    world.clock.advance_ms(9_999);
    assert_eq!(who_is(&world, "a", "7").await, "C-1001.");
    world.clock.advance_ms(1);
    assert_eq!(who_is(&world, "a", "8").await, "C-1001: , gold.");
    assert_eq!(profile_asked(&world), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_profile_of_hers_is_not_taken_for_one() {
    let world = world().await;
    assert_eq!(who_is(&world, "a", "1").await, LI);
    let record = world.crm.data().customers["C-1001"].clone();
    for (number, wrong) in [
        json!("a text"),
        json!(null),
        json!([]),
        json!([record, record]),
        json!({ "tier": "platinum" }),
        json!({ "company": { "name": "Hongda" }, "tier": "gold" }),
        json!({ "id": "C-2002", "company": "Blue Harbour", "tier": "silver" }),
    ]
    .into_iter()
    .enumerate()
    {
        let is_nobody = wrong == json!([]);
        world.crm.data().customers.insert("C-1001".to_owned(), wrong.clone());
        world.clock.advance_ms(11 * 60_000);
        let expected = if is_nobody { "C-1001." } else { LI };
        assert_eq!(who_is(&world, "a", &format!("w{number}")).await, expected, "{wrong}");
        world.crm.data().customers.insert("C-1001".to_owned(), record.clone());
        world.clock.advance_ms(11 * 60_000);
        assert_eq!(who_is(&world, "a", &format!("r{number}")).await, LI);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_whom_the_records_do_not_know_is_asked_about_once() {
    let world = world().await;
    for id in ["1", "2", "3"] {
        assert_eq!(who(&world, "a", id, json!({ "id": "C-9" })).await, "C-9.");
    }
    assert_eq!(asked(&world, "GET /customers/C-9"), 1);
    // Whoever the id names, it stays in its place.
    let odd = json!({ "id": "../orders/12345?a=b#c" });
    assert_eq!(who(&world, "b", "1", odd).await, "../orders/12345?a=b#c.");
    assert_eq!(asked(&world, "GET /customers/..%2Forders%2F12345%3Fa%3Db%23c"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verified_address_that_is_one_customers_is_hers_from_then_on() {
    let world = world().await;
    assert_eq!(who_is(&world, "a", "1").await, LI);
    let vouched = |id: &str| super::vouched(envelope("api", "li", id, "who am I"), &li());
    let hers = world.server.access().carry_out(vouched("1")).await.unwrap().session;
    assert_eq!(mail(&world, "1", true).await, (hers.clone(), LI.to_owned()));
    assert_eq!((asked(&world, ADDRESS_ASKED), counted(&world, "address", "found")), (1, 1));
    // Hers from then on, after a restart too, and no more asked about.
    let world = world.restart().await;
    assert_eq!(mail(&world, "2", true).await, (hers.clone(), LI.to_owned()));
    assert_eq!(asked(&world, ADDRESS_ASKED), 1);
    // A mail that only claims to be from there is nobody's, in a conversation of its own.
    let (others, said) = mail(&world, "3", false).await;
    assert_eq!(said, "Nobody.");
    assert_ne!(others, hers);
    assert_eq!(mail(&world, "4", false).await, (others.clone(), "Nobody.".to_owned()));
    // One that answers a mail of ours is from whoever was sent that.
    let answer = envelope("mail", ADDRESS, "5", "who am I");
    let answer = Envelope { conversation: hers.clone(), ..answer };
    let answered = world.server.access().carry_out(answer).await.unwrap();
    assert_eq!((&answered.session, answered.answer.replies[0].reply.text.as_str()), (&hers, LI));
    // And the one that is verified is still in hers.
    assert_eq!(mail(&world, "6", true).await, (hers, LI.to_owned()));
}

fn li() -> Json {
    json!({ "id": "C-1001" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_matched_by_an_address_that_is_not_verified_or_on_another_channel() {
    let world = world().await;
    assert_eq!(mail(&world, "1", false).await.1, "Nobody.");
    let proof = Proof { kind: Some(Kind::AddressVerified(true)) };
    let message = envelope("api", ADDRESS, "1", "who am I");
    let message = Envelope { proofs: vec![proof], ..message };
    let answered = world.server.access().carry_out(message).await.unwrap();
    assert_eq!(answered.answer.replies[0].reply.text, "Nobody.");
    assert_eq!(asked(&world, ADDRESS_ASKED), 0);
    // The same address, once it is verified.
    assert_eq!(mail(&world, "2", true).await.1, LI);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_of_two_customers_or_of_none_is_nobodys() {
    let world = world().await;
    for (number, other) in [json!(ADDRESS), json!("LI.WEI@hongda.example")].into_iter().enumerate()
    {
        set(&world, "C-2002", "email", other);
        assert_eq!(mail(&world, &format!("two{number}"), true).await.1, "Nobody.");
        world.clock.advance_ms(11 * 60_000);
    }
    assert_eq!((asked(&world, ADDRESS_ASKED), counted(&world, "address", "several")), (2, 2));
    set(&world, "C-1001", "email", json!("other@hongda.example"));
    set(&world, "C-2002", "email", json!("ann@blueharbour.example"));
    assert_eq!(mail(&world, "none", true).await.1, "Nobody.");
    // Strangers are not asked about with every message.
    assert_eq!(mail(&world, "again", true).await.1, "Nobody.");
    assert_eq!((asked(&world, ADDRESS_ASKED), counted(&world, "address", "nobody")), (3, 1));
    set(&world, "C-1001", "email", json!(ADDRESS));
    world.clock.advance_ms(11 * 60_000);
    assert_eq!(mail(&world, "one", true).await.1, LI);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_looked_up_again_when_the_records_answer_again() {
    let world = world().await;
    world.crm.set_delay(HANGS);
    assert_eq!(mail(&world, "1", true).await.1, "Nobody.");
    world.crm.set_delay(Duration::ZERO);
    let (session, said) = mail(&world, "2", true).await;
    assert_eq!(said, LI);
    // Another customer's words in her conversation do not change whose it is.
    let message = Envelope {
        conversation: session,
        proofs: vec![Proof { kind: Some(Kind::AddressVerified(true)) }],
        ..envelope("mail", "ann@blueharbour.example", "3", "who am I")
    };
    let answered = world.server.access().carry_out(message).await.unwrap();
    assert_eq!(answered.answer.replies[0].reply.text, LI);
    let own = envelope("mail", "ann@blueharbour.example", "4", "who am I");
    let own = world.server.access().carry_out(own).await.unwrap();
    assert_eq!(own.answer.replies[0].reply.text, "Nobody.");
    assert_ne!(own.session, answered.session);
}
