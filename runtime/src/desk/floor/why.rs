//! Why an agent got a conversation, and who else could have had it: goes into the journal with the claim.

use flowright_routing::{AgentId, Decision, RunnerUp, Score};
use serde_json::{Value as Json, json};

use super::Floor;

impl Floor {
    /// What spoke for who gets it, and who else could have had it, as people read it later.
    pub(super) fn why(&self, decision: &Decision) -> Json {
        let named = |agent: AgentId| {
            let present = self.numbers.get(&agent).and_then(|agent| self.workers.get(agent));
            present.map(|present| present.worker.owner())
        };
        let runner_up = |other: &RunnerUp| {
            let agent = named(other.agent)?;
            Some(json!({ "agent": agent, "score": scored(&other.score) }))
        };
        json!({
            "skill": self.skills.iter().find(|(_, id)| **id == decision.skill).map(|(name, _)| name),
            "waited_ms": decision.waited_ms,
            "score": scored(&decision.score),
            "candidates": decision.candidates,
            "runners_up": decision.runners_up.iter().filter_map(runner_up).collect::<Vec<_>>(),
        })
    }
}

/// A score with what the turn goes by.
fn scored(score: &Score) -> Json {
    let mut shown = json!(score);
    if let Json::Object(shown) = &mut shown {
        shown.insert("total".to_owned(), json!(score.total()));
    }
    shown
}
