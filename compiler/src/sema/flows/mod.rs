//! Flows: what starts them, their states and handlers.

mod properties;
mod results;
mod slots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cx::Checker;
use super::hir::{Bind, Flow, Handlers, Kept, Slot, State};
use super::lints::calls_of;
use super::once::without_repeats;
use super::scope::{Inside, Scope};
use super::symbols::Found;
use crate::base::Span;
use crate::base::limits::{FRAME_CELLS_MAX, STATES_PER_FLOW_MAX};
use crate::diag::Code;
use crate::ir::{ActionId, IntentId, Type};
use crate::syntax::ast::{self, HandlerOn, Trigger};
use crate::syntax::content::{all_of, items_of, word};

/// The flow being checked.
pub(super) struct FlowScope {
    pub(super) scope: Scope,
    /// Where slots and results get their names.
    pub(super) named_at: BTreeMap<String, Span>,
    /// Results of actions and items of menus, by name.
    pub(super) results: BTreeSet<String>,
    /// Results of actions and items of lists in them, each with an action that gives it.
    kept: Vec<Kept>,
    /// Their cells that the flow does not name.
    unnamed: usize,
    /// The words of its declaration.
    words: Arc<[u64]>,
    pub(super) states: BTreeMap<String, u32>,
    /// Own slots by name, and session slots that the flow fills.
    pub(super) slots: Vec<Slot>,
    pub(super) cells: u32,
    pub(super) cell_names: Vec<String>,
    pub(super) cell_types: Vec<Type>,
    pub(super) is_repair: bool,
    /// A failure that no `do` handles is handled by the flow, or by the state that is looked at.
    pub(super) handles_failure: bool,
}

impl FlowScope {
    /// Whether the flow may look at a field of what an action gives, or of the items of a list in it.
    fn names(&self, action: &str, is_item: bool, field: &str) -> bool {
        let has = |text: &str| self.words.binary_search(&word(text)).is_ok();
        has(field) || has(&all_of(action)) || (is_item && has(&items_of(action)))
    }

    /// A list that is a field of a result: of which action, and the field.
    fn list_of_result(&self, names: &[ast::Name]) -> Option<(ActionId, Option<String>)> {
        let [result, list] = names else { return None };
        let mut kept = self.kept.iter().filter(|kept| kept.list.is_none());
        let kept = kept.find(|kept| kept.name == result.text)?;
        Some((kept.action, Some(list.text.clone())))
    }

    /// What a step gave a name to; nothing of what an error has lost.
    pub(super) fn bound(&self, name: &ast::Name) -> Option<Bind> {
        let (_, cells) = self.scope.locals.get(&name.text)?;
        Some(Bind { name: name.text.clone(), cells: cells.clone() })
    }
}

impl<'a> Checker<'a> {
    pub(super) fn flow(&mut self, found: &Found<'a, ast::Flow>) -> Option<Flow> {
        self.enter(found);
        let flow = found.node;
        self.names_lost |= !flow.errors.is_empty();
        let mut cx = self.flow_scope(found);
        self.slots_of_flow(flow, &mut cx);
        if flow.states.is_empty() {
            if flow.errors.is_empty() && !found.broken {
                let message = format!("the flow `{}` has no state", flow.name.text);
                self.error(
                    Code::E0408,
                    flow.name.span,
                    message,
                    "nothing to do",
                    "add `state start { … }`",
                );
            }
            return None;
        }
        let mut whole = flow.errors.is_empty();
        let handlers = self.handlers(&flow.handlers, &mut cx);
        let mut states = Vec::new();
        let by_the_flow = cx.handles_failure;
        for state in &flow.states {
            cx.handles_failure = by_the_flow || handles_failure(&state.handlers);
            let body = self.body_steps(&state.steps, &mut cx);
            let handlers = self.handlers(&state.handlers, &mut cx);
            match (body, handlers) {
                (Some(body), Some(handlers)) => states.push(State {
                    name: state.name.text.clone(),
                    doc: state.doc.clone(),
                    body,
                    handlers,
                    at: self.at(state.name.span),
                }),
                _ => whole = false,
            }
        }
        let triggers = self.triggers(flow);
        let fallback = flow.fallback.as_ref().map(|own| self.fallback(own));
        let ensures = flow.ensures.iter().filter_map(|ensure| self.ensure(ensure, &cx)).collect();
        self.too_large(flow, &cx);
        if !whole || cx.slots.len() < flow.slots.len() {
            return None;
        }
        let handlers = handlers?;
        let checked = Flow {
            calls: calls_of(&states, [&handlers]),
            name: flow.name.text.clone(),
            doc: found.doc.map(str::to_owned),
            slots: cx.slots,
            cells: cx.cells,
            cell_names: cx.cell_names,
            cell_types: cx.cell_types,
            results: cx.kept,
            states,
            handlers,
            fallback,
            triggers,
            on_start: flow.triggers.iter().any(|t| matches!(t, Trigger::Start { .. })),
            is_repair: cx.is_repair,
            ensures,
            from_std: found.is_std,
            at: self.at(flow.name.span),
        };
        if !found.is_std && !found.broken {
            self.idle_handlers(flow, &checked);
        }
        Some(checked)
    }

    fn too_large(&mut self, flow: &ast::Flow, cx: &FlowScope) {
        let cells = cx.cells as usize + cx.unnamed;
        if cells > FRAME_CELLS_MAX || flow.states.len() > STATES_PER_FLOW_MAX {
            let message = format!("the flow `{}` is too large", flow.name.text);
            self.error(
                Code::E0901,
                flow.name.span,
                message,
                "too many states or slots",
                "split it into flows that `call` each other",
            );
        }
    }

    fn flow_scope(&mut self, found: &Found<'a, ast::Flow>) -> FlowScope {
        let flow = found.node;
        let mut states = BTreeMap::new();
        self.all_once("state", flow.states.iter().map(|state| &state.name));
        for (number, state) in (0..).zip(&flow.states) {
            states.entry(state.name.text.clone()).or_insert(number);
        }
        let inside = Inside::Flow(flow.name.text.clone());
        FlowScope {
            scope: Scope { inside, ..Scope::default() },
            named_at: BTreeMap::new(),
            results: BTreeSet::new(),
            kept: Vec::new(),
            unnamed: 0,
            words: Arc::clone(&found.content.words),
            states,
            slots: Vec::new(),
            cells: 0,
            cell_names: Vec::new(),
            cell_types: Vec::new(),
            is_repair: flow.triggers.iter().any(|t| matches!(t, Trigger::Repair { .. })),
            handles_failure: handles_failure(&flow.handlers),
        }
    }

    fn triggers(&mut self, flow: &ast::Flow) -> Vec<IntentId> {
        self.triggers_once(&flow.triggers);
        let mut triggers = Vec::new();
        for trigger in &flow.triggers {
            if let Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } = trigger {
                triggers.extend(self.lookup(|s| &s.intents, "intent", intent).map(IntentId));
            }
        }
        without_repeats(triggers)
    }

    fn handlers(&mut self, handlers: &[ast::Handler], cx: &mut FlowScope) -> Option<Handlers> {
        self.handlers_once(handlers);
        let mut checked = Handlers::default();
        let mut whole = true;
        for handler in handlers {
            let body = self.body(&handler.body, cx);
            let Some(body) = body else {
                whole = false;
                continue;
            };
            match &handler.on {
                HandlerOn::Intent(intent) => match self.lookup(|s| &s.intents, "intent", intent) {
                    Some(intent) => checked.intents.push((IntentId(intent), body)),
                    None => whole = false,
                },
                HandlerOn::Silence(time) => {
                    self.takes_time(time, "a silence");
                    checked.silences.push((time.value, body));
                }
                HandlerOn::Failure(_) => checked.failure = Some(body),
            }
        }
        checked.silences.sort_by_key(|(ms, _)| *ms);
        whole.then_some(checked)
    }
}

fn handles_failure(handlers: &[ast::Handler]) -> bool {
    handlers.iter().any(|handler| matches!(handler.on, HandlerOn::Failure(_)))
}
