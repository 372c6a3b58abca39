//! Where the customer can be written to, beside where she wrote last: for programs that ask, or write there.

use flowright_engine::model::Event;
use flowright_engine::writes_elsewhere;

use super::Actor;
use crate::dispatch::DispatchError;
use crate::telemetry::by_channel;

impl Actor {
    /// Whether the program says something on a channel of its choice, or asks whether it can.
    pub(super) fn writes_elsewhere(&mut self) -> bool {
        let Some(live) = &self.live else { return false };
        let bundle = live.program.bundle;
        let asks = match self.writes_elsewhere {
            Some((known, asks)) if known == bundle => asks,
            _ => writes_elsewhere(&live.program.program),
        };
        self.writes_elsewhere = Some((bundle, asks));
        asks
    }

    /// Learns which addresses are hers, when that has changed.
    pub(super) async fn learn_contacts(&mut self) -> Result<(), DispatchError> {
        let Some(live) = &self.live else { return Ok(()) };
        let Some(contacts) = &self.inner.outside.contacts else { return Ok(()) };
        let news = contacts.news(&live.program.program, &live.session).await?;
        if let Some(hers) = news {
            self.step_alone(Event::Contacts { hers }, None).await?;
        }
        Ok(())
    }

    pub(super) fn count_elsewhere(&self, channel: &str, result: &str) {
        self.inner.metrics.elsewhere.get_or_create(&by_channel(channel, result)).inc();
    }
}
