//! What a name is that was looked for in vain where it stands: of another kind, or another flow's.
//! Who takes an intent for a flow is not helped by a list of the flows.

use std::collections::BTreeMap;

use super::cx::{Checker, article};
use super::scope::{Inside, Scope};
use super::symbols::{Found, Table};
use super::written::{intents_of, steps_of};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic, closest};
use crate::syntax::ast::{Flow, Name, StepKind};

/// What a name is, where it is nothing that may stand there.
pub(super) struct Elsewhere {
    /// Where the name is of another kind; else the code stays that of what is unknown.
    code: Option<Code>,
    message: String,
    label: String,
    /// Where it is declared, if it is.
    declared: Option<FileSpan>,
    /// What stands for it here.
    meant: Option<String>,
    /// The ways out, where nothing else was meant.
    help: Vec<String>,
}

impl Elsewhere {
    /// Of the right kind, in another flow.
    fn of_flow(what: &str, name: &Name, owner: &str, declared: FileSpan) -> Self {
        Self {
            code: None,
            message: format!("`{}` is a {what} of the flow `{owner}`", name.text),
            label: "not known here".to_owned(),
            declared: Some(declared),
            meant: None,
            help: Vec::new(),
        }
    }

    /// Of another kind than what is wanted.
    fn of_kind(is: &str, wanted: &str, name: &Name) -> Self {
        let (is, wanted) =
            (format!("{} {is}", article(is)), format!("{} {wanted}", article(wanted)));
        Self {
            code: Some(Code::E0209),
            message: format!("`{}` is {is}, not {wanted}", name.text),
            label: is,
            declared: None,
            meant: None,
            help: Vec::new(),
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl<'a> Checker<'a> {
    /// Like [`Checker::unknown`], for a name that may be something else.
    pub(super) fn unknown_here<'n>(
        &mut self,
        code: Code,
        what: &str,
        name: &Name,
        known: impl IntoIterator<Item = &'n str>,
        elsewhere: Option<Elsewhere>,
    ) {
        let Some(elsewhere) = elsewhere else { return self.unknown(code, what, name, known) };
        let meant = match elsewhere.meant {
            None => self.compared(known).and_then(|known| {
                closest(&name.text, known.iter().map(String::as_str)).map(str::to_owned)
            }),
            meant => meant,
        };
        if meant.is_none() && self.names_lost {
            // What was lost may have that name.
            return;
        }
        let at = self.at(name.span);
        let mut finding = Diagnostic::new(elsewhere.code.unwrap_or(code), at, elsewhere.message)
            .label(elsewhere.label);
        if let Some(declared) = elsewhere.declared {
            finding = finding.related(declared, "declared here");
        }
        self.report(match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                at,
                meant,
            ),
            None => elsewhere.help.into_iter().fold(finding, Diagnostic::help),
        });
    }

    /// A name of one kind that is declared as another.
    pub(super) fn of_another_kind(&self, wanted: &str, name: &Name) -> Option<Elsewhere> {
        let (is, declared) = self.declared_as(wanted, &name.text)?;
        let mut elsewhere =
            Elsewhere::of_kind(is, wanted, name).help(way_out(wanted, is, &name.text));
        elsewhere.declared = Some(declared);
        elsewhere.meant = match (wanted, is) {
            ("flow", "intent") => self.flow_that_begins_with(&name.text),
            ("intent", "flow") => self.intent_that_begins(&name.text),
            _ => None,
        };
        Some(elsewhere)
    }

    /// A name of a state that is another flow's, or something else.
    pub(super) fn state_elsewhere(&self, name: &Name) -> Option<Elsewhere> {
        // Where many flows have it (`start`), none of them was meant.
        let owners = self.kept().states.get(name.text.as_str()).map_or(&[][..], Vec::as_slice);
        if self.symbols.flows.get(&name.text).is_none()
            && let [(owner, at)] = *owners
        {
            let help = format!("`->` stays in its flow; `call {owner}()` runs the other one");
            return Some(Elsewhere::of_flow("state", name, owner, at).help(help));
        }
        self.of_another_kind("state", name)
    }

    /// A state that is called like a flow.
    pub(super) fn state_as_flow(&self, name: &Name) -> Elsewhere {
        let help = format!("`-> {}` goes on there", name.text);
        Elsewhere::of_kind("state", "flow", name).help(help)
    }

    /// A value that is named where a text is to be named.
    pub(super) fn value_as_text(&self, name: &Name, scope: &Scope) -> Option<Elsewhere> {
        let known = scope.locals.contains_key(&name.text)
            || scope.params.iter().any(|param| param.name == name.text);
        known.then(|| Elsewhere::of_kind("value", "text", name).help(shows(&name.text)))
    }

    /// A name in an expression: a field of the customer, a slot or result of another flow, or
    /// something that has no value.
    pub(super) fn value_elsewhere(&self, name: &Name, scope: &Scope) -> Option<Elsewhere> {
        let field = self.customer.iter().position(|field| field.name == name.text);
        if let Some(number) = field {
            let mut elsewhere = Elsewhere::of_kind("field of the customer", "slot or value", name);
            elsewhere.code = None;
            elsewhere.message = format!("`{}` is a field of the customer", name.text);
            elsewhere.declared = self.customer_at.get(number).copied();
            elsewhere.meant = Some(format!("customer.{}", name.text));
            return Some(elsewhere);
        }
        self.kept_elsewhere(name, scope)
            .or_else(|| self.of_another_kind("value", name))
            .or_else(|| of_the_urgency(name))
    }

    /// A name where a slot is to be named.
    pub(super) fn slot_elsewhere(&self, name: &Name, scope: &Scope) -> Option<Elsewhere> {
        let known = |is: &str, help: &str| Elsewhere::of_kind(is, "slot", name).help(help);
        if scope.locals.contains_key(&name.text) {
            return Some(known("result", "a `do` or `choose` fills it; a slot is asked for"));
        }
        if let Some(number) = self.customer.iter().position(|field| field.name == name.text) {
            let help = "it comes from your systems; what the customer says goes into a slot";
            let mut elsewhere = known("field of the customer", help);
            elsewhere.declared = self.customer_at.get(number).copied();
            return Some(elsewhere);
        }
        self.kept_elsewhere(name, scope).or_else(|| self.of_another_kind("slot", name))
    }

    /// A slot or result of another flow.
    fn kept_elsewhere(&self, name: &Name, scope: &Scope) -> Option<Elsewhere> {
        let (kept, of) = (self.kept(), name.text.as_str());
        let slot = kept.slots.get(of).map(|slot| ("slot", *slot));
        let (what, (owner, at)) = slot.or_else(|| Some(("result", *kept.results.get(of)?)))?;
        let (elsewhere, name) = (Elsewhere::of_flow(what, name, owner, at), &name.text);
        let hand_on = match &scope.inside {
            Inside::Flow(here) if what == "slot" => format!(
                "to hand it on, declare a slot `{name}` in `{here}` too, and give it: \
                 `call {here}({name}: {name})`"
            ),
            Inside::Flow(here) => format!(
                "to hand on a part of it, declare a slot for that in `{here}`, and give it: \
                 `call {here}(part: {name}.…)`"
            ),
            Inside::Text(here) => {
                format!("give the text a parameter for it, and say `{here}({name})`")
            }
            Inside::Neither => {
                return Some(elsewhere.help("declare a slot outside of the flows to use it here"));
            }
        };
        Some(
            elsewhere
                .help(hand_on)
                .help("or declare a slot outside of the flows for it: all know it"),
        )
    }

    /// What the project's flows have under which names. Who names one thing wrongly names many: what
    /// they have is gone through once.
    fn kept(&self) -> &Kept<'a> {
        self.kept.get_or_init(|| {
            let flows = self.symbols.flows.items.iter().filter(|flow| !flow.is_std);
            flows.fold(Kept::default(), |mut kept, flow| {
                kept.add(flow);
                kept
            })
        })
    }

    /// The kind that a name has, other than the one that is wanted, and where it is declared.
    fn declared_as(&self, wanted: &str, name: &str) -> Option<(&'static str, FileSpan)> {
        fn at<T>(table: &Table<'_, T>, name: &str, of: impl Fn(&T) -> &Name) -> Option<FileSpan> {
            let found = table.items.get(table.get(name)? as usize)?;
            Some(found.at(of(found.node).span))
        }
        let symbols = &self.symbols;
        let mut kinds = [
            ("flow", at(&symbols.flows, name, |node| &node.name)),
            ("action", at(&symbols.actions, name, |node| &node.name)),
            ("text", at(&symbols.texts, name, |node| &node.name)),
            ("slot", at(&symbols.slots, name, |node| &node.name)),
            ("intent", at(&symbols.intents, name, |node| &node.name)),
            ("entity", at(&symbols.entities, name, |node| &node.name)),
            ("skill", at(&symbols.skills, name, |node| &node.name)),
            ("role", at(&symbols.roles, name, |node| &node.name)),
            ("channel", at(&symbols.channels, name, |node| &node.name)),
        ];
        // A condition asks for the intent, rather than for the flow that is called like it.
        kinds.sort_by_key(|(kind, _)| wanted == "value" && *kind != "intent");
        let others = kinds.into_iter().filter(|(kind, _)| *kind != wanted);
        others.into_iter().find_map(|(kind, at)| Some((kind, at?)))
    }

    /// The flow that an intent starts.
    fn flow_that_begins_with(&self, intent: &str) -> Option<String> {
        let mut flows = self.symbols.flows.items.iter();
        let flow = flows.find(|flow| intents_of(flow.node).any(|name| name.text == intent))?;
        Some(flow.node.name.text.clone())
    }

    /// The one intent that starts a flow.
    fn intent_that_begins(&self, flow: &str) -> Option<String> {
        let flow = self.symbols.flows.items.get(self.symbols.flows.get(flow)? as usize)?;
        let mut intents = intents_of(flow.node);
        let (Some(only), None) = (intents.next(), intents.next()) else { return None };
        self.symbols.intents.get(&only.text).map(|_| only.text.clone())
    }
}

/// What to write instead.
fn way_out(wanted: &str, is: &str, name: &str) -> String {
    match (wanted, is) {
        ("state", "flow") => format!(
            "`call {name}()` runs it and comes back: say what comes then, as `end resolved`"
        ),
        ("action" | "text" | "value" | "slot", "flow") => format!("`call {name}()` runs it"),
        ("flow", "intent") => {
            format!("let a flow begin with `on intent {name}`, and call that flow")
        }
        ("value", "intent") => format!("`intent is {name}` asks whether it was said"),
        ("value", "channel") => format!("`channel is {name}` asks whether it is used"),
        ("flow" | "text" | "value" | "slot", "action") => {
            format!("`do {name}(…)` calls it, `do x = {name}(…)` keeps what it returns")
        }
        ("flow" | "action" | "state" | "value", "text") => format!("`say {name}` says it"),
        ("text", "slot") => shows(name),
        ("value" | "slot", "entity") => {
            format!("an entity is a type: declare a slot of it, `slot x: {name}`")
        }
        ("skill", "role") => {
            "a role may see values, a skill takes conversations: declare one".into()
        }
        ("role", "skill") => {
            "a skill takes conversations, a role may see values: declare one".into()
        }
        _ => format!("name {} {wanted}, or declare one", article(wanted)),
    }
}

/// How the value of a name is said.
fn shows(name: &str) -> String {
    format!("`\"{{{name}}}\"` shows what is in it")
}

/// What flows have, by name: the first flow, and where it stands there.
#[derive(Default)]
pub(super) struct Kept<'a> {
    /// Of a state, no more than two.
    states: BTreeMap<&'a str, Vec<(&'a str, FileSpan)>>,
    slots: BTreeMap<&'a str, (&'a str, FileSpan)>,
    /// Results of actions and items of menus.
    results: BTreeMap<&'a str, (&'a str, FileSpan)>,
}

impl<'a> Kept<'a> {
    fn add(&mut self, flow: &Found<'a, Flow>) {
        let owner = flow.node.name.text.as_str();
        for state in &flow.node.states {
            let owners = self.states.entry(&state.name.text).or_default();
            // One that the flow has twice is its own fault.
            if owners.len() < 2 && owners.last().is_none_or(|(last, _)| *last != owner) {
                owners.push((owner, flow.at(state.name.span)));
            }
        }
        for slot in &flow.node.slots {
            let at = flow.at(slot.name.span);
            self.slots.entry(&slot.name.text).or_insert((owner, at));
        }
        for step in steps_of(flow.node) {
            if let StepKind::Do { bind: Some(kept), .. } | StepKind::ChooseFrom { item: kept, .. } =
                &step.kind
            {
                self.results.entry(&kept.text).or_insert((owner, flow.at(kept.span)));
            }
        }
    }
}

/// A name that only rules for the urgency know.
fn of_the_urgency(name: &Name) -> Option<Elsewhere> {
    let waiting = Scope { waiting: true, ..Scope::default() };
    waiting.own_names().find(|own| own.name == name.text)?;
    let mut elsewhere = Elsewhere::of_kind("time", "slot or value", name);
    elsewhere.message = format!("`{}` stands only in rules for the urgency", name.text);
    elsewhere.label = "not here".to_owned();
    Some(elsewhere.help(format!("write `urgency high when {} > 10m` in `route`", name.text)))
}
