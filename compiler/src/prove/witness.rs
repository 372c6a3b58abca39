//! A conversation that comes to where something should not be: the shortest way there, searched
//! backwards, with what must be so at every step of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use flowright_nlu::spec::Piece;

use super::back::Meanwhile;
use super::boxes::{Case, Var};
use super::cases::within;
use super::explore::Possible;
use super::follow::Follower;
use crate::graph::points::{Edge, Op, PointId, Points, Way};
use crate::ir::{Place, SlotIndex, Space};
use crate::sema::hir::ExprKind;

/// Steps looked at beyond which the search is given up.
const NODES_MAX: usize = 20_000;

/// One step of a conversation.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) point: PointId,
    /// What must be so on coming to the point.
    pub(super) need: Case,
    /// The way taken from it; nothing at the last.
    pub(super) way: Option<Way>,
}

/// A conversation, oldest step first.
#[derive(Debug, Clone)]
pub(super) struct Witness {
    pub(super) steps: Vec<Step>,
    /// What changes of itself while it goes on.
    pub(super) meanwhile: Meanwhile,
}

/// The shortest conversation into one of some cases, one that needs nothing but what is said if
/// there is such a one. Nothing when there is none that could be followed.
pub(super) fn find(
    follower: &mut Follower<'_, '_>,
    possible: &Possible,
    targets: &[(PointId, Case)],
) -> Option<Witness> {
    let back = possible.ways_back(follower.points);
    [Meanwhile::Nothing, Meanwhile::Time, Meanwhile::Anything].into_iter().find_map(|meanwhile| {
        let steps = search(follower, possible, &back, targets, meanwhile)?;
        Some(Witness { steps, meanwhile })
    })
}

struct Node {
    point: PointId,
    need: Case,
    /// A question that is asked anew, after a handler.
    anew: bool,
    /// The way taken from here, and the node that it leads to.
    next: Option<(Way, usize)>,
}

fn search(
    follower: &mut Follower<'_, '_>,
    possible: &Possible,
    back: &BTreeMap<PointId, Vec<(PointId, Edge)>>,
    targets: &[(PointId, Case)],
    meanwhile: Meanwhile,
) -> Option<Vec<Step>> {
    let beginning = follower.beginning();
    let mut nodes: Vec<Node> = Vec::new();
    let mut open = BinaryHeap::new();
    let mut done: BTreeMap<(PointId, bool), Vec<Case>> = BTreeMap::new();
    for (point, need) in targets {
        open.push(Reverse((0_u32, nodes.len())));
        nodes.push(Node { point: *point, need: need.clone(), anew: false, next: None });
    }
    while let Some(Reverse((cost, number))) = open.pop() {
        let node = nodes.get(number)?;
        let (point, mut need) = (node.point, node.need.clone());
        let anew = node.anew;
        if point == follower.points.start {
            let Some(met) = follower.words.meet_case(&need, &beginning) else { continue };
            if meanwhile == Meanwhile::Nothing && !can_open(follower, &met) {
                continue;
            }
            need = met;
            nodes.get_mut(number)?.need = need;
            return Some(steps(&nodes, number));
        }
        let done = done.entry((point, anew)).or_default();
        if done.iter().any(|known| within(&need, known)) {
            continue;
        }
        done.push(need.clone());
        let into = back.get(&point).into_iter().flatten();
        for (from, edge) in into.filter(|(_, edge)| !anew || edge.way == Way::Back) {
            let before = follower.before(*from, edge.way, &need, meanwhile)?;
            let cost = cost + length(follower.points, *from, edge.way);
            for (cases, anew) in [(before.cases, false), (before.anew, true)] {
                for need in follower.words.meet(&cases, possible.at(*from))? {
                    if nodes.len() >= NODES_MAX {
                        return None;
                    }
                    open.push(Reverse((cost, nodes.len())));
                    nodes.push(Node { point: *from, need, anew, next: Some((edge.way, number)) });
                }
            }
        }
    }
    None
}

/// Whether what starts the flow can fill the slots that must be filled: of several slots for one
/// kind of value it fills the first, unless an example of the intent names another.
fn can_open(follower: &mut Follower<'_, '_>, need: &Case) -> bool {
    let flow = follower.points.flow;
    let project = follower.words.project();
    let intents = flow.triggers.iter().filter_map(|intent| project.intents.get(intent.index()));
    let pieces = intents.flat_map(|intent| &intent.spec.examples).flat_map(|e| &e.pieces);
    let names: BTreeSet<&str> = pieces
        .filter_map(|piece| match piece {
            Piece::Slot { slot, .. } => Some(slot.as_str()),
            Piece::Text(_) => None,
        })
        .collect();
    // A session begins with what its slots have by default.
    let mut session = (0..).zip(&project.session_slots);
    let as_begun = session.all(|(index, slot)| {
        let var = Var::Cell(Place { space: Space::Session, index });
        let Some(set) = need.get(&var).filter(|_| !follower.is_mentioned(slot.place)) else {
            return true;
        };
        match slot.default.as_ref().map(|default| &default.kind) {
            None => set.may_be_empty(),
            Some(ExprKind::Const(value)) => {
                let number = follower.words.number(&var, value);
                number.is_none_or(|number| set.has(Some(number)))
            }
            Some(_) => true,
        }
    });
    as_begun
        && (0..).map(SlotIndex).zip(&flow.slots).all(|(number, slot)| {
            let needed = need.get(&Var::Cell(slot.place)).is_some_and(|set| !set.may_be_empty());
            let given = follower.others.gives.contains(&number);
            !needed
                || given
                || names.contains(slot.name.as_str())
                || follower.rivals(number).is_empty()
        })
}

/// How long a step makes a conversation: what is said counts most, and what is unusual.
fn length(points: &Points<'_>, from: PointId, way: Way) -> u32 {
    match way {
        Way::Intent(_) => 40,
        Way::Silence(_) => 20,
        Way::Correction(_) => 15,
        // To be asked is more usual than to say it beforehand.
        Way::Known => 12,
        _ if matches!(points.get(from).map(|point| point.op), Some(Op::Call { .. })) => 25,
        _ if way.is_turn() => 10,
        _ => 1,
    }
}

fn steps(nodes: &[Node], first: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = Some(first);
    while let Some(node) = at.and_then(|number| nodes.get(number)) {
        let way = node.next.map(|(way, _)| way);
        steps.push(Step { point: node.point, need: node.need.clone(), way });
        at = node.next.map(|(_, next)| next);
    }
    steps
}
