//! Places that hold values, and how values move between them.

use std::collections::{BTreeMap, HashMap};

use super::demand::Demand;
use crate::base::FileSpan;
use crate::ir::{ActionId, FlowId, Place, Space};
use crate::sema::hir::{Label, Project};

/// A place that holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Session(u32),
    Customer(u32),
    /// A slot or result.
    Cell {
        flow: FlowId,
        cell: u32,
    },
    /// A labelled part of what an action gives, by its number in the action's `result_labels`.
    Result {
        action: ActionId,
        label: u32,
    },
    /// A field of a record, or of each record of a list, that lies in one cell.
    Part {
        of: NodeId,
        field: u32,
    },
}

/// How a value moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// What is around a part is around it too.
    Part,
    Set,
    Default,
    /// To a slot of the flow that is called.
    Given(FlowId),
    /// One of a list.
    Chosen,
    /// What an action gives.
    Returned(ActionId),
    /// To a place with a label of its own, which was checked; only what is decided goes on.
    Kept,
    /// Set or emptied under a condition, which stands there.
    Decided(FileSpan),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) at: FileSpan,
    pub(super) how: How,
}

/// A declared label: a value may flow in only if it demands no more.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) label: Label,
    pub(super) demands: Vec<Demand>,
}

/// No node yet.
const NONE: NodeId = NodeId(u32::MAX);

/// The nodes of cells, which are looked up at every step: by number, those of the session first, then
/// those of the profile, then those of each flow.
#[derive(Debug)]
struct Cells {
    nodes: Vec<NodeId>,
    customer: usize,
    /// By flow: the number of its first cell, and at the end that of none.
    flows: Vec<usize>,
}

impl Cells {
    fn of(project: &Project) -> Self {
        let customer = project.session_slots.len();
        let mut count = customer + project.customer.len();
        let mut flows = Vec::with_capacity(project.flows.len() + 1);
        for flow in &project.flows {
            flows.push(count);
            count += flow.cells as usize;
        }
        flows.push(count);
        Self { nodes: vec![NONE; count], customer, flows }
    }

    fn number(&self, owner: Owner) -> Option<usize> {
        let first = self.flows.first().copied().unwrap_or_default();
        let (begin, end, index) = match owner {
            Owner::Session(slot) => (0, self.customer, slot),
            Owner::Customer(field) => (self.customer, first, field),
            Owner::Cell { flow, cell } => {
                let bounds = self.flows.get(flow.index()..)?;
                (*bounds.first()?, *bounds.get(1)?, cell)
            }
            Owner::Result { .. } | Owner::Part { .. } => return None,
        };
        Some(begin + index as usize).filter(|number| *number < end)
    }

    fn of_mut(&mut self, owner: Owner) -> Option<&mut NodeId> {
        let number = self.number(owner)?;
        self.nodes.get_mut(number)
    }
}

/// Nodes and edges of a whole project.
#[derive(Debug)]
pub(super) struct Net<'p> {
    project: &'p Project,
    cells: Cells,
    /// Of results and parts.
    ids: HashMap<Owner, NodeId>,
    owners: Vec<Owner>,
    declared: Vec<Option<Declared>>,
    part_names: BTreeMap<NodeId, &'p str>,
    pub(super) edges: Vec<Edge>,
    /// By node: numbers of the edges that lead away.
    out: Vec<Vec<u32>>,
}

impl<'p> Net<'p> {
    pub(super) fn new(project: &'p Project) -> Self {
        Self {
            project,
            cells: Cells::of(project),
            ids: HashMap::new(),
            owners: Vec::new(),
            declared: Vec::new(),
            part_names: BTreeMap::new(),
            edges: Vec::new(),
            out: Vec::new(),
        }
    }

    pub(super) fn node(&mut self, owner: Owner) -> NodeId {
        let id = NodeId(u32::try_from(self.owners.len()).unwrap_or(u32::MAX));
        let known = match self.cells.of_mut(owner) {
            Some(known) => known,
            None => self.ids.entry(owner).or_insert(NONE),
        };
        if *known != NONE {
            return *known;
        }
        *known = id;
        self.owners.push(owner);
        self.declared.push(None);
        self.out.push(Vec::new());
        id
    }

    /// The node of a cell; what the turn brings has none.
    pub(super) fn place(&mut self, flow: Option<FlowId>, place: Place) -> Option<NodeId> {
        Some(self.node(owner(flow, place)?))
    }

    /// The node of a cell that something has asked for before.
    pub(super) fn known(&self, flow: Option<FlowId>, place: Place) -> Option<NodeId> {
        let number = self.cells.number(owner(flow, place)?)?;
        self.cells.nodes.get(number).copied().filter(|node| *node != NONE)
    }

    /// A field of what lies in a node.
    pub(super) fn part(&mut self, of: NodeId, field: u32, name: &'p str) -> NodeId {
        let fresh = !self.ids.contains_key(&Owner::Part { of, field });
        let part = self.node(Owner::Part { of, field });
        if fresh {
            self.part_names.insert(part, name);
            self.edge(Edge { from: of, to: part, at: FileSpan::default(), how: How::Part });
        }
        part
    }

    pub(super) fn declare(&mut self, node: NodeId, label: Label, demands: Vec<Demand>) {
        if let Some(slot) = self.declared.get_mut(node.index()).filter(|_| !demands.is_empty()) {
            *slot = Some(Declared { label, demands });
        }
    }

    pub(super) fn declared(&self, node: NodeId) -> Option<&Declared> {
        self.declared.get(node.index())?.as_ref()
    }

    pub(super) fn edge(&mut self, edge: Edge) {
        let number = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        if let Some(out) = self.out.get_mut(edge.from.index()).filter(|_| edge.from != edge.to) {
            out.push(number);
            self.edges.push(edge);
        }
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        (0..).map(NodeId).take(self.owners.len())
    }

    pub(super) fn out(&self, node: NodeId) -> impl Iterator<Item = (u32, &Edge)> {
        let numbers = self.out.get(node.index()).into_iter().flatten();
        numbers.filter_map(|number| Some((*number, self.edges.get(*number as usize)?)))
    }

    /// What people call the place: `` `customer.contract` ``.
    pub(super) fn name(&self, node: NodeId) -> String {
        if let Some(Owner::Result { action, label }) = self.owners.get(node.index()) {
            let action = self.project.actions.get(action.index());
            let field = action.and_then(|a| a.result_labels.get(*label as usize));
            let field = field.map_or_else(String::new, |(path, _)| path.join("."));
            return format!("`{field}` of `{}`", action.map_or("", |action| &action.name));
        }
        format!("`{}`", self.plain_name(node))
    }

    fn plain_name(&self, node: NodeId) -> String {
        let mut fields = Vec::new();
        let mut node = node;
        while let Some(Owner::Part { of, .. }) = self.owners.get(node.index()) {
            fields.push(self.part_names.get(&node).copied().unwrap_or_default());
            node = *of;
        }
        let project = self.project;
        let base = match self.owners.get(node.index()) {
            Some(Owner::Session(slot)) => {
                project.session_slots.get(*slot as usize).map(|slot| slot.name.clone())
            }
            Some(Owner::Customer(field)) => project
                .customer
                .get(*field as usize)
                .map(|field| format!("customer.{}", field.name)),
            Some(Owner::Cell { flow, cell }) => project
                .flows
                .get(flow.index())
                .and_then(|flow| flow.cell_names.get(*cell as usize).cloned()),
            _ => None,
        };
        let base = base.unwrap_or_default();
        fields.iter().rev().fold(base, |name, field| format!("{name}.{field}"))
    }
}

const fn owner(flow: Option<FlowId>, place: Place) -> Option<Owner> {
    match (place.space, flow) {
        (Space::Session, _) => Some(Owner::Session(place.index)),
        (Space::Customer, _) => Some(Owner::Customer(place.index)),
        (Space::Flow, Some(flow)) => Some(Owner::Cell { flow, cell: place.index }),
        (Space::Flow, None) | (Space::Turn, _) => None,
    }
}
