//! What follows from every way through flows. A group of flows that have to do with each other is
//! looked at as a whole, all groups that are not remembered at once; the others' flows are left out
//! meanwhile, and stand there without points.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::follows::without_followers;
use super::{Run, groups};
use crate::base::limits::DIAGNOSTICS_MAX;
use crate::diag::Diagnostic;
use crate::graph::points::Points;
use crate::graph::{self, Doubt, FlowGraph, Summary, vacuous};
use crate::ir::{ActionId, FlowId, StateId, Type};
use crate::memory::{Key, Layout, Standing, key};
use crate::prove::{self, Asking, Proofs};
use crate::sema::hir::Project;

/// What a group is remembered under: what stands for its flows, and all else that its check may look
/// at.
#[derive(Hash)]
struct Facts {
    flows: [u8; 32],
    migrated: Vec<Vec<StateId>>,
    asks: Vec<bool>,
    /// Flows that empty slots of the session which the group reads: places in them are shown.
    others: Vec<[u8; 32]>,
    /// How many flows write, empty and clear each slot of the session; how a human is asked for; what
    /// a customer of a refutation says for learned entities.
    of_all: [u8; 32],
}

/// What is known of all flows.
pub(super) struct All<'a> {
    summaries: Vec<Arc<Summary>>,
    groups: Vec<Vec<FlowId>>,
    graphs: &'a [Arc<FlowGraph>],
    asks: &'a [bool],
    /// Flows whose points must be there for the facts that all groups look at: those by which a
    /// human is asked for, and groups that set a slot of the session to what may be empty.
    always: BTreeSet<FlowId>,
    project: &'a Project,
    /// Stands for the options of all choices.
    options: OnceCell<Key>,
}

impl<'a> All<'a> {
    pub(super) fn of(
        run: &mut Run<'_, 'a>,
        graphs: &'a [Arc<FlowGraph>],
        asks: &'a [bool],
    ) -> Self {
        let summaries = run.summaries();
        let groups = groups::of(run.project, &summaries);
        let flows = (0..).map(FlowId).zip(&run.project.flows);
        let asked = flows.filter(|(_, flow)| Asking::is_asked(flow)).map(|(id, _)| id);
        let sets = |id: &FlowId| summaries.get(id.index()).is_some_and(|s| s.sets_computed);
        let setting = groups.iter().filter(|group| group.iter().any(sets)).flatten().copied();
        let always = asked.chain(setting).collect();
        let (project, options) = (run.project, OnceCell::new());
        Self { summaries, groups, graphs, asks, always, project, options }
    }

    /// What a group is remembered under where something is said of it: a conversation that refutes a
    /// property shows all that actions answer, also what no flow names; a finding, choices likewise.
    fn shown(&self, of_group: Key, group: &[FlowId]) -> Key {
        let summaries = group.iter().filter_map(|id| self.summaries.get(id.index()));
        let actions: BTreeSet<ActionId> =
            summaries.flat_map(|summary| &summary.actions).copied().collect();
        let result = |action: &ActionId| self.project.actions.get(action.index())?.result.as_ref();
        let given: Vec<Option<&Type>> = actions.iter().map(result).collect();
        let options = self.options.get_or_init(|| {
            let options = self.project.choices.iter().map(|choice| &choice.options);
            key(&options.map(|all| all.iter().map(|o| &o.name).collect()).collect::<Vec<Vec<_>>>())
        });
        key(&(of_group.as_bytes(), given, options.as_bytes()))
    }

    /// What each flow does to what it shares with others, and what it uses.
    pub(super) fn summaries(&self) -> &[Arc<Summary>] {
        &self.summaries
    }
}

impl<'p> Run<'_, 'p> {
    /// What the ways of all flows decide.
    pub(super) fn ways(&mut self, all: &All<'_>) -> Proofs {
        let keys = self.group_keys(all);
        let mut found = Proofs::default();
        let mut missing = Vec::new();
        for (group, key) in all.groups.iter().zip(&keys) {
            let shown = || key.map(|key| all.shown(key, group));
            match self.known(*key).or_else(|| self.known(shown())) {
                Some(known) => add(&mut found, known),
                None => missing.push((group, *key)),
            }
        }
        let wanted: BTreeSet<FlowId> =
            missing.iter().flat_map(|(group, _)| *group).copied().collect();
        if !wanted.is_empty() {
            let now = self.follow(&wanted, all);
            match self.memory.is_some().then(|| self.split(&now, &missing)).flatten() {
                Some(parts) => {
                    for ((group, key), part) in missing.into_iter().zip(parts) {
                        add(&mut found, self.keep(group, key, part, all));
                    }
                }
                None if wanted.len() == self.project.flows.len() => found = now,
                // What cannot be told apart is looked at as a whole each time.
                None => {
                    let everything = all.groups.iter().flatten().copied().collect();
                    found = self.follow(&everything, all);
                }
            }
        }
        self.in_order(&mut found);
        found
    }

    fn in_order(&self, found: &mut Proofs) {
        found.proved.sort_by_key(|at| (at.file, at.span));
        let numbers = self.numbers();
        found.counterexamples.sort_by_key(|one| numbers.get(one.flow.as_str()).copied());
    }

    /// The flows by name.
    fn numbers(&self) -> BTreeMap<&'p str, FlowId> {
        let flows = self.project.flows.iter().zip((0..).map(FlowId));
        flows.map(|(flow, id)| (flow.name.as_str(), id)).collect()
    }

    /// What each group is remembered under; nothing where some of its flows have no key.
    fn group_keys(&self, all: &All<'_>) -> Vec<Option<Key>> {
        if self.memory.is_none() {
            return vec![None; all.groups.len()];
        }
        let points = self.points(&all.always);
        let asking = Asking::of(self.project, &points);
        let others = graph::others(self.project, &points, &all.summaries);
        let written = prove::counted(&all.summaries, |summary| &summary.writes);
        let emptied = prove::counted(&all.summaries, |summary| &summary.empties);
        let mut said = BTreeMap::new();
        for (entity, words) in self.project.said() {
            // By name: the number may be another next time.
            let entity = self.project.entities.get(entity).map(|entity| &entity.name);
            said.entry(entity).or_insert(words);
        }
        let of_all = key(&(written, emptied, &others.clearing, asking, said));
        let emptying = graph::emptying(self.project, &all.summaries);
        let asks = |id: &FlowId| all.asks.get(id.index()).copied().unwrap_or(false);
        let of_group = |group: &Vec<FlowId>| {
            let flows: Option<Vec<&Standing>> = group.iter().map(|id| self.standing(*id)).collect();
            let flows = *Standing::together(&flows?).as_bytes();
            let migrated = group.iter().map(|id| graph::migrated(self.project, *id)).collect();
            let asks = group.iter().map(asks).collect();
            let read = group.iter().filter_map(|id| all.summaries.get(id.index()));
            let read = read.flat_map(|summary| summary.used.reads.union(&summary.used.own));
            let others: BTreeSet<FlowId> =
                read.filter_map(|place| emptying.get(place)).flatten().copied().collect();
            let others = others.iter().map(|id| Some(*self.standing(*id)?.own().as_bytes()));
            let others = others.collect::<Option<_>>()?;
            Some(key(&Facts { flows, migrated, asks, others, of_all: *of_all.as_bytes() }))
        };
        all.groups.iter().map(of_group).collect()
    }

    /// The points of some flows.
    fn points(&self, wanted: &BTreeSet<FlowId>) -> Vec<Points<'p>> {
        let flows = (0..).map(FlowId).zip(&self.project.flows);
        flows
            .map(|(id, flow)| match wanted.contains(&id) {
                true => Points::of(self.project, flow),
                false => Points::left_out(flow),
            })
            .collect()
    }

    fn follow(&mut self, wanted: &BTreeSet<FlowId>, all: &All<'_>) -> Proofs {
        if let Some((memory, _)) = &mut self.memory {
            memory.followed += wanted.len() as u64;
        }
        let (project, sources) = (self.project, self.sources);
        let points = self.points(&wanted.union(&all.always).copied().collect());
        let others = graph::others(project, &points, &all.summaries);
        let explored = prove::explored(project, &points, &all.summaries);
        let dead_ends = prove::dead_ends(&points, &explored);
        let mut found = graph::check(project, sources, &points, all.graphs, &dead_ends);
        let never = prove::never_taken(&points, &explored);
        let mut judge = |flow, doubts: &BTreeSet<Doubt>| {
            prove::borne_out(project, &points, &explored, flow, doubts)
        };
        let both = (points.as_slice(), all.graphs);
        found.extend(graph::check_ways(
            project, sources, both, &others, all.asks, &mut judge, &never,
        ));
        let mut proofs = prove::check(project, sources, &points, explored);
        let possible = std::mem::take(&mut proofs.diagnostics);
        found.extend(without_followers(possible, &found, &points));
        found.extend(vacuous::check(project, &points, &found));
        Proofs { diagnostics: found, ..proofs }
    }

    fn known(&mut self, key: Option<Key>) -> Option<Proofs> {
        let (memory, layout) = self.memory.as_mut()?;
        memory.ways.get(key?, layout).cloned()
    }

    /// What was found, by group; nothing when some of it is of no group alone. What is of other
    /// groups is known already.
    fn split(&self, found: &Proofs, groups: &[(&Vec<FlowId>, Option<Key>)]) -> Option<Vec<Proofs>> {
        let (_, layout) = self.memory.as_ref()?;
        if found.diagnostics.len() >= DIAGNOSTICS_MAX {
            return None;
        }
        let mut parts = vec![Proofs::default(); groups.len()];
        let mut by_flow: BTreeMap<FlowId, usize> = BTreeMap::new();
        for (number, (group, _)) in groups.iter().enumerate() {
            by_flow.extend(group.iter().map(|id| (*id, number)));
        }
        let (holders, numbers) = (self.holders(layout), self.numbers());
        for finding in &found.diagnostics {
            let (content, _) = layout.holder(finding.primary.at)?;
            let part = by_flow.get(holders.get(content.as_bytes())?);
            let part = part.and_then(|part| parts.get_mut(*part));
            part.into_iter().for_each(|part| part.diagnostics.push(finding.clone()));
        }
        for at in &found.proved {
            let (content, _) = layout.holder(*at)?;
            let part = by_flow.get(holders.get(content.as_bytes())?);
            let part = part.and_then(|part| parts.get_mut(*part));
            part.into_iter().for_each(|part| part.proved.push(*at));
        }
        for one in &found.counterexamples {
            let part = by_flow.get(numbers.get(one.flow.as_str())?);
            let part = part.and_then(|part| parts.get_mut(*part));
            part.into_iter().for_each(|part| part.counterexamples.push(one.clone()));
        }
        Some(parts)
    }

    /// The flows by the content of their declarations.
    fn holders(&self, layout: &Layout) -> BTreeMap<[u8; 32], FlowId> {
        let flows = (0..).map(FlowId).zip(&self.project.flows);
        let holder = |(id, flow): (FlowId, &Arc<crate::sema::hir::Flow>)| {
            layout.holder(flow.at).map(|(content, _)| (*content.as_bytes(), id))
        };
        flows.filter_map(holder).collect()
    }

    /// Keeps what was found of a group, where it can be found again; gives it back.
    fn keep(&mut self, group: &[FlowId], key: Option<Key>, part: Proofs, all: &All<'_>) -> Proofs {
        let key = match part.counterexamples.is_empty() && part.diagnostics.is_empty() {
            true => key,
            false => key.map(|key| all.shown(key, group)),
        };
        let first = group.first().and_then(|id| self.project.flows.get(id.index()));
        let (Some(key), Some(first), Some((memory, layout))) = (key, first, self.memory.as_mut())
        else {
            return part;
        };
        match layout.holder(first.at) {
            Some((content, _)) => memory.ways.put(key, content, part, layout),
            None => part,
        }
    }
}

fn add(all: &mut Proofs, one: Proofs) {
    let Proofs { diagnostics, proved, counterexamples } = one;
    all.diagnostics.extend::<Vec<Diagnostic>>(diagnostics);
    all.proved.extend(proved);
    all.counterexamples.extend(counterexamples);
}
