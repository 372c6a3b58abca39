//! The unified access layer between channels and sessions, over real stores: what was acknowledged is
//! carried out once and in order, whatever stops the server; who writes decides the session; what is said
//! goes where the customer wrote, and how far it has come is kept.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crm;
mod elsewhere;
mod identities;
mod outlet;
mod refreshes;
mod spool;
mod tokens;

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_access::v1::proof::Kind;
use flowright_access::v1::{Envelope, Identity, Proof};
use flowright_runtime::access::Outlets;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text};

use outlet::Postbox;

/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A server whose channel `api` sends what is said into a box.
async fn world(mail: &Arc<Postbox>) -> World {
    let mail = Arc::clone(mail);
    World::start_bundle(bundle_of_text(ECHO), move |o| Options { outlets: outlets(&mail), ..o })
        .await
}

fn outlets(mail: &Arc<Postbox>) -> Outlets {
    Outlets::from([("api".to_owned(), Arc::<Postbox>::clone(mail) as _)])
}

/// A message of somebody on a channel, whose answer goes to `to SENDER`.
fn envelope(channel: &str, sender: &str, id: &str, text: &str) -> Envelope {
    let from =
        Identity { channel: channel.to_owned(), address: sender.to_owned(), ..Identity::default() };
    Envelope {
        id: id.to_owned(),
        channel: channel.to_owned(),
        from: Some(from),
        text: text.to_owned(),
        reply_to: format!("to {sender}"),
        ..Envelope::default()
    }
}

/// The same from a system that may vouch for customers.
fn vouched(envelope: Envelope, profile: &serde_json::Value) -> Envelope {
    let proof = Proof { kind: Some(Kind::VouchedProfile(profile.to_string())) };
    Envelope { proofs: vec![proof], ..envelope }
}

/// Waits for something.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
