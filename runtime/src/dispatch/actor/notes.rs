//! What operators want to know of a step.

use flowright_engine::model::Command;

use super::Actor;

impl Actor {
    /// Counts and logs what operators want to know. No customer's words are among it.
    pub(super) fn note(&self, commands: &[Command], missed: bool) {
        if missed {
            self.inner.metrics.misses.inc();
        }
        for command in commands {
            match command {
                Command::Handoff(handoff) => {
                    self.inner.metrics.handoffs.inc();
                    let skill = handoff.skill_name.as_deref().unwrap_or("-");
                    tracing::info!(session = %self.id, skill, urgency = handoff.urgency, "handoff");
                }
                Command::Reply(reply) => {
                    if let Some(channel) = &reply.on {
                        self.count_elsewhere(channel, "sent");
                    }
                }
                Command::NotReached { channel } => {
                    self.count_elsewhere(channel, "not_reached");
                    tracing::warn!(
                        session = %self.id,
                        code = "R0106",
                        channel,
                        "the customer cannot be written to there: it is said where she wrote last"
                    );
                }
                Command::Note { code, text } => {
                    tracing::warn!(session = %self.id, code, "{text}");
                }
                _ => {}
            }
        }
    }
}
