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

/// Steps looked at beyond which a search is given up.
const NODES_MAX: usize = 20_000;
/// Work beyond which a search is given up: a step back takes as much as the square of how many
/// variables its case speaks of.
const SEARCH_MAX: usize = 200_000;
/// Work of all searches together.
const SEARCHES_MAX: usize = 10 * SEARCH_MAX;

/// How much searches of a flow may still look at.
pub(super) struct Effort(usize);

impl Effort {
    pub(super) const fn new() -> Self {
        Self(SEARCHES_MAX)
    }

    /// What one search may take of it; taken all at once, what is over is given back.
    const fn one(&mut self) -> usize {
        let one = if self.0 < SEARCH_MAX { self.0 } else { SEARCH_MAX };
        self.0 -= one;
        one
    }
}

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
    effort: &mut Effort,
) -> Option<Witness> {
    let back = possible.ways_back(follower.points);
    let ahead = lengths(follower.points, &back);
    [Meanwhile::Nothing, Meanwhile::Time, Meanwhile::Anything].into_iter().find_map(|meanwhile| {
        let mut left = effort.one();
        let found = search(follower, possible, (&back, &ahead), targets, meanwhile, &mut left);
        effort.0 += left;
        Some(Witness { steps: found?, meanwhile })
    })
}

/// By point, from where it is come to.
type WaysBack = BTreeMap<PointId, Vec<(PointId, Edge)>>;

/// How long a conversation is to each point at least, whatever must be so on the way. The search goes
/// by it (A*): with a question for each of twenty slots there are as many needs as there are sets of
/// slots, and it looks at hardly any but those of the shortest way.
fn lengths(points: &Points<'_>, back: &WaysBack) -> BTreeMap<PointId, u32> {
    let mut onward: BTreeMap<PointId, Vec<(PointId, u32)>> = BTreeMap::new();
    for (to, ways) in back {
        for (from, edge) in ways {
            onward.entry(*from).or_default().push((*to, length(points, *from, edge.way)));
        }
    }
    let mut shortest = BTreeMap::new();
    let mut open = BinaryHeap::from([Reverse((0, points.start))]);
    while let Some(Reverse((cost, point))) = open.pop() {
        if shortest.contains_key(&point) {
            continue;
        }
        shortest.insert(point, cost);
        let next = onward.get(&point).into_iter().flatten();
        open.extend(next.map(|(to, length)| Reverse((cost + length, *to))));
    }
    shortest
}

struct Node {
    /// The length of the conversation from here on.
    cost: u32,
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
    (back, ahead): (&WaysBack, &BTreeMap<PointId, u32>),
    targets: &[(PointId, Case)],
    meanwhile: Meanwhile,
    left: &mut usize,
) -> Option<Vec<Step>> {
    let beginning = follower.beginning();
    let mut nodes: Vec<Node> = Vec::new();
    let mut open = BinaryHeap::new();
    let mut done: BTreeMap<(PointId, bool), Vec<Case>> = BTreeMap::new();
    for (point, need) in targets {
        let Some(ahead) = ahead.get(point) else { continue };
        open.push(Reverse((*ahead, *ahead, nodes.len())));
        nodes.push(Node { cost: 0, point: *point, need: need.clone(), anew: false, next: None });
    }
    // By the length of the whole; of two that are as long, the one that is nearer to the start.
    while let Some(Reverse((_, _, number))) = open.pop() {
        let node = nodes.get(number)?;
        let (cost, point, mut need) = (node.cost, node.point, node.need.clone());
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
            let Some(ahead) = ahead.get(from) else { continue };
            *left = left.checked_sub(1 + need.len().pow(2))?;
            let before = follower.before(*from, edge.way, &need, meanwhile)?;
            let cost = cost + length(follower.points, *from, edge.way);
            for (cases, anew) in [(before.cases, false), (before.anew, true)] {
                for need in follower.words.meet(&cases, possible.at(*from))? {
                    if nodes.len() >= NODES_MAX {
                        return None;
                    }
                    open.push(Reverse((cost + ahead, *ahead, nodes.len())));
                    let next = Some((edge.way, number));
                    nodes.push(Node { cost, point: *from, need, anew, next });
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
