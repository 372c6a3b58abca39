//! The checks of flows in the light of what other flows do. What has not changed since an earlier
//! check of the project is remembered: of each flow what its own text decides, of each group of
//! flows that have to do with each other what their ways decide ([`groups`]).

mod follows;
mod groups;
mod unused;
mod ways;

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::base::{FileSpan, SourceMap, Spans};
use crate::channels;
use crate::diag::Diagnostic;
use crate::graph::points::Points;
use crate::graph::{self, FlowGraph, Summary};
use crate::ir::FlowId;
use crate::memory::{Layout, Standing, Store, key};
use crate::prove::Proofs;
use crate::sema::calls::callees_first;
use crate::sema::hir::{Flow, Project};

/// What earlier checks found.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    summaries: Store<Arc<Summary>>,
    asks: Store<Plain<bool>>,
    flows: Store<OfFlow>,
    ways: Store<Proofs>,
    /// Flows whose ways were followed.
    followed: u64,
}

impl Memory {
    /// A check is over.
    pub(crate) fn end_check(&mut self) {
        self.summaries.end_check();
        self.asks.end_check();
        self.flows.end_check();
        self.ways.end_check();
    }

    /// Flows whose ways were followed so far; those that were remembered do not count.
    pub(crate) const fn followed(&self) -> u64 {
        self.followed
    }
}

/// What holds no places.
#[derive(Debug, Clone)]
struct Plain<T>(T);

impl<T> Spans for Plain<T> {
    fn spans(&mut self, _: &mut dyn FnMut(&mut FileSpan)) {}
}

/// What is found of one flow.
#[derive(Debug, Clone)]
struct OfFlow {
    graph: Arc<FlowGraph>,
    messages: channels::OfFlow,
}

impl Spans for OfFlow {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        let Self { graph, messages } = self;
        graph.spans(see);
        messages.spans(see);
    }
}

/// What is found of all flows.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) graphs: Vec<Arc<FlowGraph>>,
    /// Findings about messages among them.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Findings of what the flows' ways decide among them.
    pub(crate) proofs: Proofs,
}

/// Checks all flows. `standings` stand for what each depends on but for what other flows do.
pub(crate) fn check(
    project: &Project,
    sources: &SourceMap,
    standings: &[Option<Standing>],
    memory: Option<(&mut Memory, &Layout)>,
) -> Checked {
    let calls: Vec<BTreeSet<FlowId>> =
        project.flows.iter().map(|flow| flow.calls.clone()).collect();
    let order = callees_first(&calls);
    let mut run = Run { project, sources, standings, memory };
    let asks = run.asks(&order);
    let flows: Vec<OfFlow> =
        (0..).map(FlowId).zip(&project.flows).map(|(id, flow)| run.flow(id, flow)).collect();
    let messages = flows.iter().map(|flow| &flow.messages);
    let mut diagnostics = channels::check(project, sources, messages);
    let graphs: Vec<Arc<FlowGraph>> = flows.into_iter().map(|flow| flow.graph).collect();
    let all = ways::All::of(&mut run, &graphs, &asks);
    diagnostics.extend(unused::slots(project, all.summaries()));
    diagnostics.extend(unused::intents(project, all.summaries()));
    let proofs = run.ways(&all);
    Checked { graphs, diagnostics, proofs }
}

/// Slots that nothing reads, in a project in which something is wrong elsewhere. An intent that nothing
/// names may be the one whose name is wrong.
pub(crate) fn check_slots(
    project: &Project,
    sources: &SourceMap,
    standings: &[Option<Standing>],
    memory: Option<(&mut Memory, &Layout)>,
) -> Vec<Diagnostic> {
    let mut run = Run { project, sources, standings, memory };
    unused::slots(project, &run.summaries())
}

struct Run<'r, 'p> {
    project: &'p Project,
    sources: &'p SourceMap,
    standings: &'r [Option<Standing>],
    memory: Option<(&'r mut Memory, &'r Layout)>,
}

impl<'r, 'p> Run<'r, 'p> {
    /// What is remembered of a flow for these facts, if it depends on any, or what `make` finds now.
    fn remembered<T: Spans + Clone>(
        &mut self,
        id: FlowId,
        facts: Option<&impl Hash>,
        store: fn(&mut Memory) -> &mut Store<T>,
        make: impl FnOnce(&Self) -> T,
    ) -> T {
        let own = self.standing(id).map(Standing::own);
        let own = own.zip(self.project.flows.get(id.index()));
        let Some((own, flow)) = own.filter(|_| self.memory.is_some()) else { return make(self) };
        let all = facts.map_or(own, |facts| key(&(own.as_bytes(), facts)));
        if let Some((memory, layout)) = &mut self.memory
            && let Some(known) = store(memory).get(all, layout)
        {
            return known.clone();
        }
        let made = make(self);
        let Some((memory, layout)) = &mut self.memory else { return made };
        match layout.holder(flow.at) {
            Some((content, _)) => store(memory).put(all, content, made, layout),
            None => made,
        }
    }

    /// What stands for a flow.
    fn standing(&self, id: FlowId) -> Option<&'r Standing> {
        self.standings.get(id.index())?.as_ref()
    }

    /// By flow: whether a call of it is sure to ask the customer something before it is over.
    fn asks(&mut self, order: &[FlowId]) -> Vec<bool> {
        let mut asks = vec![false; self.project.flows.len()];
        for id in order {
            let Some(flow) = self.project.flows.get(id.index()) else { continue };
            let of = |flow: &FlowId| asks.get(flow.index()).copied().unwrap_or(false);
            let callees: Vec<bool> = flow.calls.iter().map(of).collect();
            let facts = Some(&callees).filter(|callees| !callees.is_empty());
            let sure = self.remembered(
                *id,
                facts,
                |memory| &mut memory.asks,
                |run| Plain(graph::always_asks(run.project, run.sources, flow, &asks)),
            );
            if let Some(asks) = asks.get_mut(id.index()) {
                *asks = sure.0;
            }
        }
        asks
    }

    /// What each flow does to what it shares with others.
    fn summaries(&mut self) -> Vec<Arc<Summary>> {
        let project = self.project;
        let summary = |(id, flow): (FlowId, &Arc<Flow>)| {
            self.remembered(
                id,
                None::<&()>,
                |memory| &mut memory.summaries,
                |_| Arc::new(Summary::of(project, &Points::of(project, flow))),
            )
        };
        (0..).map(FlowId).zip(&project.flows).map(summary).collect()
    }

    /// What a flow's own text decides.
    fn flow(&mut self, id: FlowId, flow: &Flow) -> OfFlow {
        let mut found = self.remembered(
            id,
            None::<&()>,
            |memory| &mut memory.flows,
            |run| {
                let graph = graph::build_flow(run.project, run.sources, id, flow);
                let messages = channels::check_flow(run.project, run.sources, flow);
                OfFlow { graph: Arc::new(graph), messages }
            },
        );
        // A flow's number may be another now.
        if found.graph.flow != id {
            Arc::make_mut(&mut found.graph).flow = id;
        }
        found
    }
}
