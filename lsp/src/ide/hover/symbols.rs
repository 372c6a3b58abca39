//! Everything that has a name in the project.

use flowright_compiler::base::FileSpan;
use flowright_compiler::sema::File;
use flowright_compiler::sema::hir;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Flow, RouteRule, Slot, TypeExpr};
use flowright_compiler::syntax::write::duration;

use super::md::{Md, tick, ticks};
use super::{actions, flows, seen, texts};
use crate::ide::describe::{
    action_words, cut, decl_words, field_words, label_words, slot_words, ty_words, type_words,
};
use crate::ide::model::Model;
use crate::ide::navigate::ty_of_symbol;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::{Kind, Symbol};

/// Patterns of an entity that are shown.
const PATTERNS_SHOWN: usize = 5;
/// Characters of a rule that is shown.
const RULE_SHOWN: usize = 200;
/// Names in a list.
const NAMES_SHOWN: usize = 12;

/// What is known of what a name stands for; nothing where it stands for nothing.
pub(super) fn symbol(snapshot: &Snapshot, symbol: &Symbol) -> Option<String> {
    let mut page = Md::default();
    match symbol.kind {
        Kind::Module => module(symbol, &mut page)?,
        Kind::State | Kind::Slot | Kind::Bind => in_flow(snapshot, symbol, &mut page)?,
        Kind::Param | Kind::TextParam | Kind::ResultField | Kind::ActionError | Kind::Variant => {
            inside(snapshot, symbol, &mut page)?;
        }
        Kind::CustomerField => {
            let field = snapshot.model.customer_field(&symbol.name)?;
            page.code(&format!("customer {{ {} }}", field_words(field)));
            page.list(&texts::type_lines(&field.ty));
            seen::labels(snapshot, &field.labels, &mut page);
        }
        Kind::Choice => choice(snapshot, symbol, &mut page)?,
        Kind::Language => {
            page.par(format!("The language {}.", tick(&symbol.name)));
        }
        kind => {
            // A built-in type is read like an entity, and is none.
            let (file, decl) = snapshot.model.decl(kind, &symbol.name)?;
            top(snapshot, symbol, (file, decl), &mut page);
        }
    }
    Some(page.finish())
}

/// What is declared at top level.
fn top(snapshot: &Snapshot, symbol: &Symbol, (file, decl): (&File, &Decl), page: &mut Md) {
    let at = FileSpan { file: file.id, span: decl.node.span.shifted(decl.origin) };
    page.code(&decl_words(snapshot, at, decl)).docs(decl.node.doc.as_deref());
    match &decl.node.kind {
        DeclKind::Action(action) => actions::action(snapshot, decl, action, page),
        DeclKind::Flow(flow) => flows::flow(flow, page),
        DeclKind::Text(text) => texts::shown(snapshot, None, &text.text, page),
        DeclKind::Slot(slot) => {
            slot_lines(snapshot, None, slot, page);
            let project = snapshot.sound().and_then(|sound| sound.analysis.project.as_ref());
            let checked = project.and_then(|project| {
                project.session_slots.iter().find(|own| own.name == slot.name.text)
            });
            seen::slot(snapshot, &slot.labels, checked, page);
        }
        DeclKind::Entity(entity) => {
            let source = |span| snapshot.analysis.sources.one_line(Model::at(file, decl, span));
            let patterns = entity.patterns.iter().take(PATTERNS_SHOWN);
            let lines: Vec<String> = patterns
                .map(|pattern| format!("found by {}", tick(&source(pattern.span))))
                .collect();
            page.list(&lines).list(&texts::type_lines(&entity.base));
        }
        DeclKind::Intent(intent) => {
            let mut lines = vec![format!("examples: {}", texts::counts(intent))];
            if let Some(flow) = snapshot.model.flow_of_intent(&symbol.name) {
                lines.push(format!("starts the flow {}", tick(&flow.name.text)));
            }
            lines.extend(rule_of(snapshot, &symbol.name));
            page.list(&lines);
        }
        DeclKind::Skill(skill) => {
            let mut lines = Vec::new();
            if let Some(time) = &skill.first_reply_ms {
                lines.push(format!("first reply within {}", tick(&duration(time.value))));
            }
            if let Some((to, after)) = &skill.overflow {
                let after = duration(after.value);
                lines.push(format!("overflows to {} after {}", tick(&to.text), tick(&after)));
            }
            lines.extend(rules_to(snapshot, &symbol.name));
            page.list(&lines);
        }
        DeclKind::Role(role) => {
            let roles = seen::included(snapshot, &role.name.text);
            let sees = snapshot.model.customer_fields().iter().filter(|field| {
                field.labels.visible_to.as_ref().is_some_and(|to| roles.contains(&to.text))
            });
            let sees = ticks(sees.map(|field| field.name.text.as_str()), NAMES_SHOWN);
            if !sees.is_empty() {
                page.par(format!("Sees of the customer: {sees}."));
            }
        }
        _ => {}
    }
}

/// Routing rules of the project, each with its place.
fn rules(snapshot: &Snapshot) -> impl Iterator<Item = (&RouteRule, FileSpan)> {
    snapshot
        .model
        .decls()
        .filter_map(|(file, decl)| match &decl.node.kind {
            DeclKind::Route(route) => Some((file, decl, route)),
            _ => None,
        })
        .flat_map(|(file, decl, route)| {
            route.rules.iter().filter_map(move |rule| match rule {
                RouteRule::Skill { span, .. } | RouteRule::Otherwise { span, .. } => {
                    Some((rule, Model::at(file, decl, *span)))
                }
                _ => None,
            })
        })
}

/// The rule that takes an intent: its own, else the one for the rest.
fn rule_of(snapshot: &Snapshot, intent: &str) -> Option<String> {
    let all: Vec<(&RouteRule, FileSpan)> = rules(snapshot).collect();
    let takes = |(rule, _): &&(&RouteRule, FileSpan)| match rule {
        RouteRule::Skill { intents, .. } => intents.iter().any(|own| own.text == intent),
        _ => false,
    };
    let rest = |(rule, _): &&(&RouteRule, FileSpan)| matches!(rule, RouteRule::Otherwise { .. });
    let (_, at) = all.iter().find(takes).or_else(|| all.iter().find(rest))?;
    Some(format!("routed by {}", tick(&rule_words(snapshot, *at))))
}

/// The rules that lead to a skill.
fn rules_to(snapshot: &Snapshot, to: &str) -> Vec<String> {
    let leads = rules(snapshot).filter(|(rule, _)| match rule {
        RouteRule::Skill { skill, .. } | RouteRule::Otherwise { skill, .. } => skill.text == to,
        _ => false,
    });
    let leads = leads.take(NAMES_SHOWN);
    leads.map(|(_, at)| format!("takes {}", tick(&rule_words(snapshot, at)))).collect()
}

fn rule_words(snapshot: &Snapshot, at: FileSpan) -> String {
    cut(&snapshot.analysis.sources.one_line(at), RULE_SHOWN)
}

fn module(symbol: &Symbol, page: &mut Md) -> Option<()> {
    let modules = flowright_compiler::project::MODULES;
    let module = modules.iter().find(|module| module.name == symbol.name)?;
    page.code(&format!("use {}", module.name));
    let comments = module.text.lines().take_while(|line| line.starts_with("//"));
    let about: Vec<&str> = comments.map(|line| line.trim_start_matches('/').trim()).collect();
    page.par(about.join(" "));
    Some(())
}

/// States, slots and results of a flow.
fn in_flow(snapshot: &Snapshot, symbol: &Symbol, page: &mut Md) -> Option<()> {
    let model = &snapshot.model;
    let flow = model.flow(&symbol.owner)?;
    match symbol.kind {
        Kind::State => {
            let state = flow.states.iter().find(|own| own.name.text == symbol.name)?;
            page.code(&format!("state {}", symbol.name));
            of_flow(flow, page);
            flows::state(snapshot, flow, state, page);
        }
        Kind::Slot => {
            let slot = flow.slots.iter().find(|own| own.name.text == symbol.name)?;
            page.code(&slot_words(slot));
            of_flow(flow, page);
            page.docs(slot.doc.as_deref());
            slot_lines(snapshot, Some(flow), slot, page);
            seen::slot(snapshot, &slot.labels, checked_slot(snapshot, symbol), page);
        }
        _ => {
            let ty = ty_of_symbol(snapshot, symbol)?;
            page.code(&format!("{}: {}", symbol.name, ty_words(model, &ty)));
            page.par(format!("A result that the flow {} keeps.", tick(&flow.name.text)));
        }
    }
    Some(())
}

fn of_flow(flow: &Flow, page: &mut Md) {
    page.par(format!("Of the flow {}.", tick(&flow.name.text)));
}

fn checked_slot<'s>(snapshot: &'s Snapshot, symbol: &Symbol) -> Option<&'s hir::Slot> {
    let project = snapshot.sound()?.analysis.project.as_ref()?;
    let flow = project.flows.iter().find(|flow| flow.name == symbol.owner)?;
    flow.slots.iter().find(|slot| slot.name == symbol.name)
}

/// How a slot is filled.
fn slot_lines(snapshot: &Snapshot, flow: Option<&Flow>, slot: &Slot, page: &mut Md) {
    if let Some(ask) = &slot.ask {
        page.par("Asked for with:");
        texts::shown_ref(snapshot, flow, ask, page);
    }
    let mut lines = Vec::new();
    if !slot.checks.is_empty() {
        lines.push(format!("checks: {}", slot.checks.len()));
    }
    if let Some(tries) = &slot.tries {
        lines.push(format!("tries: {}", tries.value));
    }
    let choices = match &slot.ty {
        TypeExpr::Named(entity) => {
            match snapshot.model.decl(Kind::Entity, snapshot.model.made_of(&entity.text)) {
                Some((_, decl)) => match &decl.node.kind {
                    DeclKind::Entity(entity) => texts::type_lines(&entity.base),
                    _ => Vec::new(),
                },
                None => Vec::new(),
            }
        }
        written => texts::type_lines(written),
    };
    page.list(&lines).list(&choices);
}

/// What stands inside actions, texts and experiments.
fn inside(snapshot: &Snapshot, symbol: &Symbol, page: &mut Md) -> Option<()> {
    let model = &snapshot.model;
    match symbol.kind {
        Kind::Param => {
            let action = model.action(&symbol.owner)?;
            let param = action.params.iter().find(|own| own.name.text == symbol.name)?;
            page.code(&field_words(param));
            page.par(format!("A parameter of {}.", tick(&symbol.owner)));
            seen::labels(snapshot, &param.labels, page);
        }
        Kind::TextParam => {
            let text = model.text(&symbol.owner)?;
            let param = text.params.iter().find(|own| own.name.text == symbol.name)?;
            page.code(&field_words(param));
            page.par(format!("A parameter of the text {}.", tick(&symbol.owner)));
        }
        Kind::ResultField => {
            let action = model.action(&symbol.owner)?;
            page.code(&result_field(action.result.as_ref()?, symbol)?);
            page.par(format!("A field of what {} gives.", tick(&symbol.owner)));
        }
        Kind::ActionError => {
            let (file, decl) = model.decl(Kind::Action, &symbol.owner)?;
            let DeclKind::Action(action) = &decl.node.kind else { return None };
            let error = action.errors.iter().find(|own| own.name.text == symbol.name)?;
            let cond = snapshot.analysis.sources.one_line(Model::at(file, decl, error.cond.span));
            page.code(&format!("error {} when {}", symbol.name, cut(&cond, RULE_SHOWN)));
            page.par(format!("An error of {}.", tick(&action_words(action))));
        }
        _ => {
            let (_, decl) = model.decl(Kind::Experiment, &symbol.owner)?;
            let DeclKind::Experiment(experiment) = &decl.node.kind else { return None };
            let (name, share) =
                experiment.variants.iter().find(|(own, _)| own.text == symbol.name)?;
            page.code(&format!("variant {}", name.text));
            let percent = share.value.0 / 10_000;
            page.par(format!("{percent}% of {}.", tick(&symbol.owner)));
        }
    }
    Some(())
}

/// A field of a result, by its path.
fn result_field(result: &TypeExpr, symbol: &Symbol) -> Option<String> {
    let mut ty = result;
    let mut found = None;
    for part in symbol.name.split('.') {
        while let TypeExpr::List { item, .. } = ty {
            ty = item;
        }
        let TypeExpr::Record { fields, .. } = ty else { return None };
        let field = fields.iter().find(|field| field.name.text == part)?;
        ty = &field.ty;
        found = Some(field);
    }
    let field = found?;
    let optional = if field.optional.is_some() { " optional" } else { "" };
    let ty = type_words(&field.ty);
    Some(format!("{}: {ty}{optional}{}", symbol.name, label_words(&field.labels)))
}

fn choice(snapshot: &Snapshot, symbol: &Symbol, page: &mut Md) -> Option<()> {
    let options = snapshot.model.options(&symbol.owner);
    let option = options.iter().find(|option| option.name.text == symbol.name)?;
    page.code(&symbol.name);
    page.par(format!("A choice of {}.", tick(&symbol.owner)));
    let one = TypeExpr::OneOf { options: vec![option.clone()], span: option.name.span };
    page.list(&texts::type_lines(&one));
    Some(())
}
