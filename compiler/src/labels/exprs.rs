//! What an expression reads. Whatever the operation, its value carries the labels of everything
//! that went into it; only `reveal` lets go of them.

use super::collect::{Collector, Here, Leaf, Revealed};
use super::net::NodeId;
use crate::base::FileSpan;
use crate::ir::{FieldType, Helper, Type};
use crate::sema::hir::{Expr, ExprKind};

impl<'p> Collector<'p> {
    /// The places that the value of an expression comes from.
    pub(super) fn leaves(&mut self, expr: &'p Expr, here: Here<'_>) -> Vec<Leaf> {
        let mut found = Vec::new();
        self.read(expr, here, &mut found);
        found
    }

    fn read(&mut self, expr: &'p Expr, here: Here<'_>, found: &mut Vec<Leaf>) {
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Empty => {}
            ExprKind::Load(place) => {
                if let Some(node) = self.net.place(here.flow, *place) {
                    self.whole(node, &expr.ty, expr.at, found);
                }
            }
            ExprKind::Param(number) => self.param(*number, expr.at, here, found),
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.read(inner, here, found),
            ExprKind::Arith { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right) => {
                self.read(left, here, found);
                self.read(right, here, found);
            }
            ExprKind::InSet { value, set } => {
                self.read(value, here, found);
                set.iter().for_each(|item| self.read(item, here, found));
            }
            ExprKind::Has(places) => {
                let nodes = places.iter().filter_map(|place| self.net.place(here.flow, *place));
                found.extend(nodes.map(|node| Leaf::new(node, expr.at)));
            }
            ExprKind::Call { helper, args } => self.call(expr, *helper, args, here, found),
            ExprKind::Concat(parts) => parts.iter().for_each(|part| self.read(part, here, found)),
            ExprKind::Reveal { value, because } => self.reveal(expr, value, because, here),
        }
    }

    /// Functions that take a structure apart read only the part; all others read everything.
    fn call(
        &mut self,
        expr: &'p Expr,
        helper: Helper,
        args: &'p [Expr],
        here: Here<'_>,
        found: &mut Vec<Leaf>,
    ) {
        let part = match (helper, args) {
            (Helper::ListCount, [list]) => self.origin(list, here).map(|node| (node, false)),
            (Helper::ListFirst | Helper::ListLast | Helper::Field(_), _) => {
                self.origin(expr, here).map(|node| (node, true))
            }
            _ => None,
        };
        match part {
            Some((node, true)) => self.whole(node, &expr.ty, expr.at, found),
            // How many there are says nothing of what is in them.
            Some((node, false)) => found.push(Leaf::new(node, expr.at)),
            None => args.iter().for_each(|arg| self.read(arg, here, found)),
        }
    }

    /// The one node that a structured value lies in, where it is no more than read or taken apart.
    pub(super) fn origin(&mut self, expr: &'p Expr, here: Here<'_>) -> Option<NodeId> {
        match &expr.kind {
            ExprKind::Load(place) => self.net.place(here.flow, *place),
            ExprKind::Call { helper, args } => match (helper, args.as_slice()) {
                (Helper::ListFirst | Helper::ListLast, [list]) => self.origin(list, here),
                (Helper::Field(number), [record]) => {
                    let of = self.origin(record, here)?;
                    let field = fields(&record.ty).get(*number as usize)?;
                    Some(self.net.part(of, *number, &field.name))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A node with all its parts.
    fn whole(&mut self, node: NodeId, ty: &'p Type, at: FileSpan, found: &mut Vec<Leaf>) {
        found.push(Leaf::new(node, at));
        for (number, field) in (0..).zip(fields(ty)) {
            let part = self.net.part(node, number, &field.name);
            self.whole(part, &field.ty, at, found);
        }
    }

    fn param(&mut self, number: u32, at: FileSpan, here: Here<'_>, found: &mut Vec<Leaf>) {
        match here.args {
            Some(args) => {
                let given = args.get(number as usize).into_iter().flatten();
                found.extend(given.map(|leaf| Leaf { shown: Some(at), ..*leaf }));
            }
            None => self.unbound = true,
        }
    }

    fn reveal(&mut self, expr: &'p Expr, value: &'p Expr, because: &'p str, here: Here<'_>) {
        let around = std::mem::take(&mut self.unbound);
        let nodes: Vec<NodeId> =
            self.leaves(value, here).into_iter().map(|leaf| leaf.node).collect();
        let revealed = self.reveals.entry(expr.at).or_insert_with(|| Revealed {
            value,
            because,
            to: here.to,
            nodes: Vec::new(),
            used: false,
        });
        revealed.used |= !self.unbound;
        revealed.nodes.extend(nodes);
        self.unbound |= around;
    }
}

/// The fields of a record, or of the records of a list.
pub(super) fn fields(ty: &Type) -> &[FieldType] {
    match ty {
        Type::Record(fields) => fields,
        Type::List(item) => fields(item),
        _ => &[],
    }
}
