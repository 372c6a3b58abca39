//! One pass over the project: every place with its label, every move of a value, every reader.

use std::collections::BTreeMap;

use super::demand::Roles;
use super::exprs::fields;
use super::net::{Edge, How, Net, NodeId, Owner};
use crate::base::FileSpan;
use crate::graph::may_lack;
use crate::ir::{ActionId, FlowId, Space, Type};
use crate::sema::hir::{
    Action, BindCells, Body, EnsureKind, Expr, Flow, Handlers, Label, Project, Slot, Text, TextRef,
};

/// Who gets a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dest {
    /// A text that the customer reads.
    Customer,
    /// The address of a link or image.
    Address,
    /// Why a human is asked for.
    Agents,
    /// A parameter of an action.
    Param { action: ActionId, param: u32 },
    /// A slot.
    Kept(NodeId),
    /// What a `when` decides by.
    Branch,
    /// What a slot's check decides by.
    Check,
    /// Routing rules, properties, tests, timers.
    Inside,
}

/// A place that an expression reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) node: NodeId,
    pub(super) at: FileSpan,
    /// Where the named text that it is given to shows it.
    pub(super) shown: Option<FileSpan>,
}

impl Leaf {
    pub(super) const fn new(node: NodeId, at: FileSpan) -> Self {
        Self { node, at, shown: None }
    }
}

/// A value that somebody gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    pub(super) leaf: Leaf,
    pub(super) to: Dest,
}

/// A condition that decides what happens.
#[derive(Debug)]
pub(super) struct Branch<'p> {
    pub(super) leaves: Vec<Leaf>,
    pub(super) at: FileSpan,
    pub(super) what: Decides<'p>,
}

/// What a condition, or something like one, decides.
#[derive(Debug)]
pub(super) enum Decides<'p> {
    /// Which way is taken; these bodies run by it or do not.
    Bodies { flow: FlowId, under: Vec<&'p Body> },
    /// Whether an answer is taken.
    Check,
    /// Whether a slot is asked for: only when it is empty, or its checks refuse what was put in.
    Asked { is_checked: bool },
    /// What a menu offers, and whether there is one.
    Offered,
    /// Whose questions a knowledge base answers.
    Answered,
    /// Who is handed over, whatever she wrote.
    HandedOver,
}

/// A `reveal`.
#[derive(Debug)]
pub(super) struct Revealed<'p> {
    pub(super) value: &'p Expr,
    pub(super) because: &'p str,
    pub(super) to: Dest,
    pub(super) nodes: Vec<NodeId>,
    /// All that it reads is known: it is not in a text that nothing uses.
    pub(super) used: bool,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) flow: Option<FlowId>,
    pub(super) to: Dest,
    /// What the parameters of the named text are given.
    pub(super) args: Option<&'a [Vec<Leaf>]>,
}

impl Here<'_> {
    pub(super) const fn new(flow: Option<FlowId>, to: Dest) -> Self {
        Self { flow, to, args: None }
    }
}

/// See the module.
pub(super) struct Collector<'p> {
    pub(super) project: &'p Project,
    roles: &'p Roles,
    pub(super) net: Net<'p>,
    pub(super) uses: Vec<Use>,
    pub(super) branches: Vec<Branch<'p>>,
    pub(super) reveals: BTreeMap<FileSpan, Revealed<'p>>,
    /// Values that may lack by what they are made of: from where, to where.
    pub(super) lacking: Vec<(NodeId, NodeId)>,
    /// A parameter was read of a text that nothing uses.
    pub(super) unbound: bool,
}

impl<'p> Collector<'p> {
    pub(super) fn collect(project: &'p Project, roles: &'p Roles) -> Self {
        let mut collector = Self {
            project,
            roles,
            net: Net::new(project),
            uses: Vec::new(),
            branches: Vec::new(),
            reveals: BTreeMap::new(),
            lacking: Vec::new(),
            unbound: false,
        };
        collector.declarations();
        project.session_slots.iter().for_each(|slot| collector.slot(slot, None));
        for (id, flow) in (0..).map(FlowId).zip(&project.flows) {
            collector.flow(id, flow);
        }
        for title in project.intents.iter().filter_map(|intent| intent.title.as_ref()) {
            collector.text(title, Here::new(None, Dest::Customer));
        }
        collector.outside_flows();
        collector
    }

    /// Every declared label, before anything can flow.
    fn declarations(&mut self) {
        let project = self.project;
        for ((number, field), at) in (0..).zip(&project.customer).zip(&project.customer_at) {
            let node = self.net.node(Owner::Customer(number));
            self.declare(node, field.personal, field.visible_to.as_ref(), *at);
        }
        for (number, action) in (0..).zip(&project.actions) {
            for (label, (_, declared)) in (0..).zip(&action.result_labels) {
                let node = self.net.node(Owner::Result { action: ActionId(number), label });
                self.declare(node, declared.personal, declared.visible_to.as_ref(), declared.at);
            }
        }
        project.session_slots.iter().for_each(|slot| self.declare_slot(slot, None));
        for (id, flow) in (0..).map(FlowId).zip(&project.flows) {
            own_slots(flow).for_each(|slot| self.declare_slot(slot, Some(id)));
        }
    }

    fn declare_slot(&mut self, slot: &'p Slot, flow: Option<FlowId>) {
        if let Some(node) = self.net.place(flow, slot.place) {
            self.declare(node, slot.personal, slot.visible_to.as_ref(), slot.at);
        }
    }

    fn declare(&mut self, node: NodeId, personal: bool, role: Option<&String>, at: FileSpan) {
        let demands = self.roles.demands(personal, role.map(String::as_str));
        self.net.declare(node, Label { personal, visible_to: role.cloned(), at }, demands);
    }

    fn flow(&mut self, id: FlowId, flow: &'p Flow) {
        own_slots(flow).for_each(|slot| self.slot(slot, Some(id)));
        for state in &flow.states {
            self.body(&state.body, id);
            self.handlers(&state.handlers, id);
        }
        self.handlers(&flow.handlers, id);
        for ensure in &flow.ensures {
            if let EnsureKind::Before { cond, .. } = &ensure.kind {
                self.leaves(cond, Here::new(Some(id), Dest::Inside));
            }
        }
    }

    fn handlers(&mut self, handlers: &'p Handlers, flow: FlowId) {
        handlers.bodies().for_each(|body| self.body(body, flow));
    }

    fn slot(&mut self, slot: &'p Slot, flow: Option<FlowId>) {
        let said = Here::new(flow, Dest::Customer);
        slot.ask.iter().for_each(|ask| self.text(ask, said));
        for (cond, otherwise) in &slot.checks {
            let mut leaves = self.leaves(cond, Here::new(flow, Dest::Check));
            // Her own answer she knows.
            let own = self.net.known(flow, slot.place);
            leaves.retain(|leaf| Some(leaf.node) != own);
            self.branch(Branch { leaves, at: cond.at, what: Decides::Check });
            otherwise.iter().for_each(|text| self.text(text, said));
        }
        if let Some((node, default)) = self.net.place(flow, slot.place).zip(slot.default.as_ref()) {
            self.assign(default, node, How::Default, flow);
        }
    }

    pub(super) fn branch(&mut self, branch: Branch<'p>) {
        if !branch.leaves.is_empty() {
            self.branches.push(branch);
        }
    }

    pub(super) fn get(&mut self, leaves: Vec<Leaf>, to: Dest, really: bool) {
        if really {
            self.uses.extend(leaves.into_iter().map(|leaf| Use { leaf, to }));
        }
    }

    /// A text with its reader.
    pub(super) fn text(&mut self, text: &'p TextRef, here: Here<'_>) {
        match text {
            TextRef::Inline(text) => self.shown(text, here),
            TextRef::Named { text, args, .. } => {
                let args: Vec<Vec<Leaf>> = args.iter().map(|arg| self.leaves(arg, here)).collect();
                let named = self.project.texts.get(*text as usize);
                // A named text stands outside flows.
                let inside = Here { flow: None, args: Some(&args), ..here };
                named.into_iter().for_each(|named| self.shown(&named.text, inside));
            }
        }
    }

    pub(super) fn shown(&mut self, text: &'p Text, here: Here<'_>) {
        for shown in &text.params {
            let leaves = self.leaves(shown, here);
            self.get(leaves, here.to, true);
        }
    }

    /// A value is kept in a place.
    pub(super) fn assign(&mut self, value: &'p Expr, to: NodeId, how: How, flow: Option<FlowId>) {
        let here = Here::new(flow, Dest::Kept(to));
        if may_lack(value).is_some() {
            let from = self.leaves(value, here);
            self.lacking.extend(from.into_iter().map(|leaf| (leaf.node, to)));
        }
        match self.origin(value, here).filter(|_| !fields(&value.ty).is_empty()) {
            Some(from) => self.connect(from, to, &value.ty, (value.at, how)),
            None => {
                for leaf in self.leaves(value, here) {
                    self.flows(leaf, to, how);
                }
            }
        }
    }

    /// What flows into a declared place is checked there, and the place stays as declared.
    fn flows(&mut self, leaf: Leaf, to: NodeId, how: How) {
        match self.net.declared(to) {
            Some(_) => self.uses.push(Use { leaf, to: Dest::Kept(to) }),
            None => self.net.edge(Edge { from: leaf.node, to, at: leaf.at, how }),
        }
    }

    /// A structured value moves, part by part.
    fn connect(&mut self, from: NodeId, to: NodeId, ty: &'p Type, by: (FileSpan, How)) {
        self.flows(Leaf::new(from, by.0), to, by.1);
        for (number, field) in (0..).zip(fields(ty)) {
            let part = self.net.part(from, number, &field.name);
            // A declared label is all around: each part is held against it.
            let into = match self.net.declared(to) {
                Some(_) => to,
                None => self.net.part(to, number, &field.name),
            };
            self.connect(part, into, &field.ty, by);
        }
    }

    /// One item of a list comes to lie in cells.
    pub(super) fn spread(
        &mut self,
        from: NodeId,
        ty: &'p Type,
        cells: &BindCells,
        flow: FlowId,
        by: (FileSpan, How),
    ) {
        match cells {
            BindCells::One(place) => {
                if let Some(to) = self.net.place(Some(flow), *place) {
                    self.connect(from, to, ty, by);
                }
            }
            BindCells::Fields(parts) => {
                let field_of = |name: &String| (0..).zip(fields(ty)).find(|(_, f)| f.name == *name);
                for (name, cells) in parts {
                    let Some((number, field)) = field_of(name) else { continue };
                    let part = self.net.part(from, number, &field.name);
                    self.spread(part, &field.ty, cells, flow, by);
                }
            }
        }
    }

    /// What an action gives comes to lie in cells: each labelled part of it in its own.
    pub(super) fn returned(&mut self, id: ActionId, bind: &BindCells, flow: FlowId, at: FileSpan) {
        let project = self.project;
        let action: Option<&'p Action> = project.actions.get(id.index());
        let Some((action, ty)) = action.and_then(|a| Some((a, a.result.as_ref()?))) else { return };
        for (label, (path, _)) in (0..).zip(&action.result_labels) {
            let from = self.net.node(Owner::Result { action: id, label });
            for to in self.at_path(bind, ty, path, flow) {
                self.flows(Leaf::new(from, at), to, How::Returned(id));
            }
        }
    }

    /// The nodes of a part of a result: its own cells, or a part of the cell it lies in.
    fn at_path(
        &mut self,
        cells: &BindCells,
        ty: &'p Type,
        path: &[String],
        flow: FlowId,
    ) -> Vec<NodeId> {
        let Some((name, rest)) = path.split_first() else {
            return cells
                .places()
                .into_iter()
                .filter_map(|p| self.net.place(Some(flow), p))
                .collect();
        };
        let Some(field) = fields(ty).iter().find(|field| field.name == *name) else {
            return Vec::new();
        };
        match cells {
            BindCells::Fields(_) => match cells.field(name) {
                Some(cells) => self.at_path(cells, &field.ty, rest, flow),
                None => Vec::new(),
            },
            BindCells::One(place) => {
                let mut node = self.net.place(Some(flow), *place);
                let mut ty = ty;
                for name in path {
                    let found = (0..).zip(fields(ty)).find(|(_, field)| field.name == *name);
                    let Some((number, field)) = found else { return Vec::new() };
                    node = node.map(|node| self.net.part(node, number, &field.name));
                    ty = &field.ty;
                }
                node.into_iter().collect()
            }
        }
    }
}

/// A flow's own slots: the session's are looked at once, with the session.
fn own_slots(flow: &Flow) -> impl Iterator<Item = &Slot> {
    flow.slots.iter().filter(|slot| slot.place.space == Space::Flow)
}
