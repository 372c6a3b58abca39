//! What a secret decides, and shows by it: conditions on values that the customer may not know,
//! by which something is said, asked or called, or by which a value is kept that is said later.
//! Warnings: nothing of the value itself is shown.

use super::collect::{Branch, Decides, Dest, Leaf, Use};
use super::decides::Tell;
use super::demand::Demand;
use super::net::NodeId;
use super::report::{Report, told};
use crate::base::FileSpan;
use crate::base::limits::DIAGNOSTICS_MAX;
use crate::diag::{Code, Diagnostic, Label as DiagLabel};
use crate::ir::ActionId;

/// The words of one finding.
struct Words {
    /// What is told of the value.
    message: &'static str,
    /// What the place does.
    label: &'static str,
    help: &'static str,
}

const CHECK: Words = Words {
    message: "whoever tries answers finds out about",
    label: "decides whether an answer is taken",
    help: "check against something she may know, or let an action decide",
};
const ASKED: Words = Words {
    message: "whether she is asked tells about",
    label: "asked only while nothing fits there",
    help: "ask everybody, or keep the value in a slot that is not asked for",
};
const OFFERED: Words = Words {
    message: "what is offered tells about",
    label: "shows how many there are, and whether there is any",
    help: "offer the same to everybody, or `reveal(…) because \"…\"` where it may be noticed",
};
const ANSWERED: Words = Words {
    message: "which articles she is answered with tells about",
    label: "decides whose questions they answer",
    help: "answer everybody with them, or write `applies when reveal(…) because \"…\"` where it may be noticed",
};
const HANDED_OVER: Words = Words {
    message: "whether she talks to a human tells about",
    label: "decides who is handed over",
    help: "hand everybody over alike, or write `handoff when reveal(…) because \"…\"` where it may be noticed",
};
const BRANCH: Words = Words {
    message: "what happens next tells about",
    label: "decides what is said or called",
    help: "take the same way for everybody, or write `when reveal(…) because \"…\"` where it may be noticed",
};

impl Report<'_> {
    /// Every condition.
    pub(super) fn branches(&mut self, branches: &[Branch<'_>]) {
        for (number, branch) in branches.iter().enumerate() {
            if self.found.len() >= DIAGNOSTICS_MAX {
                return;
            }
            for (leaf, demand) in self.secrets(&branch.leaves) {
                match &branch.what {
                    Decides::Check => self.implicit(branch, leaf, demand, &CHECK, Vec::new()),
                    Decides::Answered => {
                        self.implicit(branch, leaf, demand, &ANSWERED, Vec::new());
                    }
                    Decides::HandedOver => {
                        self.implicit(branch, leaf, demand, &HANDED_OVER, Vec::new());
                    }
                    Decides::Asked { is_checked } => {
                        let is_known = || *is_checked && self.is_put_in(leaf.node, demand);
                        if self.decided.presence.contains(&(leaf.node, demand)) || is_known() {
                            self.implicit(branch, leaf, demand, &ASKED, Vec::new());
                        }
                    }
                    Decides::Offered => {
                        let (origin, _) = self.decided.carried.route(self.net, leaf.node, demand);
                        // Mostly the choices themselves show it: that is said already.
                        if !self.is_refused(origin) {
                            self.implicit(branch, leaf, demand, &OFFERED, Vec::new());
                        }
                    }
                    Decides::Bodies { .. } => {
                        let shown = self.shown(number, demand);
                        if !shown.is_empty() {
                            self.implicit(branch, leaf, demand, &BRANCH, shown);
                        }
                    }
                }
            }
        }
    }

    /// Whether a secret is put into a place: what the customer says herself is not one.
    fn is_put_in(&self, node: NodeId, demand: Demand) -> bool {
        let carries = |from: NodeId| self.decided.carried.carried(from).any(|own| own == demand);
        self.net.edges.iter().any(|edge| edge.to == node && carries(edge.from))
    }

    /// The secrets that a condition reads, each with one place. What is personal is hers: deciding
    /// by it tells her nothing new.
    fn secrets(&self, leaves: &[Leaf]) -> Vec<(Leaf, Demand)> {
        let mut secrets: Vec<(Leaf, Demand)> = Vec::new();
        for leaf in leaves {
            let demands = self.decided.carried.carried(leaf.node);
            for demand in demands.filter(|demand| *demand != Demand::Personal) {
                if !secrets.iter().any(|(_, known)| *known == demand) {
                    secrets.push((*leaf, demand));
                }
            }
        }
        secrets
    }

    fn implicit(
        &mut self,
        branch: &Branch<'_>,
        leaf: Leaf,
        demand: Demand,
        words: &Words,
        shown: Vec<DiagLabel>,
    ) {
        let (origin, edges) = self.decided.carried.route(self.net, leaf.node, demand);
        if !self.fresh(Code::W0702, branch.at, origin) {
            return;
        }
        let name = self.net.name(origin);
        let message = format!("{} {name}, and {}", words.message, self.who(demand));
        let mut route = self.route(origin, &edges, demand);
        route.push(DiagLabel { at: branch.at, text: words.label.to_owned() });
        route.extend(shown);
        let finding = Diagnostic::new(Code::W0702, branch.at, message);
        let numbered = !edges.is_empty() || route.len() > 3;
        self.found.push(told(finding, route, numbered).help(words.help));
    }

    /// Values that somebody gets and that carry a secret only by what it decided.
    pub(super) fn decided_uses(&mut self, uses: &[Use]) {
        for one in uses {
            if !matches!(one.to, Dest::Customer | Dest::Address | Dest::Param { .. }) {
                continue;
            }
            let known: Vec<Demand> = self.solved.carried(one.leaf.node).collect();
            // Somebody who may not see the value at all is told so.
            if known.iter().any(|demand| !self.may(one.to, *demand)) {
                continue;
            }
            let demands: Vec<Demand> = self.decided.carried.carried(one.leaf.node).collect();
            for demand in demands {
                let secret = demand != Demand::Personal && !self.may(one.to, demand);
                if secret && self.found.len() < DIAGNOSTICS_MAX {
                    self.decided_use(one, demand);
                }
            }
        }
    }

    fn decided_use(&mut self, one: &Use, demand: Demand) {
        let (origin, edges) = self.decided.carried.route(self.net, one.leaf.node, demand);
        if !self.fresh(Code::W0702, one.leaf.at, origin) {
            return;
        }
        let what = match one.to {
            Dest::Param { .. } => "what is passed on",
            Dest::Address => "this address",
            _ => "what is said",
        };
        let name = self.net.name(origin);
        let message = format!("{what} tells about {name}, and {}", self.who(demand));
        let mut route = self.route(origin, &edges, demand);
        route.push(DiagLabel { at: one.leaf.at, text: self.label(one.to) });
        if let Some(at) = one.leaf.shown {
            route.push(DiagLabel { at, text: "and the text shows it here".to_owned() });
        }
        let finding = Diagnostic::new(Code::W0702, one.leaf.at, message);
        let help = "keep the same for everybody, or write `when reveal(…) because \"…\"` where it may be noticed";
        self.found.push(told(finding, route, true).help(help));
    }

    /// The first thing that shows which way a branch took, with the call that leads to it.
    fn shown(&self, branch: usize, demand: Demand) -> Vec<DiagLabel> {
        let tells = self.decided.tells.get(&branch).into_iter().flatten();
        tells
            .map(|tell| self.tells(tell, demand))
            .find(|shown| !shown.is_empty())
            .unwrap_or_default()
    }

    fn tells(&self, tell: &Tell, demand: Demand) -> Vec<DiagLabel> {
        let label = |at: FileSpan, text: &str| vec![DiagLabel { at, text: text.to_owned() }];
        match tell {
            Tell::Said(at) => label(*at, "said only then"),
            Tell::Asked(at) => label(*at, "asked only then"),
            Tell::Called(action, at) if !self.cleared(*action, demand) => {
                label(*at, "called only then")
            }
            Tell::Called(..) => Vec::new(),
            Tell::Human(at) => label(*at, "a human takes over only then"),
            Tell::Waits(at) => label(*at, "waits only then"),
            Tell::Back(at) => label(*at, "goes back only then"),
            Tell::Inside(at, inner) => {
                let mut shown = self.tells(inner, demand);
                if !shown.is_empty() {
                    shown.insert(0, DiagLabel { at: *at, text: "runs only then".to_owned() });
                }
                shown
            }
        }
    }

    /// Whether an action is trusted with values of this kind anyway.
    fn cleared(&self, action: ActionId, demand: Demand) -> bool {
        let action = self.project.actions.get(action.index());
        action.is_none_or(|action| {
            action.param_labels.iter().any(|label| self.roles.meets(label, demand))
        })
    }
}
