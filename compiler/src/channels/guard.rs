//! Which channels a step can run on, as far as the conditions around it say: `when channel is …`.

use std::collections::BTreeSet;

use crate::ir::{CompareOp, Helper, Place, Space, turn};
use crate::sema::hir::{Expr, ExprKind, Project};
use flowright_nlu::value::Value;

/// Numbers of declared channels.
pub(super) type Channels = BTreeSet<usize>;

/// Every declared channel.
pub(super) fn all(project: &Project) -> Channels {
    (0..project.channels.len()).collect()
}

/// What the conditions around a step say.
#[derive(Debug, Clone)]
pub(super) struct Around {
    /// Channels that the customer can have written on last.
    pub(super) channels: Channels,
    /// Channels on which she can be written to for sure, as of so many pauses.
    pub(super) reached: Channels,
    pub(super) asked: u32,
}

impl Around {
    /// Where no condition is.
    pub(super) fn anywhere(project: &Project) -> Self {
        Self { channels: all(project), reached: Channels::new(), asked: 0 }
    }

    /// Where a condition holds that is asked after so many pauses, and where it does not.
    pub(super) fn split(&self, cond: &Expr, project: &Project, asked: u32) -> (Self, Self) {
        let (holds, fails) = split(cond, project);
        let (there, there_else) = reached(cond, project);
        let and = |channels: &Channels, reached: &Channels| Self {
            channels: &self.channels & channels,
            // What was asked before a pause may be otherwise after it.
            reached: match self.asked == asked {
                true => &self.reached | reached,
                false => reached.clone(),
            },
            asked,
        };
        (and(&holds, &there), and(&fails, &there_else))
    }
}

/// Channels on which a condition can hold, and those on which it can fail.
fn split(cond: &Expr, project: &Project) -> (Channels, Channels) {
    match &cond.kind {
        ExprKind::Not(inner) => {
            let (holds, fails) = split(inner, project);
            (fails, holds)
        }
        ExprKind::And(left, right) => {
            let (left, right) = (split(left, project), split(right, project));
            (&left.0 & &right.0, &left.1 | &right.1)
        }
        ExprKind::Or(left, right) => {
            let (left, right) = (split(left, project), split(right, project));
            (&left.0 | &right.0, &left.1 & &right.1)
        }
        ExprKind::Compare { op, left, right } => match (named(left, right, project), op) {
            (Some(names), CompareOp::Eq) => parted(names, project),
            (Some(names), CompareOp::Ne) => {
                let (is, is_not) = parted(names, project);
                (is_not, is)
            }
            _ => (all(project), all(project)),
        },
        ExprKind::InSet { value, set } if is_channel(value) => {
            let names: Option<Vec<&str>> = set.iter().map(text_of).collect();
            match names {
                Some(names) => parted(numbers(&names, project), project),
                None => (all(project), all(project)),
            }
        }
        _ => (all(project), all(project)),
    }
}

/// Channels on which the customer is known to have an address where a condition holds, and where it
/// fails: `when reachable on …`.
fn reached(cond: &Expr, project: &Project) -> (Channels, Channels) {
    match &cond.kind {
        ExprKind::Not(inner) => {
            let (holds, fails) = reached(inner, project);
            (fails, holds)
        }
        ExprKind::And(left, right) => {
            let (left, right) = (reached(left, project), reached(right, project));
            (&left.0 | &right.0, &left.1 & &right.1)
        }
        ExprKind::Or(left, right) => {
            let (left, right) = (reached(left, project), reached(right, project));
            (&left.0 & &right.0, &left.1 | &right.1)
        }
        ExprKind::Call { helper: Helper::ListContains, args } => {
            let name = match args.as_slice() {
                [list, name] if is_turns(list, turn::REACHABLE) => text_of(name),
                _ => None,
            };
            (name.map(|name| numbers(&[name], project)).unwrap_or_default(), Channels::new())
        }
        _ => (Channels::new(), Channels::new()),
    }
}

/// These channels, and the others.
fn parted(these: Channels, project: &Project) -> (Channels, Channels) {
    let others = &all(project) - &these;
    (these, others)
}

/// The channel that one side names where the other is `channel`.
fn named(left: &Expr, right: &Expr, project: &Project) -> Option<Channels> {
    let name = match (is_channel(left), is_channel(right)) {
        (true, false) => text_of(right),
        (false, true) => text_of(left),
        _ => None,
    }?;
    Some(numbers(&[name], project))
}

fn numbers(names: &[&str], project: &Project) -> Channels {
    let named = |(_, channel): &(usize, &crate::ir::ChannelDef)| names.contains(&&*channel.name);
    project.channels.iter().enumerate().filter(named).map(|(number, _)| number).collect()
}

fn is_channel(expr: &Expr) -> bool {
    is_turns(expr, turn::CHANNEL)
}

fn is_turns(expr: &Expr, cell: u32) -> bool {
    expr.kind == ExprKind::Load(Place { space: Space::Turn, index: cell })
}

fn text_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Const(Value::Text(text)) => Some(text),
        _ => None,
    }
}
