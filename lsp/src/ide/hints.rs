//! What is shown between the words of a text: types that are not written, parameters' names, languages
//! that are missing, states that nothing leads to or that lead to no end.

use std::collections::{BTreeMap, BTreeSet};

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::diag::Code;
use flowright_compiler::graph::{FlowGraph, Node};
use flowright_compiler::syntax::ast::{
    Action, Arg, Body, Decl, DeclKind, ExprKind, Flow, Name, Slot, Step, StepKind, TextRef,
    TypeExpr,
};
use flowright_compiler::syntax::write::duration;
use petgraph::Direction;

use super::actions::texts::{languages, missing, references, written};
use super::actions::types::shown;
use super::model::Model;
use super::navigate::declarations;
use super::snapshot::Snapshot;
use super::symbols::{Kind, Scope, Symbol, Ty};

/// Something that is shown and not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where.
    pub at: u32,
    /// What.
    pub label: String,
    /// What kind of thing.
    pub what: What,
    /// More of it, when it is pointed at.
    pub tooltip: Option<String>,
    /// Where what it names is declared.
    pub target: Option<FileSpan>,
}

impl Hint {
    const fn new(at: u32, what: What, label: String) -> Self {
        Self { at, label, what, tooltip: None, target: None }
    }
}

/// What kind of thing a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A type.
    Type,
    /// The name of a parameter.
    Parameter,
    /// What holds where nothing is said.
    Default,
    /// Something that is not there, or not so.
    Lack,
}

/// A longer type is cut off; the tooltip has all of it.
const TYPE_CHARS_MAX: usize = 40;

/// The hints in a part of a file, in the order of the text.
#[must_use]
pub fn hints(snapshot: &Snapshot, file: FileId, within: Span) -> Vec<Hint> {
    let Some(known) = snapshot.model.file(file) else { return Vec::new() };
    let mut hints = Hints { snapshot, model: &snapshot.model, found: Vec::new() };
    for decl in &known.parsed.decls {
        let span = decl.node.span.shifted(decl.origin);
        if span.start <= within.end && within.start <= span.end {
            hints.decl(decl, known.is_std);
        }
    }
    let mut found = hints.found;
    found.retain(|hint| within.start <= hint.at && hint.at <= within.end);
    found.sort_by_key(|hint| hint.at);
    found
}

struct Hints<'s> {
    snapshot: &'s Snapshot,
    model: &'s Model,
    found: Vec<Hint>,
}

impl Hints<'_> {
    fn put(&mut self, decl: &Decl, hint: Hint) {
        self.found.push(Hint { at: hint.at.saturating_add(decl.origin), ..hint });
    }

    fn decl(&mut self, decl: &Decl, is_std: bool) {
        match &decl.node.kind {
            DeclKind::Flow(flow) => self.flow(decl, flow),
            DeclKind::Slot(slot) => self.slot(decl, slot),
            DeclKind::Action(action) => self.timeout(decl, action),
            _ => {}
        }
        // What the standard library does not speak is not for its reader to mend.
        if !is_std {
            self.missing_languages(decl);
        }
    }

    fn flow(&mut self, decl: &Decl, flow: &Flow) {
        for slot in &flow.slots {
            self.slot(decl, slot);
            self.tries(decl, flow, slot);
        }
        let scope = Scope::of_flow(self.model, flow);
        let mut bound = BTreeSet::new();
        for state in &flow.states {
            self.steps(decl, &scope, &state.steps, &mut bound);
            for handler in &state.handlers {
                self.body(decl, &scope, &handler.body, &mut bound);
            }
        }
        for handler in &flow.handlers {
            self.body(decl, &scope, &handler.body, &mut bound);
        }
        for text in references(flow) {
            if let TextRef::Named { name, args } = text {
                let params = self.model.text_params(&name.text);
                self.arguments(decl, args, &params);
            }
        }
        self.reachability(decl, flow);
    }

    fn body(&mut self, decl: &Decl, scope: &Scope, body: &Body, bound: &mut BTreeSet<String>) {
        if let Body::Steps(steps) = body {
            self.steps(decl, scope, steps, bound);
        }
    }

    fn steps(&mut self, decl: &Decl, scope: &Scope, steps: &[Step], bound: &mut BTreeSet<String>) {
        for step in steps {
            match &step.kind {
                StepKind::Do { bind, action, args, .. } => {
                    if let Some(bind) = bind {
                        self.bind(decl, scope, bind, Some(&action.text), bound);
                    }
                    let params = self.model.action_params(&action.text);
                    self.arguments(decl, args, &params);
                }
                StepKind::ChooseFrom { item, .. } => self.bind(decl, scope, item, None, bound),
                StepKind::End(None) => {
                    let label = "resolved".to_owned();
                    self.put(decl, Hint::new(step.span.end, What::Default, label));
                }
                StepKind::Call { flow, args } => {
                    let params = self.model.flow_slots(&flow.text);
                    self.arguments(decl, args, &params);
                }
                _ => {}
            }
            for body in step.bodies() {
                self.body(decl, scope, body, bound);
            }
        }
    }

    /// The type of what is bound, where it is bound first.
    fn bind(
        &mut self,
        decl: &Decl,
        scope: &Scope,
        name: &Name,
        action: Option<&str>,
        bound: &mut BTreeSet<String>,
    ) {
        let Some((_, ty)) = scope.locals.get(&name.text) else { return };
        if *ty == Ty::Unknown || !bound.insert(name.text.clone()) {
            return;
        }
        let whole = shown(self.model, ty);
        let target = action.map(|action| Symbol::top(Kind::Action, action));
        let target =
            target.and_then(|symbol| declarations(self.snapshot, &symbol).first().copied());
        let hint = Hint::new(name.span.end, What::Type, format!(": {}", cut(&whole)));
        self.put(decl, Hint { tooltip: Some(whole), target, ..hint });
    }

    /// How often a slot is asked for, where it does not say.
    fn tries(&mut self, decl: &Decl, flow: &Flow, slot: &Slot) {
        let project = self.snapshot.sound().and_then(|sound| sound.analysis.project.as_ref());
        let of = project.and_then(|all| all.flows.iter().find(|own| own.name == flow.name.text));
        let of = of.and_then(|flow| flow.slots.iter().find(|own| own.name == slot.name.text));
        if let (Some(of), Some(ask), None) = (of, &slot.ask, &slot.tries) {
            let at = match ask {
                TextRef::Inline(text) => text.span.end,
                TextRef::Named { name, .. } => name.span.end,
            };
            let hint = Hint::new(at, What::Default, format!("tries {}", of.tries));
            let tooltip = "a human takes over after so many answers that will not do";
            self.put(decl, Hint { tooltip: Some(tooltip.to_owned()), ..hint });
        }
    }

    /// How long an action may take, where it does not say.
    fn timeout(&mut self, decl: &Decl, action: &Action) {
        let project = self.snapshot.sound().and_then(|sound| sound.analysis.project.as_ref());
        let mut all = project.into_iter().flat_map(|project| &project.actions);
        let of = all.find(|own| own.name == action.name.text);
        if let (Some(of), Some(request), None) = (of, &action.request, &action.timeout_ms) {
            let label = format!("timeout {}", duration(of.timeout_ms));
            let hint = Hint::new(request.url.span.end, What::Default, label);
            let tooltip = "a call that takes longer has failed";
            self.put(decl, Hint { tooltip: Some(tooltip.to_owned()), ..hint });
        }
    }

    /// What an entity is made of.
    fn slot(&mut self, decl: &Decl, slot: &Slot) {
        let TypeExpr::Named(ty) = &slot.ty else { return };
        let Some((_, of)) = self.model.decl(Kind::Entity, &ty.text) else { return };
        let DeclKind::Entity(entity) = &of.node.kind else { return };
        let owner = format!("entity {}", ty.text);
        let base = super::symbols::ty_of(&entity.base, &owner, "");
        let whole = shown(self.model, &base);
        let target = declarations(self.snapshot, &Symbol::top(Kind::Entity, &ty.text));
        let hint = Hint::new(ty.span.end, What::Type, format!(" = {}", cut(&whole)));
        let target = target.first().copied();
        self.put(decl, Hint { tooltip: Some(whole), target, ..hint });
    }

    /// Names of parameters before arguments that do not say them.
    fn arguments(&mut self, decl: &Decl, args: &[Arg], params: &[(Symbol, Ty)]) {
        for (arg, (symbol, _)) in args.iter().zip(params) {
            if arg.name.is_some() || says(arg, symbol.word()) {
                continue;
            }
            let target = declarations(self.snapshot, symbol).first().copied();
            let label = format!("{}:", symbol.word());
            let hint = Hint::new(arg.value.span.start, What::Parameter, label);
            self.put(decl, Hint { target, ..hint });
        }
    }

    fn missing_languages(&mut self, decl: &Decl) {
        let model = self.model;
        let languages = languages(model);
        for one in written(decl) {
            let bare = one.text.variants.iter().any(|variant| variant.lang.is_none());
            let lacking = missing(one.text, &languages);
            if bare || lacking.is_empty() {
                continue;
            }
            let lacking = lacking.join(", ");
            let label = format!("{lacking} missing");
            let first = languages.first().copied().unwrap_or_default();
            let tooltip = Some(match lacking.split(", ").any(|lang| lang == first) {
                true => format!("`{first}` is the bot's own language: every text must have it"),
                false => format!("customers of that language read it in `{first}`"),
            });
            self.put(decl, Hint { tooltip, ..Hint::new(one.text.span.end, What::Lack, label) });
        }
    }

    /// States that nothing leads to, and those from which no way leads to an end or a human.
    fn reachability(&mut self, decl: &Decl, flow: &Flow) {
        let Some(sound) = self.snapshot.sound() else { return };
        let graphs = &sound.analysis.graphs;
        let Some(graph) = graphs.iter().find(|graph| graph.name == flow.name.text) else { return };
        let unreachable = self.snapshot.analysis.diagnostics.iter();
        let unreachable: BTreeSet<Span> = unreachable
            .filter(|finding| finding.code == Code::E0401)
            .map(|finding| finding.primary.at.span)
            .collect();
        let ends = ends(graph);
        for state in &flow.states {
            let at = state.name.span;
            if unreachable.contains(&at.shifted(decl.origin)) {
                let hint = Hint::new(at.end, What::Lack, "never entered".to_owned());
                let tooltip = Some("no way leads to this state".to_owned());
                self.put(decl, Hint { tooltip, ..hint });
            } else if !ends.is_empty() && ends.get(&*state.name.text) == Some(&false) {
                let hint = Hint::new(at.end, What::Lack, "no way to an end".to_owned());
                let all = "from here no way leads to an end of the flow or to a human";
                self.put(decl, Hint { tooltip: Some(all.to_owned()), ..hint });
            }
        }
    }
}

/// Whether a way leads from each state to where the flow ends.
fn ends(graph: &FlowGraph) -> BTreeMap<&str, bool> {
    let mut known = BTreeMap::new();
    let all = &graph.graph;
    let mut over: BTreeSet<_> = all
        .node_indices()
        .filter(|node| {
            let node = all.node_weight(*node);
            matches!(node, Some(Node::End(_) | Node::Human(_) | Node::Back))
        })
        .collect();
    let mut open: Vec<_> = over.iter().copied().collect();
    while let Some(node) = open.pop() {
        for before in all.neighbors_directed(node, Direction::Incoming) {
            if over.insert(before) {
                open.push(before);
            }
        }
    }
    for node in all.node_indices() {
        if let Some(Node::State { name, .. }) = all.node_weight(node) {
            known.insert(name.as_str(), over.contains(&node));
        }
    }
    known
}

/// Whether an argument says its parameter by its own name.
fn says(arg: &Arg, param: &str) -> bool {
    match &arg.value.kind {
        ExprKind::Path(names) => names.last().is_some_and(|name| name.text == param),
        _ => false,
    }
}

fn cut(ty: &str) -> String {
    match ty.chars().count() > TYPE_CHARS_MAX {
        true => {
            let short: String = ty.chars().take(TYPE_CHARS_MAX - 1).collect();
            format!("{}…", short.trim_end())
        }
        false => ty.to_owned(),
    }
}

#[cfg(test)]
mod tests;
