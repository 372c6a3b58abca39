//! Social webhooks: the IO around `flowright_access::social`. What a provider signed is spooled and
//! answered at once; what is said goes out through its API, at its pace.

mod account;
mod media;
mod open;
mod outlet;
mod pace;
mod receive;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use account::Account;
pub use open::{SocialChannel, SocialChannels, lacking};
pub(crate) use receive::Unreceived;

use super::{Outlet, Outlets};
use crate::clock::SharedClock;
use crate::config::WebhookError;
use crate::transport::SharedTransport;

/// All webhook channels of a server, by their path. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Social {
    doors: Arc<BTreeMap<String, Door>>,
}

/// What is behind a path.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// A channel that is served.
    Open(Arc<Account>),
    /// One that is not, and why.
    Closed(WebhookError),
}

impl Social {
    /// With what carries requests, and what tells the time.
    pub(crate) fn new(
        channels: SocialChannels,
        transport: &SharedTransport,
        clock: &SharedClock,
    ) -> Self {
        let open = channels.open.into_iter().map(|channel| {
            let path = channel.path.clone();
            let account = Account::new(channel, Arc::clone(transport), Arc::clone(clock));
            (path, Door::Open(Arc::new(account)))
        });
        let closed = channels.closed.into_iter().map(|(path, why)| (path, Door::Closed(why)));
        Self { doors: Arc::new(open.chain(closed).collect()) }
    }

    /// What is behind a path.
    pub(crate) fn at(&self, path: &str) -> Option<&Door> {
        self.doors.get(path)
    }

    /// The account of a channel.
    pub(crate) fn of(&self, channel: &str) -> Option<&Arc<Account>> {
        self.doors.values().find_map(|door| match door {
            Door::Open(account) => Some(account).filter(|account| account.name() == channel),
            Door::Closed(_) => None,
        })
    }

    /// Where what is said on these channels goes.
    pub(crate) fn outlets(&self) -> Outlets {
        let open = self.doors.values().filter_map(|door| match door {
            Door::Open(account) => Some(account),
            Door::Closed(_) => None,
        });
        open.map(|a| (a.name().to_owned(), Arc::new(Arc::clone(a)) as Arc<dyn Outlet>)).collect()
    }
}
