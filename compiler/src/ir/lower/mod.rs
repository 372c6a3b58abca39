//! The checked project to the program that runs.

mod builder;
mod exprs;
mod fingerprint;
mod flows;
mod migrate;
mod routes;
mod steps;
mod tables;
mod texts;

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use flowright_nlu::Model;
use flowright_nlu::value::Value;

use self::steps::Pending;
use super::places::Places;
use super::{
    ActionId, CellKind, Const, EmitDef, FuncId, Function, Program, RoleDef, RoleId, SourceDef,
    StringId, TextDef, TextId, Type,
};
use crate::base::SourceMap;
use crate::knowledge::Articles;
use crate::sema::hir::{Expr, Frame, Project, Role};

/// Why a checked project cannot be lowered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    /// The standard module `std.core` is not part of the project.
    #[error("no text is called `{0}`")]
    MissingPhrase(&'static str),
}

/// Lowers a whole project, and tells where its steps begin. `sources` give the labels and line starts for places in messages, `model`
/// the thresholds that follow from it.
///
/// # Errors
/// See [`LowerError`].
pub fn lower(
    project: &Project,
    sources: &SourceMap,
    model: &Model,
    articles: &Articles,
) -> Result<(Program, Places), LowerError> {
    let mut lowering = Lowering::new(project, model);
    let phrases = lowering.phrases()?;
    let ready = lowering.ready();
    let session_slots = lowering.slots(&project.session_slots, "session");
    let intents = lowering.intents();
    let actions = lowering.actions();
    let flows = lowering.flows();
    let route = lowering.route();
    let fallback = lowering.fallback(&project.fallback, "fallback");
    let knowledge = lowering.knowledge(articles);
    let tests = lowering.tests();
    let properties = lowering.properties();
    let migrations = lowering.migrations();
    lowering.fill_pending();
    let flows = lowering.fingerprints(flows);
    let places = std::mem::take(&mut lowering.places);
    let program = Program {
        bot: project.bot.clone(),
        choices: project.choices.clone(),
        roles: roles(project),
        customer: project.customer.clone(),
        profile: project.profile.clone(),
        session_slots,
        entities: lowering.entities(),
        intents,
        channels: project.channels.clone(),
        skills: project.skills.clone(),
        actions,
        texts: lowering.texts,
        emits: lowering.emits,
        flows,
        route,
        fallback,
        knowledge,
        phrases,
        ready,
        functions: lowering.functions,
        strings: lowering.strings,
        regexes: project.regexes.clone(),
        properties,
        tests,
        migrations,
        files: sources.iter().map(|(_, file)| source_def(file)).collect(),
    };
    Ok((program, places))
}

/// Lowers an expression to a function that exits with its value, with the texts that it names.
pub(crate) fn lower_asked(project: &Project, model: &Model, expr: &Expr) -> (Function, Vec<Value>) {
    let mut lowering = Lowering::new(project, model);
    let mut b = builder::Builder::new("asked");
    let value = lowering.value(&mut b, expr, &[]);
    b.exit(super::Exit::Value, vec![value]);
    (b.finish(super::Exit::Value), lowering.strings)
}

fn roles(project: &Project) -> Vec<RoleDef> {
    let id = |name: &String| {
        let number = project.roles.iter().position(|role| role.name == *name)?;
        u32::try_from(number).ok().map(RoleId)
    };
    let role = |role: &Role| RoleDef {
        name: role.name.clone(),
        includes: role.includes.iter().filter_map(id).collect(),
    };
    project.roles.iter().map(role).collect()
}

fn source_def(file: &crate::base::SourceFile) -> SourceDef {
    SourceDef {
        label: file.label.clone(),
        hash: *blake3::hash(file.text.as_bytes()).as_bytes(),
        line_starts: (0..file.lines.line_count()).map(|line| file.lines.line_start(line)).collect(),
    }
}

/// The program as far as it is built. The maps are only looked up in, never walked.
#[derive(Debug)]
struct Lowering<'h> {
    project: &'h Project,
    model: &'h Model,
    functions: Vec<Function>,
    places: Places,
    pending: VecDeque<Pending<'h>>,
    /// Of the flow whose steps are lowered.
    frame: Rc<Frame>,
    texts: Vec<TextDef>,
    text_ids: HashMap<TextDef, TextId>,
    emits: Vec<EmitDef>,
    strings: Vec<Value>,
    string_ids: HashMap<Value, StringId>,
}

impl<'h> Lowering<'h> {
    fn new(project: &'h Project, model: &'h Model) -> Self {
        Self {
            project,
            model,
            functions: Vec::new(),
            places: Places::default(),
            pending: VecDeque::new(),
            frame: Rc::default(),
            texts: Vec::new(),
            text_ids: HashMap::new(),
            emits: Vec::new(),
            strings: Vec::new(),
            string_ids: HashMap::new(),
        }
    }

    /// What an action gives.
    fn result(&self, action: ActionId) -> Option<&'h Type> {
        self.project.actions.get(action.index())?.result.as_ref()
    }

    fn add_function(&mut self, function: Function) -> FuncId {
        self.functions.push(function);
        FuncId(number(self.functions.len() - 1))
    }

    fn reserve_function(&mut self, name: &str) -> FuncId {
        let builder = builder::Builder::new(name);
        self.add_function(builder.finish(super::Exit::Stay))
    }

    fn function_name(&self, id: FuncId) -> String {
        self.functions.get(id.index()).map(|function| function.name.clone()).unwrap_or_default()
    }

    fn set_function(&mut self, id: FuncId, function: Function) {
        if let Some(place) = self.functions.get_mut(id.index()) {
            *place = function;
        }
    }
}

/// A table length as an id. Tables never come near 2³² entries: sources are limited.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

const fn bool_const(yes: bool) -> Const {
    Const::Scalar { kind: CellKind::Bool, currency: 0, bits: yes as i64 }
}
