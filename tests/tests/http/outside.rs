//! Actions against servers that delay, refuse, fail and break off: what the flow hears of it, how
//! often was asked, and that it was asked with one key.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use flowright_tests::{World, bundle_of_text};

use super::odd::{Does, Odd};

/// An action and an effect that are asked for three times at most, 400 ms each.
pub(crate) const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }

action crm.due(order: text) -> { due: text } {
  get "{env.CRM_URL}/orders/{order}"
  timeout 400ms  retries 2
  error gone when status == 404
}
effect crm.close(order: text) {
  put "{env.CRM_URL}/orders/{order}"
  body { order }
  timeout 400ms  retries 2
}

intent due   { en "when is it due", "due date", "the due date please", "when does it come", "due" }
intent close { en "close it", "close my order", "please close the order", "closing", "shut it" }

flow due {
  on intent due
  state start {
    do found = crm.due("1") {
      gone   -> { say "Gone."  end unresolved }
      failed -> { say "Failed."  end unresolved }
    }
    say "Due {found.due}."
    end resolved
  }
}

flow close {
  on intent close
  state start {
    do crm.close("1") { failed -> { say "Failed."  end unresolved } }
    say "Closed."
    end resolved
  }
}
"#;

const DUE: Does = Does::Answers(200, r#"{ "due": "tomorrow" }"#);
/// Longer than anybody waits for an answer.
pub(crate) const LONG: Duration = Duration::from_secs(5);

/// What the server does, what the customer says and hears, and how often the server was asked.
const CASES: [(&[Does], &str, &str, usize); 19] = [
    (&[DUE], "due date", "Due tomorrow.", 1),
    (&[Does::Delays(Duration::from_millis(100), 200, r#"{"due": "x"}"#)], "due date", "Due x.", 1),
    (&[Does::Delays(LONG, 200, "{}"), DUE], "due date", "Due tomorrow.", 2),
    (&[Does::Delays(LONG, 200, "{}")], "due date", "Failed.", 3),
    (&[Does::Answers(503, "busy"), DUE], "due date", "Due tomorrow.", 2),
    (&[Does::Answers(502, ""), Does::Answers(504, ""), DUE], "due date", "Due tomorrow.", 3),
    (&[Does::Answers(503, "")], "due date", "Failed.", 3),
    // Whoever answers 500 has the request: asking again is no use.
    (&[Does::Answers(500, "oh"), DUE], "due date", "Failed.", 1),
    (&[Does::Answers(404, "<html>"), DUE], "due date", "Gone.", 1),
    (&[Does::Answers(302, ""), DUE], "due date", "Failed.", 1),
    (&[Does::Answers(200, "<html>"), DUE], "due date", "Failed.", 1),
    (&[Does::Answers(200, r#"{ "dew": "x" }"#), DUE], "due date", "Failed.", 1),
    (&[Does::CutsBody, DUE], "due date", "Due tomorrow.", 2),
    (&[Does::CutsBody], "due date", "Failed.", 3),
    (&[Does::Drips, DUE], "due date", "Due tomorrow.", 2),
    (&[Does::Closes, Does::Babbles, DUE], "due date", "Due tomorrow.", 3),
    (&[Does::CutsBody, Does::Answers(200, "")], "close it", "Closed.", 2),
    (&[Does::Delays(LONG, 200, ""), Does::Answers(204, "")], "close it", "Closed.", 2),
    (&[Does::Answers(500, ""), Does::Answers(200, "")], "close it", "Failed.", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_other_side_does_the_flow_goes_on() {
    let bundle = bundle_of_text(SOURCE);
    let one = |number: usize, (script, text, said, asked): (&'static [Does], _, _, _)| {
        let bundle = bundle.clone();
        async move {
            let odd = Odd::start(script).await;
            let url = format!("http://{}", odd.address);
            let world = World::start_bundle(bundle, |mut options| {
                options.variables.insert("CRM_URL".to_owned(), url.into());
                options
            })
            .await;
            let begun = Instant::now();
            let body = serde_json::json!({ "id": "1", "text": text });
            let (_, answer) = world.post("s", body.clone()).await;
            assert_eq!(flowright_tests::texts(&answer), [said], "case {number}");
            assert!(begun.elapsed() < Duration::from_secs(20), "case {number}");
            let keys = odd.keys();
            assert_eq!(keys.len(), asked, "case {number}");
            assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 1, "case {number}: {keys:?}");
            // The message again: nobody outside is asked again.
            let (_, again) = world.post("s", body).await;
            assert_eq!(again["replies"], answer["replies"], "case {number}");
            assert_eq!(odd.keys().len(), asked, "case {number}");
        }
    };
    for (number, case) in CASES.into_iter().enumerate() {
        one(number, case).await;
    }
}

/// Nobody listens at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_connection_is_a_failure() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let world = World::start_bundle(bundle_of_text(SOURCE), |mut options| {
        options.variables.insert("CRM_URL".to_owned(), url.into());
        options
    })
    .await;
    let (_, answer) = world.post("s", serde_json::json!({ "id": "1", "text": "due date" })).await;
    assert_eq!(flowright_tests::texts(&answer), ["Failed."]);
}

const ENDLESS: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
action jobs.ready(job: text) -> { ready: bool } { get "{env.CRM_URL}/jobs/{job}" }
intent job { en "is my job ready", "job status", "how is my job", "ready yet", "check the job" }
flow job {
  on intent job
  allow(E0403, "the job is ready in no time")
  state start {
    do job = jobs.ready("1") { failed -> handoff because "no answer" }
    when job.ready { say "Ready."  end resolved }
    -> start
  }
}
"#;

/// A flow that calls and calls ends at a human, and no two of its calls look like one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_end_come_to_an_end() {
    let odd = Odd::start(&[Does::Answers(200, r#"{ "ready": false }"#)]).await;
    let url = format!("http://{}", odd.address);
    let world = World::start_bundle(bundle_of_text(ENDLESS), |mut options| {
        options.variables.insert("CRM_URL".to_owned(), url.into());
        options
    })
    .await;
    let (_, answer) = world.post("s", serde_json::json!({ "id": "1", "text": "job status" })).await;
    assert_eq!(answer["status"], "handed_off", "{answer}");
    let keys = odd.keys();
    assert_eq!(keys.len() as u64, flowright_engine::limits::CALLS_IN_A_ROW_MAX);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
}
