//! What the company's records know of customers: the profile of one, loaded where the bot says and kept
//! for a time; and whose an address is. The records may be slow, away or wrong: then what is known is
//! used, whatever its age. Nothing here fails a message, and nothing waits longer than it is allowed to.

mod answer;
mod line;
mod strangers;

use std::sync::Arc;

use flowright_compiler::ir::{FindDef, LookupDef, Program};
use serde_json::Value as Json;

pub(crate) use answer::{Profile, id_of};

use self::answer::{Found, declared, found};
use self::line::Line;
use self::strangers::Strangers;
use crate::actions::ActionClient;
use crate::clock::SharedClock;
use crate::limits::CUSTOMER_ID_BYTES_MAX;
use crate::store::{SharedAccessStore, StoreError, StoredProfile};
use crate::telemetry::Metrics;

/// What is kept of a profile.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The profile, if any is kept.
    pub(crate) profile: Option<Profile>,
    /// Whether it need not be asked for again.
    pub(crate) is_fresh: bool,
}

/// What came of telling that a profile has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// The records are asked again when the customer writes.
    AskedAgain,
    /// Nothing was known of her.
    Unknown,
    /// What was told is what is known from now on.
    Replaced,
}

/// Why a profile was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// The bot does not load profiles.
    #[error("this bot does not load the profiles of its customers")]
    NotLoaded,
    /// It is not as declared.
    #[error("{0}")]
    BadProfile(String),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks, and keeps.
#[derive(Debug)]
pub struct Profiles {
    actions: ActionClient,
    store: SharedAccessStore,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    from: Line,
    find: Line,
    strangers: Strangers,
}

impl Profiles {
    /// With whoever carries requests out, and where answers are kept.
    #[must_use]
    pub fn new(
        actions: ActionClient,
        store: SharedAccessStore,
        clock: SharedClock,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (from, find) = (Line::new("profile"), Line::new("address"));
        Self { actions, store, clock, metrics, from, find, strangers: Strangers::default() }
    }

    /// What is kept of a customer. What is damaged is as good as nothing: it is asked for again.
    pub(crate) async fn kept(&self, program: &Program, customer: &str) -> Kept {
        let Some(from) = &program.profile.from else { return Kept::default() };
        let stored = self.store.profile(customer).await.unwrap_or_else(|error| {
            tracing::error!(%error, "what is kept of a customer could not be read");
            None
        });
        let Some(StoredProfile { profile, at_ms, doubted_ms, .. }) = stored else {
            return Kept::default();
        };
        let profile: Option<Profile> = serde_json::from_str(&profile).ok();
        let age_ms = self.clock.now_ms().saturating_sub(at_ms);
        // Another version of the bot may declare more.
        let has_all = program
            .customer
            .iter()
            .all(|field| profile.as_ref().is_some_and(|p| p.contains_key(&field.name)));
        let is_fresh = has_all && at_ms >= doubted_ms && (0..from.keep_ms).contains(&age_ms);
        if is_fresh {
            self.count(&self.from, "kept");
        }
        Kept { profile, is_fresh }
    }

    /// What the records say of a customer; else what was kept of her.
    pub(crate) async fn load(
        &self,
        program: &Program,
        customer: &str,
        kept: Option<Profile>,
    ) -> Option<Profile> {
        let from = program.profile.from.as_ref()?;
        let at_ms = self.clock.now_ms();
        let read = |found: Found| match found {
            Found::One(profile) => Ok((declared(program, customer, &profile)?, "loaded")),
            Found::Nobody => Ok((declared(program, customer, &Profile::new())?, "nobody")),
            Found::Several => Err("the answer is about more than one customer".to_owned()),
        };
        match self.ask(program, (&self.from, from), customer, read).await {
            Some((profile, result)) => {
                self.count(&self.from, result);
                self.keep(customer, &profile, at_ms).await;
                Some(profile)
            }
            None => {
                self.count(&self.from, if kept.is_some() { "stale" } else { "failed" });
                kept
            }
        }
    }

    /// The customer whose an address is, where the records know exactly one. The channel has verified
    /// that the address is the sender's.
    pub(crate) async fn find(
        &self,
        program: &Program,
        channel: &str,
        address: &str,
    ) -> Option<String> {
        let FindDef { lookup, .. } = find_on(program, channel)?;
        let now_ms = self.clock.now_ms();
        if self.strangers.knows(channel, address, now_ms) {
            return None;
        }
        let read = |found: Found| match found {
            Found::One(profile) => match id_of(&profile).filter(|id| is_askable(id)) {
                Some(id) => Ok((Some(id), "found")),
                None => Err("the customer has no id".to_owned()),
            },
            Found::Nobody => Ok((None, "nobody")),
            Found::Several => Ok((None, "several")),
        };
        let Some((id, result)) = self.ask(program, (&self.find, lookup), address, read).await
        else {
            self.count(&self.find, "failed");
            return None;
        };
        self.count(&self.find, result);
        if id.is_none() {
            self.strangers.add(channel, address, now_ms, lookup.keep_ms);
        }
        id
    }

    /// One question. Nothing where there is no answer that can be read.
    async fn ask<T>(
        &self,
        program: &Program,
        (line, lookup): (&Line, &LookupDef),
        asked: &str,
        read: impl Fn(Found) -> Result<T, String>,
    ) -> Option<T> {
        let _place = line.place(self.clock.now_ms())?;
        let answer = self.actions.look_up(program, lookup, asked).await;
        match answer.and_then(|(status, json)| found(status, json)).and_then(read) {
            Ok(read) => {
                line.answered();
                Some(read)
            }
            Err(cause) => {
                line.failed(self.clock.now_ms(), &cause);
                None
            }
        }
    }

    async fn keep(&self, customer: &str, profile: &Profile, at_ms: i64) {
        let stored = StoredProfile {
            customer: customer.to_owned(),
            profile: Json::Object(profile.clone()).to_string(),
            at_ms,
            doubted_ms: 0,
        };
        if let Err(error) = self.store.keep_profile(stored, self.clock.now_ms()).await {
            // It is used now, and asked for again.
            tracing::error!(%error, "a customer's profile could not be kept");
        }
    }

    /// Tells that a customer's profile has changed, or what it is now. Her conversation learns of it with
    /// her next message.
    ///
    /// # Errors
    /// See [`RefreshError`].
    pub async fn refresh(
        &self,
        program: &Program,
        customer: &str,
        profile: Option<&Profile>,
    ) -> Result<Refreshed, RefreshError> {
        if program.profile.from.is_none() {
            return Err(RefreshError::NotLoaded);
        }
        let now_ms = self.clock.now_ms();
        let Some(profile) = profile else {
            let was_known = self.store.doubt_profile(customer.to_owned(), now_ms).await?;
            return Ok(if was_known { Refreshed::AskedAgain } else { Refreshed::Unknown });
        };
        let own = declared(program, customer, profile).map_err(RefreshError::BadProfile)?;
        let stored = StoredProfile {
            customer: customer.to_owned(),
            profile: Json::Object(own).to_string(),
            at_ms: now_ms,
            doubted_ms: 0,
        };
        self.store.keep_profile(stored, now_ms).await?;
        Ok(Refreshed::Replaced)
    }

    fn count(&self, line: &Line, result: &str) {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let labels = vec![label("question", line.question), label("result", result)];
        self.metrics.lookups.get_or_create(&labels).inc();
    }
}

/// How addresses on a channel are looked up, if they are.
pub(crate) fn find_on<'p>(program: &'p Program, channel: &str) -> Option<&'p FindDef> {
    let is_it = |find: &&FindDef| {
        let mut names = find.channels.iter().filter_map(|id| program.channels.get(id.index()));
        names.any(|named| named.name == channel)
    };
    program.profile.find.iter().find(is_it)
}

/// Whether a customer's id can be asked about.
pub(crate) fn is_askable(id: &str) -> bool {
    !id.is_empty() && id.len() <= CUSTOMER_ID_BYTES_MAX
}
