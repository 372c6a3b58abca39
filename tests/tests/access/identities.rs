//! Whose messages belong to which session.

use flowright_access::v1::Envelope;
use flowright_runtime::dispatch::Answer;
use flowright_tests::{ECHO, World, bundle_of_text, send};
use serde_json::{Value as Json, json};

use super::{envelope, vouched};

/// The bot that counts what it hears, with customers.
fn bot() -> Vec<u8> {
    bundle_of_text(&format!("customer {{ id: text }}\n{ECHO}"))
}

async fn say(world: &World, envelope: Envelope) -> (String, Vec<String>) {
    let answered = world.server.access().carry_out(envelope).await.unwrap();
    let texts = texts_of(&answered.answer);
    (answered.session, texts)
}

fn texts_of(answer: &Answer) -> Vec<String> {
    answer.replies.iter().map(|r| r.reply.text.clone()).collect()
}

/// What the bot answers to a word.
fn answer(text: &str) -> Vec<String> {
    vec![text.to_owned(), "What?".to_owned()]
}

fn customer(id: &str) -> Json {
    json!({ "id": id })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_is_proved_has_one_conversation_and_a_name_proves_nothing() {
    let world = World::start_bundle(bot(), |o| o).await;
    let c1 = customer("C-1");
    let (first, said) = say(&world, vouched(envelope("api", "a@x", "1", "echo"), &c1)).await;
    assert_eq!(said, ["What?"]);
    // The same customer on another channel, from another address.
    let (second, said) = say(&world, vouched(envelope("web", "visitor", "1", "one"), &c1)).await;
    assert_eq!((second.as_str(), said), (first.as_str(), answer("1: one")));
    // Known from now on by her address alone.
    let (third, said) = say(&world, envelope("web", "visitor", "2", "two")).await;
    assert_eq!((third.as_str(), said), (first.as_str(), answer("2: two")));
    // Somebody who only calls herself so.
    let mut other = envelope("web", "stranger", "3", "echo");
    other.from.as_mut().unwrap().display_name = "C-1".to_owned();
    let (fourth, said) = say(&world, other).await;
    assert_ne!(fourth, first);
    assert_eq!(said, ["What?"]);
    // The same address on another channel is another address.
    let (fifth, _) = say(&world, envelope("web", "a@x", "4", "echo")).await;
    assert!(fifth != first && fifth != fourth);
    // It all holds after a restart.
    let world = world.restart().await;
    let (sixth, said) = say(&world, envelope("api", "a@x", "5", "three")).await;
    assert_eq!((sixth, said), (first, answer("3: three")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_changes_hands_shows_nothing_of_the_customer_before() {
    let world = World::start_bundle(bot(), |o| o).await;
    let at = |id: &str, text: &str| envelope("web", "shared", id, text);
    let (first, _) = say(&world, vouched(at("1", "echo"), &customer("C-1"))).await;
    let (second, said) = say(&world, vouched(at("2", "echo"), &customer("C-2"))).await;
    assert_ne!(first, second);
    assert_eq!(said, ["What?"]);
    let (third, _) = say(&world, at("3", "one")).await;
    assert_eq!(third, second);
    // The first customer's conversation is where she finds it again.
    let elsewhere = vouched(envelope("api", "c1", "4", "one"), &customer("C-1"));
    assert_eq!(say(&world, elsewhere).await, (first, answer("1: one")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_messages_at_once_begin_one_session() {
    let world = World::start_bundle(bot(), |o| o).await;
    let said = (0..20).map(|number| {
        let (channel, sender) = if number % 2 == 0 { ("api", "a") } else { ("web", "b") };
        let message = envelope(channel, sender, &format!("m{number}"), "echo");
        say(&world, vouched(message, &customer("C-1")))
    });
    let said = futures_util::future::join_all(said).await;
    assert!(said.iter().all(|(session, _)| *session == said[0].0), "{said:?}");
    // The same id again on the same channel is the same message.
    let again = vouched(envelope("api", "a", "m0", "echo"), &customer("C-1"));
    let again = world.server.access().carry_out(again).await.unwrap();
    assert!(again.answer.repeated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_turns_out_to_be_a_customers_goes_on_in_hers() {
    let world = World::start_bundle(bot(), |o| o).await;
    let c1 = customer("C-1");
    let (hers, _) = say(&world, vouched(envelope("api", "c1", "1", "echo"), &c1)).await;
    say(&world, envelope("api", "c1", "2", "stop")).await;
    // Somebody whom nobody knows yet begins something.
    let visitor = |id: &str, text: &str| envelope("web", "visitor", id, text);
    let (own, _) = say(&world, visitor("1", "echo")).await;
    let (_, said) = say(&world, visitor("2", "one")).await;
    assert_eq!(said, answer("1: one"));
    assert_ne!(own, hers);
    // Then she is the customer: it goes on where it was, in the customer's conversation.
    let proved = vouched(visitor("3", "two"), &c1);
    assert_eq!(say(&world, proved.clone()).await, (hers.clone(), answer("2: two")));
    // From wherever she writes, and after a restart.
    let world = world.restart().await;
    assert_eq!(
        say(&world, envelope("api", "c1", "3", "three")).await,
        (hers.clone(), answer("3: three"))
    );
    let again = world.server.access().carry_out(proved).await.unwrap();
    assert!(again.answer.repeated);
    // What she sent before it turned out who she is, and sends again, was carried out there.
    let earlier = world.server.access().carry_out(visitor("2", "one")).await.unwrap();
    assert!(earlier.answer.repeated);
    assert_eq!((&earlier.session, texts_of(&earlier.answer)), (&hers, answer("1: one")));
    assert_eq!(
        say(&world, envelope("api", "c1", "4", "four")).await,
        (hers.clone(), answer("4: four"))
    );
    // Nothing is left where it was: no question, no timer.
    let left = world.session(&own).await;
    assert_eq!((&left["flows"], &left["wake_at_ms"]), (&json!([]), &Json::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_conversations_of_a_customer_become_one_that_holds_both() {
    let world = World::start_bundle(bot(), |o| o).await;
    let c1 = customer("C-1");
    let (hers, _) = say(&world, vouched(envelope("api", "c1", "1", "echo"), &c1)).await;
    say(&world, envelope("api", "c1", "2", "one")).await;
    say(&world, envelope("web", "visitor", "1", "echo")).await;
    say(&world, envelope("web", "visitor", "2", "uno")).await;
    say(&world, envelope("web", "visitor", "3", "due")).await;
    // What she is talking about now comes first; what waited comes after it.
    let (session, said) = say(&world, vouched(envelope("web", "visitor", "4", "tre"), &c1)).await;
    assert_eq!((session, said), (hers.clone(), answer("3: tre")));
    let (_, said) = say(&world, envelope("web", "visitor", "5", "stop")).await;
    assert!(said.iter().any(|text| text.contains("What?")), "{said:?}");
    let (_, said) = say(&world, envelope("api", "c1", "3", "two")).await;
    assert_eq!(said, answer("2: two"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_who_writes_and_takes_an_address_away() {
    let world = World::start_bundle(bot(), |o| o).await;
    let c1 = customer("C-1");
    let (hers, _) = say(&world, vouched(envelope("api", "c1", "1", "echo"), &c1)).await;
    say(&world, vouched(envelope("web", "visitor", "1", "one"), &c1)).await;
    let identities = async || {
        let url = world.url(&format!("/admin/sessions/{hers}/identities"));
        let (status, shown) = send(&url, "GET", None, &[]).await;
        assert_eq!(status, 200, "{shown}");
        let shown = shown["identities"].as_array().unwrap().clone();
        shown.iter().map(|i| (i["address"].clone(), i["proof"].clone())).collect::<Vec<_>>()
    };
    let both = [(json!("c1"), json!("vouched")), (json!("visitor"), json!("vouched"))];
    assert_eq!(identities().await, both);
    let split = async |body: Json| {
        send(&world.url("/admin/identities/split"), "POST", Some(body), &[]).await.0
    };
    assert_eq!(split(json!({ "channel": "web", "address": "nobody" })).await, 404);
    assert_eq!(split(json!({ "channel": "web", "address": "visitor" })).await, 200);
    assert_eq!(identities().await, both[..1]);
    let (own, said) = say(&world, envelope("web", "visitor", "2", "echo")).await;
    assert_ne!(own, hers);
    assert_eq!(said, ["What?"]);
    // What proves anew who it is makes it hers again.
    let (again, _) = say(&world, vouched(envelope("web", "visitor", "3", "two"), &c1)).await;
    assert_eq!(again, hers);
}
