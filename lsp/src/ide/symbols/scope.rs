//! What the names of an expression stand for, where the expression is.

use std::collections::BTreeMap;

use flowright_compiler::syntax::ast::{Body, Flow, Step, StepKind};

use super::types::{Ty, ty_of};
use super::{Kind, Symbol};
use crate::ide::model::Model;

/// Names of the place where an expression stands, besides those of the whole project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// By name, what it is and of which type.
    pub(crate) locals: BTreeMap<String, (Symbol, Ty)>,
}

impl Scope {
    /// Slots and results of a flow.
    pub(crate) fn of_flow(model: &Model, flow: &Flow) -> Self {
        let name = &flow.name.text;
        let mut locals = BTreeMap::new();
        for slot in &flow.slots {
            let symbol = Symbol::inside(Kind::Slot, name, &slot.name.text);
            let ty = ty_of(&slot.ty, &slot_owner(name, &slot.name.text), "");
            locals.insert(slot.name.text.clone(), (symbol, ty));
        }
        let mut scope = Self { locals };
        let states = flow.states.iter();
        for steps in states.clone().map(|state| &state.steps) {
            scope.binds(model, name, steps);
        }
        let own = states.flat_map(|state| &state.handlers);
        for handler in own.chain(&flow.handlers) {
            scope.binds_of_body(model, name, &handler.body);
        }
        scope
    }

    fn binds(&mut self, model: &Model, flow: &str, steps: &[Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Do { bind: Some(bind), action, .. } => {
                    let ty = model.action(&action.text).and_then(|action| action.result.as_ref());
                    let ty = ty.map_or(Ty::Unknown, |ty| ty_of(ty, &action.text, ""));
                    self.bind(flow, &bind.text, ty);
                }
                StepKind::ChooseFrom { item, list, .. } => {
                    let ty = match self.ty_of_path(model, list) {
                        Some(Ty::List(item)) => *item,
                        _ => Ty::Unknown,
                    };
                    self.bind(flow, &item.text, ty);
                }
                _ => {}
            }
            for body in step.bodies() {
                self.binds_of_body(model, flow, body);
            }
        }
    }

    fn binds_of_body(&mut self, model: &Model, flow: &str, body: &Body) {
        if let Body::Steps(steps) = body {
            self.binds(model, flow, steps);
        }
    }

    /// The first binding of a name says what it is.
    fn bind(&mut self, flow: &str, name: &str, ty: Ty) {
        let symbol = Symbol::inside(Kind::Bind, flow, name);
        self.locals.entry(name.to_owned()).or_insert((symbol, ty));
    }
}

/// Who owns the choices of a slot's type that is written in place.
pub(crate) fn slot_owner(flow: &str, slot: &str) -> String {
    format!("slot {flow}.{slot}")
}
