//! `POST /v1/customers/refresh`: the company's records tell by a signed webhook that what they say of
//! some customers has changed. The signature lets them in, not a key.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use flowright_access::limits::{CHANGES_BODY_BYTES_MAX, WEBHOOK_TIME_WINDOW_MS};
use flowright_access::social::{Changed, Changes, Incoming, Malformed, Refusal};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hyper::StatusCode;
use serde_json::json;

use super::app::Shared;
use super::body::{json, read_raw};
use super::problem::Problem;
use super::{Request, Response};
use crate::access::{RefreshError, Refreshed};
use crate::limits::{CHANGES_AT_ONCE_MAX, CHANGES_KNOWN_MAX};

/// What reads such webhooks, and knows those that were taken.
#[derive(Debug)]
pub(crate) struct Refreshes {
    changes: Changes,
    taken: Mutex<Taken>,
}

impl Refreshes {
    pub(super) fn new(changes: Changes) -> Self {
        Self { changes, taken: Mutex::default() }
    }
}

/// Takes one.
pub(super) async fn take(app: &Shared, request: Request) -> Result<Response, Problem> {
    let Some(refreshes) = &app.refreshes else {
        return Err(Problem::new(404, "this server takes no webhooks about customers")
            .with_help("set `[customers] refresh_secret_env` to what they are signed with"));
    };
    let (parts, body) = request.into_parts();
    let (body, _taken) = read_raw(body, CHANGES_BODY_BYTES_MAX, &app.room).await?;
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let incoming = Incoming {
        method: parts.method.as_str(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    let now_ms = app.access.now_ms();
    let verified = refreshes.changes.admit(&incoming, now_ms).map_err(refused)?;
    let changed = refreshes.changes.parse(&verified).map_err(senseless)?;
    // Before anything is done: what could not be known again is not taken.
    if let Some(again) = refreshes.lock().look(&changed, now_ms)? {
        return Ok(answer(&changed, again, true));
    }
    let counts = carry_out(app, &changed).await?;
    // Only when all of it is durable: one that failed half-way is to come again.
    refreshes.lock().add(&changed, counts, now_ms);
    Ok(answer(&changed, counts, false))
}

impl Refreshes {
    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(refusal: Refusal) -> Problem {
    tracing::warn!(%refusal, "a webhook about customers is refused");
    Problem::new(refusal.status(), refusal.to_string()).with_help(
        "send `Flowright-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 over the time, a dot and the body",
    )
}

fn senseless(malformed: Malformed) -> Problem {
    tracing::warn!(%malformed, "a webhook about customers makes no sense");
    Problem::new(400, malformed.to_string())
        .with_help("send `{ \"id\": \"…\", \"customers\": [\"…\"] }`")
}

/// How many customers are asked about again, and of how many nothing was known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    asked_again: usize,
    unknown: usize,
}

fn answer(changed: &Changed, counts: Counts, repeated: bool) -> Response {
    let Counts { asked_again, unknown } = counts;
    let document = json!({
        "id": changed.id,
        "asked_again": asked_again,
        "unknown": unknown,
        "repeated": repeated,
    });
    json(StatusCode::OK, &document)
}

/// Many at once, so that they share commits.
async fn carry_out(app: &Shared, changed: &Changed) -> Result<Counts, Problem> {
    let Some(profiles) = app.dispatch.profiles() else {
        return Err(RefreshError::NotLoaded.into());
    };
    let program = app.dispatch.program();
    let tell = |customer: &String| {
        let (program, customer) = (&program, customer.clone());
        async move { profiles.refresh(program, &customer, None).await }
    };
    let told = stream::iter(&changed.customers).map(tell).buffer_unordered(CHANGES_AT_ONCE_MAX);
    let counts = told.try_fold(Counts::default(), |mut counts, refreshed| {
        match refreshed {
            Refreshed::Unknown => counts.unknown += 1,
            Refreshed::AskedAgain | Refreshed::Replaced => counts.asked_again += 1,
        }
        futures_util::future::ready(Ok(counts))
    });
    Ok(counts.await?)
}

/// Those that were taken, as long as their signature lets them be sent again. After a restart they are
/// not known any more: then one is carried out again, and all that comes of it is another question to
/// the records.
#[derive(Debug, Default)]
struct Taken {
    by_id: HashMap<String, (blake3::Hash, Counts)>,
    /// Ids, and until when they are known, ms UTC, in the order in which they came.
    until: VecDeque<(String, i64)>,
}

/// What a webhook is about, to be told from another one under the same id.
fn about(changed: &Changed) -> blake3::Hash {
    let mut hash = blake3::Hasher::new();
    for customer in &changed.customers {
        hash.update(&(customer.len() as u64).to_le_bytes()).update(customer.as_bytes());
    }
    hash.finalize()
}

impl Taken {
    /// What came of one that was taken before, if it was.
    fn look(&mut self, changed: &Changed, now_ms: i64) -> Result<Option<Counts>, Problem> {
        while let Some((id, _)) = self.until.pop_front_if(|(_, until)| *until < now_ms) {
            self.by_id.remove(&id);
        }
        match self.by_id.get(&changed.id) {
            Some((hash, counts)) if *hash == about(changed) => Ok(Some(*counts)),
            Some(_) => Err(Problem::new(409, "this id was sent before with other customers")
                .with_help("give each webhook an id of its own")),
            None if self.until.len() >= CHANGES_KNOWN_MAX => Err(Problem::overloaded(
                "too many webhooks about customers came within ten minutes",
            )),
            None => Ok(None),
        }
    }

    fn add(&mut self, changed: &Changed, counts: Counts, now_ms: i64) {
        // One that came twice at the same time was carried out twice.
        if self.by_id.insert(changed.id.clone(), (about(changed), counts)).is_none() {
            // Signed five minutes ahead of our clock, it can be sent until five minutes after that.
            let until = now_ms.saturating_add(2 * WEBHOOK_TIME_WINDOW_MS);
            self.until.push_back((changed.id.clone(), until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(id: &str, customers: &[&str]) -> Changed {
        let customers = customers.iter().map(|id| (*id).to_owned()).collect();
        Changed { id: id.to_owned(), customers }
    }

    #[test]
    fn what_was_taken_is_known_as_long_as_it_could_be_sent_again() {
        let (mut taken, counts) = (Taken::default(), Counts { asked_again: 1, unknown: 0 });
        let one = changed("e-1", &["C-1"]);
        assert_eq!(taken.look(&one, 0).unwrap(), None);
        taken.add(&one, counts, 0);
        taken.add(&one, counts, 1);
        assert_eq!(taken.look(&one, 600_000).unwrap(), Some(counts));
        assert_eq!(taken.look(&changed("e-1", &["C-2"]), 600_000).unwrap_err().status, 409);
        assert_eq!(taken.look(&one, 600_001).unwrap(), None);
        assert!(taken.by_id.is_empty() && taken.until.is_empty());
    }

    #[test]
    fn what_could_not_be_known_again_is_not_taken() {
        let mut taken = Taken::default();
        for n in 0..CHANGES_KNOWN_MAX {
            taken.add(&changed(&n.to_string(), &["C-1"]), Counts::default(), 0);
        }
        let problem = taken.look(&changed("one more", &["C-1"]), 0).unwrap_err();
        assert_eq!((problem.status, problem.retry_after_s), (503, Some(1)));
        assert!(taken.look(&changed("7", &["C-1"]), 0).unwrap().is_some());
        assert_eq!(taken.look(&changed("one more", &["C-1"]), 600_001).unwrap(), None);
    }

    #[test]
    fn other_customers_are_another_webhook() {
        assert_ne!(about(&changed("e", &["ab", "c"])), about(&changed("e", &["a", "bc"])));
    }
}
