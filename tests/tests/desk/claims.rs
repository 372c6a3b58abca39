//! Fifty agents want one conversation: one has it, and the others are told. `FLOWRIGHT_LONG=1` has them
//! want one a hundred thousand times.

use flowright_engine::model::{DeskMove, Owner, Ownership, Released, Then};
use flowright_runtime::dispatch::{AgentMove, DeskOrder, Dispatch, DispatchError, Held};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::seeds::is_long;
use flowright_tests::{ECHO, World, bundle_of_text};
use futures_util::future::join_all;
use serde_json::json;

const AGENTS: usize = 50;
const SESSIONS: usize = 20;

pub(crate) async fn handed_over(world: &World, session: &str) {
    for (id, text) in [("1", "echo this"), ("2", "human")] {
        let (status, _) = world.post(session, json!({ "id": id, "text": text })).await;
        assert_eq!(status, 200);
    }
}

async fn held(dispatch: &Dispatch, session: &str) -> Held {
    let all = dispatch.held().await.unwrap();
    all.into_iter().find(|held| held.session == session).unwrap()
}

fn claim(epoch: u64, agent: usize) -> DeskOrder {
    let agent = format!("agent-{agent}");
    let owner = Owner { agent: agent.clone(), name: agent.clone() };
    DeskOrder { id: format!("{epoch}/{agent}"), epoch, what: DeskMove::Claim { owner, why: None } }
}

fn release(epoch: u64) -> DeskOrder {
    let what = DeskMove::Release { why: Released::PutBack };
    DeskOrder { id: format!("{epoch}/back"), epoch, what }
}

/// All of them claim it in each round, one has it, and she puts it back.
async fn rounds(dispatch: Dispatch, session: String, rounds: usize) {
    let mut epoch = held(&dispatch, &session).await.epoch;
    for round in 0..rounds {
        let claims = (0..AGENTS).map(|n| dispatch.desk(&session, claim(epoch, n + round)));
        let answers = join_all(claims).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{session} {round}");
        assert!(lost.iter().all(|error| *error == Err(DispatchError::NotTheOwner)), "{lost:?}");
        dispatch.desk(&session, release(epoch + 1)).await.unwrap();
        epoch += 2;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_claim_a_conversation_one_has_it() {
    let quick =
        |options: flowright_runtime::service::Options| flowright_runtime::service::Options {
            sqlite: SqliteOptions::new(Durability::ProcessOnly),
            ..options
        };
    let world = World::start_bundle(bundle_of_text(ECHO), quick).await;
    let all = if is_long() { 100_000 } else { 1_000 };
    let mut at_work = Vec::new();
    for number in 0..SESSIONS {
        let session = format!("s{number}");
        handed_over(&world, &session).await;
        let dispatch = world.server.dispatch().clone();
        at_work.push(tokio::spawn(rounds(dispatch, session, all / SESSIONS)));
    }
    for work in at_work {
        work.await.unwrap();
    }
    let held = world.server.dispatch().held().await.unwrap();
    assert_eq!(held.len(), SESSIONS);
    assert!(held.iter().all(|held| held.owner.is_none()), "all were put back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_lasts_through_a_restart_and_is_told_to_whoever_listens() {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    let mut news = world.server.dispatch().listen_held();
    handed_over(&world, "s").await;
    let dispatch = world.server.dispatch();
    let waits = held(dispatch, "s").await;
    assert_eq!(
        (waits.skill.as_deref(), waits.urgency, waits.channel.as_str()),
        (Some("s"), 1, "api")
    );
    assert_eq!(news.recv().await.unwrap().held.as_ref(), Some(&waits));
    let first = dispatch.desk("s", claim(waits.epoch, 1)).await.unwrap();
    let has = held(dispatch, "s").await;
    assert_eq!(has.owner.as_ref().map(|owner| owner.agent.as_str()), Some("agent-1"));
    assert_eq!(news.recv().await.unwrap().held.as_ref(), Some(&has));
    let world = world.restart().await;
    let dispatch = world.server.dispatch();
    assert_eq!(held(dispatch, "s").await, has);
    let again = dispatch.desk("s", claim(waits.epoch, 1)).await.unwrap();
    assert_eq!((again.turn, again.repeated), (first.turn, true), "the same order again");
    // A desk elsewhere may not speak in it; she may, and close it.
    let (status, problem) = {
        let path = world.url("/v1/sessions/s/agent");
        let body = json!({ "id": "x", "agent": "Eve", "text": "Hello." });
        flowright_tests::send(&path, "POST", Some(body), &[]).await
    };
    assert_eq!(status, 409, "{problem}");
    let done = AgentMove {
        id: "1".to_owned(),
        name: "Ann".to_owned(),
        text: Some("Solved.".to_owned()),
        then: Then::Close(flowright_compiler::ir::Outcome::Resolved),
        handoff_at_ms: None,
        by: Some(Ownership { agent: "agent-1".to_owned(), epoch: has.epoch }),
    };
    let mut news = dispatch.listen_held();
    let answer = dispatch.agent("s", done.clone()).await.unwrap();
    assert!(!answer.handed_off);
    let gone = news.recv().await.unwrap();
    assert_eq!((gone.session.as_str(), &gone.held), ("s", &None));
    assert_eq!(dispatch.held().await.unwrap(), []);
    let late = dispatch.desk("s", claim(has.epoch, 2)).await.unwrap_err();
    assert_eq!(late, DispatchError::NotHandedOff);
    // What the customer says next is the bot's again, and a new handoff is a new one.
    handed_over_again(&world).await;
    let late = AgentMove { id: "2".to_owned(), ..done };
    assert_eq!(dispatch.agent("s", late).await, Err(DispatchError::NotTheOwner));
}

async fn handed_over_again(world: &World) {
    for (id, text) in [("3", "echo this"), ("4", "human")] {
        world.post("s", json!({ "id": id, "text": text })).await;
    }
    assert_eq!(world.session("s").await["status"], "handed_off");
}
