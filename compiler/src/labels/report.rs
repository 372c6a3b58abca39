//! Asks every reader whether she may see what she gets, and tells the whole route when not.

use std::collections::BTreeSet;

use super::TakenOn;
use super::collect::{Dest, Use};
use super::decides::Decided;
use super::demand::{Demand, Roles};
use super::net::{Edge, How, Net, NodeId};
use super::solve::Solved;
use crate::base::FileSpan;
use crate::base::limits::DIAGNOSTICS_MAX;
use crate::diag::{Code, Diagnostic, Label as DiagLabel, Severity};
use crate::ir::{ActionId, FlowId, PROFILE_ID, RequestDef, RequestPart};
use crate::sema::hir::{Action, Label, Project, Slot};

/// Places of a route told from each of its ends; what lies between is counted.
const ROUTE_END_MAX: usize = 16;

/// The findings, as they are made.
pub(super) struct Report<'a> {
    pub(super) project: &'a Project,
    pub(super) roles: &'a Roles,
    pub(super) net: &'a Net<'a>,
    pub(super) solved: &'a Solved,
    pub(super) decided: &'a Decided,
    pub(super) found: Vec<Diagnostic>,
    /// Place and origin of what was said: one value is reported once at one place.
    said: BTreeSet<(Code, FileSpan, NodeId)>,
}

impl<'a> Report<'a> {
    pub(super) const fn new(
        project: &'a Project,
        roles: &'a Roles,
        net: &'a Net<'a>,
        solved: &'a Solved,
        decided: &'a Decided,
    ) -> Self {
        Self { project, roles, net, solved, decided, found: Vec::new(), said: BTreeSet::new() }
    }

    /// Every value that somebody gets.
    pub(super) fn uses(&mut self, uses: &[Use]) {
        for one in uses {
            for demand in self.solved.carried(one.leaf.node) {
                if !self.may(one.to, demand) && self.found.len() < DIAGNOSTICS_MAX {
                    self.leak(one, demand);
                }
            }
        }
    }

    /// Whether the reader meets the demand.
    pub(super) fn may(&self, to: Dest, demand: Demand) -> bool {
        match to {
            Dest::Customer => demand == Demand::Personal,
            Dest::Address => false,
            Dest::Agents => self.roles.all_meet(demand),
            Dest::Param { action, param } => {
                self.param(action, param).is_some_and(|(_, label)| self.roles.meets(label, demand))
            }
            Dest::Kept(node) => {
                self.net.declared(node).is_none_or(|own| self.roles.meets(&own.label, demand))
            }
            Dest::Branch | Dest::Check | Dest::Inside => true,
        }
    }

    fn param(&self, action: ActionId, param: u32) -> Option<(&'a Action, &'a Label)> {
        let action = self.project.actions.get(action.index())?;
        Some((action, action.param_labels.get(param as usize)?))
    }

    /// Whether an error was reported of this value.
    pub(super) fn is_refused(&self, origin: NodeId) -> bool {
        self.said.iter().any(|(code, _, of)| *of == origin && code.severity() == Severity::Error)
    }

    /// Whether this is said for the first time.
    pub(super) fn fresh(&mut self, code: Code, at: FileSpan, origin: NodeId) -> bool {
        self.said.insert((code, at, origin))
    }

    fn leak(&mut self, one: &Use, demand: Demand) {
        let (origin, edges) = self.solved.route(self.net, one.leaf.node, demand);
        let (code, what) = self.what(one.to);
        if !self.fresh(code, one.leaf.at, origin) {
            return;
        }
        let message = format!("{} {what}, and {}", self.net.name(origin), self.who(demand));
        let mut route = self.route(origin, &edges, demand);
        let here = DiagLabel { at: one.leaf.at, text: self.label(one.to) };
        route.push(here);
        if let Some(at) = one.leaf.shown {
            let text = match one.to {
                Dest::Address => "and becomes part of it here",
                _ => "and the text shows it here",
            };
            route.push(DiagLabel { at, text: text.to_owned() });
        }
        let finding = Diagnostic::new(code, one.leaf.at, message);
        let finding = told(finding, route, !edges.is_empty());
        let finding = self.declared_for(finding, one.to);
        self.found.push(finding.help(self.help(one, demand)));
    }

    /// What happens to a value, for the message.
    pub(super) fn what(&self, to: Dest) -> (Code, String) {
        match to {
            Dest::Address => (Code::E0702, "becomes part of an address".to_owned()),
            Dest::Agents => (Code::E0703, "is told to any agent who may take over".to_owned()),
            Dest::Param { action, param } => {
                let name = self.param(action, param).map_or("", |(action, _)| &action.name);
                (Code::E0702, format!("is passed to `{name}`"))
            }
            Dest::Kept(node) => (Code::E0704, format!("is kept in {}", self.net.name(node))),
            _ => (Code::E0701, "is said to the customer".to_owned()),
        }
    }

    pub(super) fn label(&self, to: Dest) -> String {
        match to {
            Dest::Address => "goes into the address here".to_owned(),
            Dest::Agents => "told to the agent here".to_owned(),
            Dest::Param { action, param } => {
                format!("given to the parameter `{}` here", self.param_name(action, param))
            }
            Dest::Kept(node) => format!("kept in {} here", self.net.name(node)),
            _ => "said here".to_owned(),
        }
    }

    fn param_name(&self, action: ActionId, param: u32) -> &'a str {
        let action = self.project.actions.get(action.index());
        let param = action.and_then(|action| action.params.get(param as usize));
        param.map_or("", |param| &param.name)
    }

    /// `only `supervisor` may see it`
    pub(super) fn who(&self, demand: Demand) -> String {
        match demand {
            Demand::Personal => "it is personal".to_owned(),
            Demand::Role(role) => format!("only `{}` may see it", self.roles.name(role)),
        }
    }

    /// The declaration that a reader has by its own label.
    fn declared_for(&self, finding: Diagnostic, to: Dest) -> Diagnostic {
        match to {
            Dest::Param { action, param } => match self.param(action, param) {
                Some((_, label)) => {
                    let name = self.param_name(action, param);
                    finding.related(label.at, format!("`{name}` is not declared for it"))
                }
                None => finding,
            },
            Dest::Kept(node) => match self.net.declared(node) {
                Some(own) => finding.related(own.label.at, "declared here for less".to_owned()),
                None => finding,
            },
            _ => finding,
        }
    }

    fn help(&self, one: &Use, demand: Demand) -> String {
        let label = self.roles.words(demand);
        match one.to {
            Dest::Address => "addresses are logged wherever they pass: leave it out".to_owned(),
            Dest::Agents => "leave it out: the summary shows it to those who may see it".to_owned(),
            Dest::Param { action, param } => {
                let name = self.param_name(action, param);
                format!(
                    "if the system behind it may have the value, declare the parameter: `{name}: … {label}`"
                )
            }
            Dest::Kept(_) => format!("declare the slot `{label}`, or keep something else in it"),
            _ => {
                "leave it out, or write `reveal(…) because \"…\"` where she may know it".to_owned()
            }
        }
    }

    /// Where the value is declared, and each place that it passes.
    pub(super) fn route(&self, origin: NodeId, edges: &[&Edge], demand: Demand) -> Vec<DiagLabel> {
        let at = self.net.declared(origin).map_or_else(FileSpan::default, |own| own.label.at);
        let label = self.roles.words(demand);
        let text = format!("{} is declared `{label}`", self.net.name(origin));
        let mut route = vec![DiagLabel { at, text }];
        for edge in edges.iter().filter(|edge| edge.how != How::Part) {
            if let How::Decided(by) = edge.how {
                let text = format!("decides about {}", self.net.name(edge.to));
                route.push(DiagLabel { at: by, text });
            }
            route.push(DiagLabel { at: edge.at, text: self.passed(edge) });
        }
        route
    }

    fn passed(&self, edge: &Edge) -> String {
        let to = self.net.name(edge.to);
        match edge.how {
            How::Part | How::Set | How::Kept => format!("kept in {to}"),
            How::Decided(_) => format!("changes {to} only then"),
            How::Default => format!("{to} begins with it"),
            How::Given(flow) => {
                let flow = self.project.flows.get(flow.index()).map_or("", |flow| &flow.name);
                format!("given to {to} of `{flow}`")
            }
            How::Chosen => format!("one of them becomes {to}"),
            How::Returned(_) => format!("comes back as {to}"),
        }
    }

    /// Parameters with a label that an action writes into its address; an id with one, by which the
    /// profile is loaded.
    pub(super) fn addresses(&mut self) {
        self.address_of_profile();
        for action in &self.project.actions {
            let used: BTreeSet<u32> = action.request.iter().flat_map(params_in_address).collect();
            for (param, label) in (0..).zip(&action.param_labels) {
                let words = self.roles.demands(label.personal, label.visible_to.as_deref());
                let Some(demand) = words.first().filter(|_| used.contains(&param)) else {
                    continue;
                };
                let name = action.params.get(param as usize).map_or("", |param| &param.name);
                let message = format!(
                    "`{name}` becomes part of the address of `{}`, and {}",
                    action.name,
                    self.who(*demand)
                );
                self.found.push(
                    Diagnostic::new(Code::E0702, label.at, message)
                        .label(format!("declared `{}`", self.roles.words(*demand)))
                        .help("addresses are logged wherever they pass: send it in the body, or find the record by an id that says nothing"),
                );
            }
        }
    }

    fn address_of_profile(&mut self) {
        let from = self.project.profile.from.as_ref().map(|from| &from.request);
        let is_in_address = from.is_some_and(|request| params_in_address(request).next().is_some());
        let mut fields = self.project.customer.iter().zip(&self.project.customer_at);
        let Some((id, at)) = fields.find(|(field, _)| field.name == PROFILE_ID) else { return };
        let words = self.roles.demands(id.personal, id.visible_to.as_deref());
        let Some(demand) = words.first().filter(|_| is_in_address) else { return };
        let who = self.who(*demand);
        let message = format!("`id` becomes part of the address of the profile, and {who}");
        self.found.push(
            Diagnostic::new(Code::E0702, *at, message)
                .label(format!("declared `{}`", self.roles.words(*demand)))
                .help("addresses are logged wherever they pass: send it in the body"),
        );
    }

    /// What a slot without a label of its own has taken on.
    pub(super) fn carried(&self, flow: Option<FlowId>, slot: &Slot) -> Option<TakenOn> {
        let node = self.net.known(flow, slot.place)?;
        if self.net.declared(node).is_some() {
            return None;
        }
        let demands = self.demands_within(node);
        let roles: Vec<u32> = demands
            .iter()
            .filter_map(|demand| match demand {
                Demand::Role(role) => Some(*role),
                Demand::Personal => None,
            })
            .collect();
        let personal = demands.contains(&Demand::Personal);
        (!demands.is_empty()).then(|| TakenOn { personal, visible_to: self.roles.common(&roles) })
    }

    fn demands_within(&self, node: NodeId) -> BTreeSet<Demand> {
        let mut demands: BTreeSet<Demand> = self.solved.carried(node).collect();
        for (_, edge) in self.net.out(node).filter(|(_, edge)| edge.how == How::Part) {
            demands.extend(self.demands_within(edge.to));
        }
        demands
    }
}

/// A finding with the places of a route in order; the one at the finding's own place is its label.
pub(super) fn told(finding: Diagnostic, route: Vec<DiagLabel>, numbered: bool) -> Diagnostic {
    let last = route.len();
    let hidden = |number: usize| number > ROUTE_END_MAX && number + ROUTE_END_MAX <= last;
    let mut finding = finding;
    for (number, place) in (1..).zip(route) {
        if hidden(number) {
            if number == ROUTE_END_MAX + 1 {
                let more = last - 2 * ROUTE_END_MAX;
                finding = finding.related(place.at, format!("{number}: and {more} places on"));
            }
            continue;
        }
        let text = if numbered { format!("{number}: {}", place.text) } else { place.text };
        if place.at == finding.primary.at && finding.primary.text.is_empty() {
            finding = finding.label(text);
        } else {
            finding = finding.related(place.at, text);
        }
    }
    finding
}

/// The parameters that a request has in its address.
fn params_in_address(request: &RequestDef) -> impl Iterator<Item = u32> {
    request.url.iter().filter_map(|part| match part {
        RequestPart::Param(number) => Some(*number),
        RequestPart::Literal(_) | RequestPart::Env(_) => None,
    })
}
