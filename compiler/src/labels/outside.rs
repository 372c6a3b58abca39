//! What a project says and decides outside of flows: texts that no step names, knowledge, rules, tests.

use super::collect::{Branch, Collector, Decides, Dest, Here};
use crate::sema::hir::{NamedText, TestStep};

impl Collector<'_> {
    /// All of it.
    pub(super) fn outside_flows(&mut self) {
        self.named_texts();
        self.noticed();
        self.inside();
    }

    /// Texts that only the engine says, or people at the desk, and those that nothing uses but whose reveals
    /// are listed.
    fn named_texts(&mut self) {
        for text in &self.project.texts {
            let is_said = NamedText::is_said_unnamed(&text.name);
            let here = Here::new(None, Dest::Customer);
            for shown in &text.text.params {
                let leaves = self.leaves(shown, here);
                self.get(leaves, Dest::Customer, is_said);
            }
        }
        self.unbound = false;
    }

    /// Whom a knowledge base answers, and who is handed over, shows in what is said.
    fn noticed(&mut self) {
        let project = self.project;
        let applies = project.knowledge.iter().filter_map(|base| base.applies.as_ref());
        let handed_over = project.fallbacks().flat_map(|fallback| &fallback.handoff_when);
        let all = applies
            .map(|cond| (cond, Decides::Answered))
            .chain(handed_over.map(|when| (&when.cond, Decides::HandedOver)));
        for (cond, what) in all {
            let leaves = self.leaves(cond, Here::new(None, Dest::Branch));
            self.branch(Branch { leaves, at: cond.at, what });
        }
    }

    /// What decides inside may read everything; only its reveals are of interest.
    fn inside(&mut self) {
        let rules = self.project.route.iter().filter_map(|rule| rule.cond.as_ref());
        for cond in rules {
            self.leaves(cond, Here::new(None, Dest::Inside));
        }
        for line in self.project.tests.iter().flat_map(|test| &test.lines) {
            if let TestStep::Holds { cond, flow, .. } = &line.kind {
                self.leaves(cond, Here::new(*flow, Dest::Inside));
            }
        }
    }
}
