//! Flows: slots, results, states, handlers.

use std::collections::BTreeMap;

use super::cx::{Checker, flow_place, session_place};
use super::hir::{self, Ensure, Flow, Handlers, Slot, State};
use super::scope::Scope;
use super::symbols::Found;
use super::texts::Reader;
use crate::base::limits::{FRAME_CELLS_MAX, STATES_PER_FLOW_MAX};
use crate::diag::Code;
use crate::ir::{ActionId, IntentId, Place, RecordCells, SlotIndex, Type};
use crate::syntax::ast::{self, Body, EnsureKind, HandlerOn, Name, Step, StepKind, Trigger};

/// Wrong answers before a human is asked, for a slot that does not say.
const TRIES_DEFAULT: u32 = 3;
/// Most wrong answers that may be allowed.
const TRIES_MAX: i64 = 20;
/// Most turns that a property may speak of.
const TURNS_MAX: i64 = 1_000;

/// The flow being checked.
pub(super) struct FlowScope {
    pub(super) scope: Scope,
    pub(super) states: BTreeMap<String, u32>,
    /// Own slots by name, and session slots that the flow fills.
    pub(super) slots: Vec<Slot>,
    pub(super) cells: u32,
    pub(super) cell_names: Vec<String>,
    pub(super) cell_types: Vec<Type>,
    pub(super) is_repair: bool,
    /// A failure that no `do` handles is handled by the flow.
    pub(super) handles_failure: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn flow(&mut self, found: &Found<'a, ast::Flow>) -> Option<Flow> {
        self.enter(found);
        let flow = found.node;
        self.names_lost |= !flow.errors.is_empty();
        let mut cx = self.flow_scope(flow);
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
        for state in &flow.states {
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
        Some(Flow {
            name: flow.name.text.clone(),
            doc: found.doc.map(str::to_owned),
            slots: cx.slots,
            cells: cx.cells,
            cell_names: cx.cell_names,
            cell_types: cx.cell_types,
            states,
            handlers: handlers?,
            fallback,
            triggers,
            on_start: flow.triggers.iter().any(|t| matches!(t, Trigger::Start { .. })),
            is_repair: cx.is_repair,
            ensures,
            from_std: found.is_std,
            at: self.at(flow.name.span),
        })
    }

    fn too_large(&mut self, flow: &ast::Flow, cx: &FlowScope) {
        if cx.cells as usize > FRAME_CELLS_MAX || flow.states.len() > STATES_PER_FLOW_MAX {
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

    fn flow_scope(&mut self, flow: &ast::Flow) -> FlowScope {
        let mut states = BTreeMap::new();
        for (number, state) in (0..).zip(&flow.states) {
            if states.insert(state.name.text.clone(), number).is_some() {
                self.twice("state", &state.name);
            }
        }
        FlowScope {
            scope: Scope::default(),
            states,
            slots: Vec::new(),
            cells: 0,
            cell_names: Vec::new(),
            cell_types: Vec::new(),
            is_repair: flow.triggers.iter().any(|t| matches!(t, Trigger::Repair { .. })),
            handles_failure: flow.handlers.iter().any(|h| matches!(h.on, HandlerOn::Failure(_))),
        }
    }

    /// Slots first, so that their cells come first; then the results of all actions, so that texts
    /// and checks of slots can refer to them; then what the slots say.
    fn slots_of_flow(&mut self, flow: &'a ast::Flow, cx: &mut FlowScope) {
        let mut resolved = Vec::new();
        for slot in &flow.slots {
            if cx.scope.locals.contains_key(&slot.name.text) {
                self.twice("slot", &slot.name);
            }
            if slot.broken {
                cx.scope.lost.insert(slot.name.text.clone());
            }
            let owner = format!("{}.{}", flow.name.text, slot.name.text);
            let Some((ty, entity)) = self.resolve_type(&slot.ty, &owner) else {
                cx.scope.lost.insert(slot.name.text.clone());
                continue;
            };
            let place = flow_place(cx.cells);
            cx.cells += 1;
            cx.cell_names.push(slot.name.text.clone());
            cx.cell_types.push(ty.clone());
            let cells = RecordCells::One(place);
            cx.scope.locals.insert(slot.name.text.clone(), (ty.clone(), cells));
            resolved.push((slot, ty, entity, place));
        }
        for state in &flow.states {
            self.results(&state.steps, cx);
            state.handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
        }
        flow.handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
        for (slot, ty, entity, place) in resolved {
            let scope = std::mem::take(&mut cx.scope);
            if let Some(checked) = self.slot(slot, ty, entity, place, &scope) {
                cx.slots.push(checked);
            }
            cx.scope = scope;
        }
    }

    fn results_of_body(&mut self, body: &Body, cx: &mut FlowScope) {
        if let Body::Steps(steps) = body {
            self.results(steps, cx);
        }
    }

    /// Gives every result of the steps its cells.
    fn results(&mut self, steps: &[Step], cx: &mut FlowScope) {
        for step in steps {
            match &step.kind {
                StepKind::Do { bind, action, handlers, .. } => {
                    if let Some(bind) = bind {
                        self.result(bind, action, cx);
                    }
                    handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
                }
                StepKind::Confirm { yes, no, .. } => {
                    self.results_of_body(yes, cx);
                    self.results_of_body(no, cx);
                }
                StepKind::Choose { arms, .. } => {
                    arms.iter().for_each(|arm| self.results_of_body(&arm.body, cx));
                }
                StepKind::ChooseFrom { item, list, then, none, .. } => {
                    let names = match &list.kind {
                        ast::ExprKind::Path(names) => names.clone(),
                        _ => Vec::new(),
                    };
                    let scope = cx.scope.clone();
                    let before = self.diagnostics.len();
                    match self.cells(&names, list.span, &scope) {
                        Some((Type::List(ty), _)) => self.bind(item, &ty, cx),
                        _ => {
                            cx.scope.lost.insert(item.text.clone());
                        }
                    }
                    // The step itself says what is wrong with the list.
                    self.diagnostics.truncate(before);
                    self.results_of_body(then, cx);
                    none.iter().for_each(|body| self.results_of_body(body, cx));
                }
                StepKind::When { arms, otherwise } => {
                    arms.iter().for_each(|arm| self.results_of_body(&arm.body, cx));
                    otherwise.iter().for_each(|body| self.results_of_body(body, cx));
                }
                StepKind::Error { binds: Some(name) } => {
                    cx.scope.lost.insert(name.text.clone());
                }
                _ => {}
            }
        }
    }

    fn result(&mut self, bind: &Name, action: &Name, cx: &mut FlowScope) {
        let number = self.symbols.actions.get(&action.text);
        let signature = number.and_then(|n| self.actions.get(n as usize));
        let Some(signature) = signature.cloned() else {
            cx.scope.lost.insert(bind.text.clone());
            return;
        };
        match &signature.result {
            None if signature.result_lost => {
                cx.scope.lost.insert(bind.text.clone());
            }
            Some(ty) => self.bind(bind, ty, cx),
            None => {
                let message = format!("`{}` gives nothing to keep in `{}`", action.text, bind.text);
                self.error(Code::E0301, bind.span, message, "no result", "write `do` without `=`");
            }
        }
    }

    fn bind(&mut self, name: &Name, ty: &Type, cx: &mut FlowScope) {
        if let Some((known, _)) = cx.scope.locals.get(&name.text) {
            if known != ty {
                let known = known.clone();
                let (first, second) = (self.type_name(&known), self.type_name(ty));
                let message =
                    format!("`{}` was a {first} before, now it would be a {second}", name.text);
                self.error(Code::E0202, name.span, message, "another type", "give it another name");
            }
            return;
        }
        let cells = allocate(&name.text, ty, cx);
        cx.scope.locals.insert(name.text.clone(), (ty.clone(), cells));
    }

    /// What a slot says: question, checks, default.
    pub(super) fn slot(
        &mut self,
        slot: &ast::Slot,
        ty: Type,
        entity: Option<crate::ir::EntityIndex>,
        place: Place,
        scope: &Scope,
    ) -> Option<Slot> {
        self.labels(&slot.labels);
        self.no_labels_inside(&slot.ty);
        let mut whole = true;
        let ask = slot.ask.as_ref().map(|ask| self.text_ref(ask, scope, Reader::Customer));
        whole &= !matches!(ask, Some(None));
        let mut checks = Vec::new();
        for check in &slot.checks {
            let cond = self.condition(&check.cond, scope);
            let text =
                check.otherwise.as_ref().map(|text| self.text_ref(text, scope, Reader::Customer));
            match (cond, text) {
                (Some(cond), Some(Some(text))) => checks.push((cond, Some(text))),
                (Some(cond), None) => checks.push((cond, None)),
                _ => whole = false,
            }
        }
        let what = format!("the default of `{}`", slot.name.text);
        let default = slot.default.as_ref().map(|default| self.expr_of(default, scope, &ty, &what));
        whole &= !matches!(default, Some(None));
        let tries = self.count(slot.tries.as_ref(), TRIES_MAX, "tries").unwrap_or(TRIES_DEFAULT);
        whole.then(|| Slot {
            name: slot.name.text.clone(),
            ty,
            entity,
            place,
            ask: ask.flatten(),
            checks,
            tries,
            default: default.flatten(),
            personal: slot.labels.personal.is_some(),
            visible_to: slot.labels.visible_to.as_ref().map(|role| role.text.clone()),
            at: self.at(slot.name.span),
        })
    }

    /// The slots of the session.
    pub(super) fn session_slot_types(&mut self) {
        for (number, found) in (0..).zip(self.symbols.slots.items.clone()) {
            self.enter(&found);
            let name = found.node.name.text.clone();
            if let Some((ty, _)) = self.resolve_type(&found.node.ty, &name) {
                self.session_types.insert(name, (ty, session_place(number)));
            }
        }
    }

    /// What the session's slots say.
    pub(super) fn session_slots(&mut self) -> Option<Vec<Slot>> {
        let mut slots = Vec::new();
        for found in self.symbols.slots.items.clone() {
            self.enter(&found);
            let slot = found.node;
            let (_, entity) = self.resolve_type(&slot.ty, &slot.name.text)?;
            let (ty, place) = self.session_types.get(&slot.name.text)?.clone();
            slots.push(self.slot(slot, ty, entity, place, &Scope::default()));
        }
        slots.into_iter().collect()
    }

    fn triggers(&mut self, flow: &ast::Flow) -> Vec<IntentId> {
        let mut triggers = Vec::new();
        for trigger in &flow.triggers {
            if let Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } = trigger {
                triggers.extend(self.lookup(|s| &s.intents, "intent", intent).map(IntentId));
            }
        }
        triggers
    }

    pub(super) fn handlers(
        &mut self,
        handlers: &[ast::Handler],
        cx: &mut FlowScope,
    ) -> Option<Handlers> {
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
                HandlerOn::Silence(time) => checked.silences.push((time.value, body)),
                HandlerOn::Failure(_) => checked.failure = Some(body),
            }
        }
        checked.silences.sort_by_key(|(ms, _)| *ms);
        whole.then_some(checked)
    }

    /// A property: its names are checked here, that it holds where all flows are known.
    fn ensure(&mut self, ensure: &ast::Ensure, cx: &FlowScope) -> Option<Ensure> {
        let (kind, text) = match &ensure.kind {
            EnsureKind::Before { cond, action } => {
                let number = self.lookup(|s| &s.actions, "action", action)?;
                let cond = self.condition(cond, &cx.scope)?;
                let text = format!("a condition holds before `{}`", action.text);
                (hir::EnsureKind::Before { cond, action: ActionId(number) }, text)
            }
            EnsureKind::AlwaysReachesEnd => {
                (hir::EnsureKind::ReachesEnd, "always reaches end".to_owned())
            }
            EnsureKind::AtMostTurns(turns) => {
                let count = self.count(Some(turns), TURNS_MAX, "turns")?;
                (hir::EnsureKind::AtMostTurns(count), format!("at most {count} turns"))
            }
            EnsureKind::HumanWithin(turns) => {
                let count = self.count(Some(turns), TURNS_MAX, "turns")?;
                (hir::EnsureKind::HumanWithin(count), format!("a human within {count} turns"))
            }
            EnsureKind::Error => return None,
        };
        Some(Ensure { text, kind, at: self.at(ensure.span) })
    }

    /// The number of a slot that `fill` and `call` name; a session slot joins the flow's.
    pub(super) fn slot_index(&mut self, name: &Name, cx: &mut FlowScope) -> Option<SlotIndex> {
        if let Some(number) = cx.slots.iter().position(|slot| slot.name == name.text) {
            return u32::try_from(number).ok().map(SlotIndex);
        }
        let session = self.session_slots.iter().find(|slot| slot.name == name.text).cloned();
        let Some(slot) = session else {
            if !cx.scope.locals.contains_key(&name.text)
                && !cx.scope.lost.contains(&name.text)
                && !self.symbols.slots.lost.contains(&name.text)
                && !self.session_types.contains_key(&name.text)
            {
                let known: Vec<String> = cx
                    .slots
                    .iter()
                    .map(|slot| slot.name.clone())
                    .chain(cx.scope.lost.iter().cloned())
                    .chain(self.session_types.keys().cloned())
                    .collect();
                self.unknown(Code::E0201, "slot", name, known.iter().map(String::as_str));
            }
            return None;
        };
        cx.slots.push(slot);
        u32::try_from(cx.slots.len() - 1).ok().map(SlotIndex)
    }
}

fn allocate(name: &str, ty: &Type, cx: &mut FlowScope) -> RecordCells {
    if let Type::Record(fields) = ty {
        let parts = fields.iter().map(|f| allocate(&format!("{name}.{}", f.name), &f.ty, cx));
        return RecordCells::Fields(parts.collect());
    }
    cx.cells += 1;
    cx.cell_names.push(name.to_owned());
    cx.cell_types.push(ty.clone());
    RecordCells::One(flow_place(cx.cells - 1))
}
