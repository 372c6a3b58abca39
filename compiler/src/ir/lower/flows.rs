//! Flows: states, handlers, slots.

use std::rc::Rc;

use super::steps::After;
use super::{Lowering, number};
use crate::graph::reads;
use crate::ir::{FlowDef, Handlers, StateDef};
use crate::sema::hir::{self, Flow, Frame};

impl<'h> Lowering<'h> {
    /// Every flow. A state's fingerprint is known only when all code is: see
    /// [`Lowering::fingerprints`].
    pub(super) fn flows(&mut self) -> Vec<FlowDef> {
        self.project.flows.iter().map(|flow| self.flow(flow)).collect()
    }

    fn flow(&mut self, flow: &'h Flow) -> FlowDef {
        let frame = Rc::new(Frame::of(flow, |action| self.result(action)));
        self.frame = Rc::clone(&frame);
        let mut states = Vec::with_capacity(flow.states.len());
        for state in &flow.states {
            let name = format!("{}.{}", flow.name, state.name);
            states.push(StateDef {
                name: state.name.clone(),
                entry: self.body(&name, &state.body, After::StateEnd),
                reads: reads::slots_of(flow, &state.body).into_iter().collect(),
                handlers: self.handlers(&name, &state.handlers),
                fingerprint: [0; 16],
                at: state.at,
            });
        }
        let fallback_name = format!("{}.fallback", flow.name);
        FlowDef {
            name: flow.name.clone(),
            doc: flow.doc.as_ref().and_then(|doc| doc.lines().next()).map(str::to_owned),
            slots: self.slots(&flow.slots, &flow.name),
            cells: number(frame.names.len()),
            cell_names: frame.names.clone(),
            cell_types: frame.types.clone(),
            states,
            handlers: self.handlers(&flow.name, &flow.handlers),
            fallback: flow.fallback.as_ref().map(|own| self.fallback(own, &fallback_name)),
            on_start: flow.on_start,
            is_repair: flow.is_repair,
            at: flow.at,
        }
    }

    fn handlers(&mut self, owner: &str, handlers: &'h hir::Handlers) -> Handlers {
        let name = format!("{owner}.on");
        let mut lowered = Handlers::default();
        for (intent, body) in &handlers.intents {
            lowered.intents.push((*intent, self.body(&name, body, After::HandlerEnd)));
        }
        for (ms, body) in &handlers.silences {
            lowered.silences.push((*ms, self.body(&name, body, After::HandlerEnd)));
        }
        lowered.failure =
            handlers.failure.as_ref().map(|body| self.body(&name, body, After::HandlerEnd));
        lowered
    }
}
