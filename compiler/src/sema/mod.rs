//! Meaning: names resolved, types checked, the tree turned into [`hir`].

mod actions;
mod annotations;
pub(crate) mod asked;
mod blank;
mod bot;
pub(crate) mod calls;
mod channels;
mod circles;
mod codes;
mod constants;
mod cx;
mod elsewhere;
mod entities;
mod exprs;
mod flows;
mod foreign;
pub(crate) mod functions;
mod handlers;
mod hidden;
pub mod hir;
mod intents;
mod keys;
mod knowledge;
mod labels;
mod languages;
mod learned;
pub(crate) mod lints;
mod migrate;
mod once;
mod patterns;
mod people;
mod plurals;
mod profile;
mod recall;
mod requests;
mod routes;
mod scope;
mod skills;
mod standard;
mod steps;
mod symbols;
mod tests;
mod texts;
mod types;
mod unbuilt;
mod words;
mod written;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::channels::CHANNEL_KINDS;
pub use self::functions::{Signature, signatures};
pub use self::scope::known_names;

use self::cx::Checker;
use self::recall::Recall;
use self::scope::{Inside, Scope};
use self::symbols::{Input, Symbols};
use self::texts::Reader;
use self::written::Flows;
use crate::base::limits::DECLARATIONS_MAX;
use crate::base::{FileId, FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::ir::SkillDef;
use crate::memory::{Layout, Standing};
use crate::syntax::Parsed;
use crate::syntax::ast::{Flow, Trigger};

pub(crate) use self::recall::Memory;

/// A parsed file of a project.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id in the source map.
    pub id: FileId,
    /// Its tree.
    pub parsed: Arc<Parsed>,
    /// Whether it is a standard module's: a project's declaration replaces its own of that name.
    pub is_std: bool,
}

/// What checking a project gives.
#[derive(Debug)]
pub struct Checked {
    /// The project, when nothing in it is wrong.
    pub project: Option<hir::Project>,
    /// The project, when something in it is wrong and nothing of it was lost: what nobody reads can
    /// be told even so.
    pub(crate) faulty: Option<hir::Project>,
    /// What is wrong with names and types. Syntax findings are with the parsed files.
    pub diagnostics: Vec<Diagnostic>,
    /// By flow: what stands for all that it depends on, but for what other flows do. Nothing where
    /// that is not known.
    pub(crate) standings: Vec<Option<Standing>>,
}

/// Checks a whole project: the files of the project and of the standard modules that it uses.
#[must_use]
pub fn check(files: &[File], sources: &SourceMap) -> Checked {
    check_again(files, sources, None)
}

/// Checks a whole project with what earlier checks of it have left in memory.
pub(crate) fn check_again<'a>(
    files: &'a [File],
    sources: &SourceMap,
    memory: Option<(&'a mut Memory, &'a Layout)>,
) -> Checked {
    let inputs: Vec<Input<'_>> =
        files.iter().map(|f| Input { file: f.id, parsed: &f.parsed, is_std: f.is_std }).collect();
    let declarations: usize = files.iter().map(|file| file.parsed.decls.len()).sum();
    if declarations > DECLARATIONS_MAX {
        let message =
            format!("the project has {declarations} declarations, more than {DECLARATIONS_MAX}");
        let finding =
            Diagnostic::new(Code::E0901, FileSpan::default(), message).help("split the project");
        return Checked {
            project: None,
            faulty: None,
            diagnostics: vec![finding],
            standings: Vec::new(),
        };
    }
    let mut symbols = Symbols::collect(&inputs);
    let diagnostics = std::mem::take(&mut symbols.diagnostics);
    let mut checker = Checker {
        recall: Recall::new(memory, &symbols),
        symbols,
        diagnostics,
        file: files.first().map_or(FileId(0), |file| file.id),
        origin: 0,
        in_std: false,
        languages: Vec::new(),
        languages_lost: false,
        choices: Vec::new(),
        entities: Vec::new(),
        entity_by_name: BTreeMap::new(),
        customer: Vec::new(),
        customer_at: Vec::new(),
        session_slots: Vec::new(),
        session_types: BTreeMap::new(),
        actions: Vec::new(),
        texts: Vec::new(),
        regexes: Vec::new(),
        regex_numbers: BTreeMap::new(),
        broken: false,
        lost: files.iter().any(|f| f.parsed.diagnostics.iter().any(Diagnostic::is_error)),
        names_lost: false,
        lacks: Vec::new(),
        kept: OnceCell::new(),
        compared: 0,
    };
    let (project, standings) = checker.project(sources);
    let wrong = checker.diagnostics.iter().any(Diagnostic::is_error);
    let (project, faulty) = match project.filter(|_| !checker.lost) {
        faulty @ Some(_) if wrong => (None, faulty),
        project => (project, None),
    };
    Checked { project, faulty, diagnostics: checker.diagnostics, standings }
}

impl Checker<'_> {
    /// Everything, in an order in which each part finds what it needs; with what stands for the flows.
    fn project(&mut self, sources: &SourceMap) -> (Option<hir::Project>, Vec<Option<Standing>>) {
        let mut standings = Vec::new();
        let project = self.declarations(sources, &mut standings);
        self.report_lacks();
        (project, standings)
    }

    fn declarations(
        &mut self,
        sources: &SourceMap,
        standings: &mut Vec<Option<Standing>>,
    ) -> Option<hir::Project> {
        let bot = self.bot();
        self.tests_once();
        self.roles();
        self.declared_entities();
        self.customer();
        let profile = self.profile();
        self.session_slot_types();
        self.signatures();
        let channels = self.symbols.channels.items.clone();
        let channels = channels.iter().map(|found| self.channel(found)).collect();
        let skills = self.symbols.skills.items.clone();
        let skills: Vec<SkillDef> = skills.iter().map(|found| self.skill(found)).collect();
        self.overflow_cycles(&skills);
        self.experiments();
        let actions = self.checked_actions();
        let texts = self.named_texts();
        let session_slots = self.session_slots();
        // What flows and tests say of the others is looked at even so.
        let all_slots = session_slots.iter().all(Option::is_some);
        self.session_slots = session_slots.into_iter().flatten().collect();
        self.begin_recall();
        let found = self.symbols.intents.items.clone();
        let (mut intents, sounds): (Vec<hir::Intent>, Vec<_>) =
            found.iter().map(|found| self.recalled_intent(found)).unzip();
        let flows = self.checked_flows(standings);
        let route = self.route(sources);
        let fallback = self.bot_fallback();
        let knowledge = self.knowledge();
        self.example_counts(&intents, &sounds);
        let flows = Flows::new(self.symbols.flows.items.clone(), flows);
        self.start_intents(&mut intents, &flows);
        self.annotations(&intents, &flows);
        self.learned_entities(&intents);
        self.flow_starts(&flows);
        self.call_circles(&flows);
        let tests = self.symbols.tests.clone();
        let tests = tests.iter().filter_map(|test| self.test(test, &flows, sources)).collect();
        let migrations = self.migrations(&flows);
        self.hidden_session_slots(&flows);
        all_slots.then_some(())?;
        Some(hir::Project {
            bot: bot?,
            choices: std::mem::take(&mut self.choices),
            customer: std::mem::take(&mut self.customer),
            customer_at: std::mem::take(&mut self.customer_at),
            profile,
            roles: self.checked_roles(),
            session_slots: std::mem::take(&mut self.session_slots),
            entities: std::mem::take(&mut self.entities),
            intents,
            channels,
            skills,
            actions: actions?,
            texts: texts?,
            flows: flows.all()?,
            route,
            fallback,
            knowledge,
            tests,
            migrations: migrations?,
            regexes: std::mem::take(&mut self.regexes),
        })
    }

    /// What callers of actions and texts need to know.
    fn signatures(&mut self) {
        for found in self.symbols.actions.items.clone() {
            let signature = self.action_signature(&found);
            self.actions.push(signature);
        }
        for found in self.symbols.texts.items.clone() {
            self.enter(&found);
            self.none_optional(&found.node.params);
            let params = self.field_types("parameter", &found.node.params, &found.node.name.text);
            self.no_labels_on_text(&found.node.params);
            self.texts.push(params);
        }
    }

    fn checked_actions(&mut self) -> Option<Vec<hir::Action>> {
        let mut actions = Vec::new();
        for (found, signature) in
            self.symbols.actions.items.clone().iter().zip(self.actions.clone())
        {
            actions.push(self.action(found, &signature));
        }
        actions.into_iter().collect()
    }

    fn named_texts(&mut self) -> Option<Vec<hir::NamedText>> {
        let mut texts = Vec::new();
        for (found, params) in self.symbols.texts.items.clone().iter().zip(self.texts.clone()) {
            self.enter(found);
            let scope = Scope {
                params: params.clone().unwrap_or_default(),
                lost: found.node.params.iter().map(|param| param.name.text.clone()).collect(),
                inside: Inside::Text(found.node.name.text.clone()),
                ..Scope::default()
            };
            let text = self.text(&found.node.text, &scope, Reader::Customer);
            let name = found.node.name.text.clone();
            texts.push(text.zip(params).map(|(text, params)| hir::NamedText {
                name,
                params,
                text,
            }));
        }
        texts.into_iter().collect()
    }

    fn checked_roles(&self) -> Vec<hir::Role> {
        let role = |found: &symbols::Found<'_, crate::syntax::ast::Role>| hir::Role {
            name: found.node.name.text.clone(),
            includes: found.node.includes.iter().map(|name| name.text.clone()).collect(),
            at: found.at(found.node.name.span),
        };
        self.symbols.roles.items.iter().map(role).collect()
    }

    fn checked_flows(
        &mut self,
        standings: &mut Vec<Option<Standing>>,
    ) -> Vec<Option<Arc<hir::Flow>>> {
        let found = self.symbols.flows.items.clone();
        let flow = |found| {
            let (flow, standing) = self.recalled_flow(found);
            standings.push(standing);
            flow
        };
        found.iter().map(flow).collect()
    }

    /// Which flow each intent starts; one intent starts one flow.
    fn start_intents(&mut self, intents: &mut [hir::Intent], flows: &Flows<'_>) {
        for (id, flow) in flows.written() {
            for trigger in written::intents_of(flow.node) {
                let number = self.symbols.intents.get(&trigger.text);
                let Some(intent) = number.and_then(|n| intents.get_mut(n as usize)) else {
                    continue;
                };
                // One that begins twice with it is said where it does.
                let other = intent.starts.filter(|other| *other != id);
                if let (Some(other), Some(at)) = (other.and_then(|o| flows.at(o)), flows.at(id)) {
                    let message = format!("`{}` starts two flows", intent.name);
                    let finding = Diagnostic::new(Code::E0202, at, message)
                        .label("this one")
                        .related(other, "and this one")
                        .help("let one flow begin, and branch or `call` inside it");
                    self.report(finding);
                    continue;
                }
                intent.starts = Some(id);
                intent.is_repair = flows.get(id).is_some_and(|flow| flow.is_repair);
            }
        }
        let on_start =
            |flow: &Flow| flow.triggers.iter().any(|t| matches!(t, Trigger::Start { .. }));
        let begin = flows.written().filter(|(_, flow)| on_start(flow.node));
        let mut at_the_beginning = begin.filter_map(|(id, _)| flows.at(id));
        let Some(first) = at_the_beginning.next() else { return };
        for again in at_the_beginning {
            let finding = Diagnostic::new(Code::E0202, again, "a new session starts two flows")
                .label("this one would never begin so")
                .related(first, "this one does")
                .help("keep `on start` in one of them, and `call` the other from there");
            self.report(finding);
        }
    }
}
