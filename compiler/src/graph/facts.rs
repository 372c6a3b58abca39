//! What the branches taken on a way say of each other: enough to see that a way cannot be gone.

use super::certain::outcome;
use super::reads;
use crate::ir::{CompareOp, Place, Space, Type};
use crate::sema::hir::{Expr, ExprKind, Project};

use flowright_nlu::value::Value;

/// Facts kept on one way; of more, the oldest are forgotten.
const FACTS_MAX: usize = 32;

/// Conditions with how they came out.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts<'p> {
    known: Vec<(&'p Expr, bool)>,
}

impl<'p> Facts<'p> {
    /// With one more; nothing when that cannot be.
    pub(super) fn and(&self, project: &Project, cond: &'p Expr, holds: bool) -> Option<Self> {
        if outcome(cond).is_some_and(|outcome| outcome.holds != holds) {
            return None;
        }
        let (cond, holds) = bare(cond, holds);
        let against = |(known, held): &(&Expr, bool)| contradict((known, *held), (cond, holds));
        if self.known.iter().any(against) {
            return None;
        }
        let mut facts = self.clone();
        facts.known.push((cond, holds));
        if facts.leaves_no_choice(project, cond) {
            return None;
        }
        let surplus = facts.known.len().saturating_sub(FACTS_MAX);
        facts.known.drain(..surplus);
        Some(facts)
    }

    /// Forgets what was said of a cell.
    pub(super) fn forget(&mut self, place: Place) {
        self.known.retain(|(cond, _)| !reads_place(cond, place));
    }

    /// Forgets what time, other flows and the customer may change.
    pub(super) fn forget_turn(&mut self) {
        self.known.retain(|(cond, _)| {
            let mut own = true;
            reads::mentioned(cond, &mut |place| own &= place.space == Space::Flow);
            own
        });
    }

    /// The same conditions with the same outcomes: what may follow is the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.known.len() == other.known.len()
            && self
                .known
                .iter()
                .zip(&other.known)
                .all(|((own, held), (other, holds))| std::ptr::eq(*own, *other) && held == holds)
    }

    /// Whether every choice of the set that the last condition asks for was ruled out.
    fn leaves_no_choice(&self, project: &Project, last: &Expr) -> bool {
        let Some(asked) = Choice::of(last) else { return false };
        let Type::Choice(id) = asked.ty else { return false };
        let count = project.choices.get(id.index()).map_or(0, |choice| choice.options.len());
        let mut ruled_out: Vec<u16> = Vec::new();
        for (known, held) in &self.known {
            if let Some(one) = Choice::of(known)
                && one.place == asked.place
                && *held != one.is
                && !ruled_out.contains(&one.option)
            {
                ruled_out.push(one.option);
            }
        }
        count > 0 && ruled_out.len() >= count
    }
}

/// `place is option`, or `is not`.
struct Choice<'c> {
    place: Place,
    ty: &'c Type,
    option: u16,
    is: bool,
}

impl<'c> Choice<'c> {
    fn of(cond: &'c Expr) -> Option<Self> {
        let ExprKind::Compare { op, left, right } = &cond.kind else { return None };
        let is = match op {
            CompareOp::Eq => true,
            CompareOp::Ne => false,
            _ => return None,
        };
        match (&left.kind, &right.kind) {
            (ExprKind::Load(place), ExprKind::Const(Value::Choice(option))) => {
                Some(Self { place: *place, ty: &left.ty, option: *option, is })
            }
            _ => None,
        }
    }
}

fn reads_place(cond: &Expr, place: Place) -> bool {
    let mut reads = false;
    reads::mentioned(cond, &mut |read| reads |= read == place);
    reads
}

/// Without `not` and `reveal` around it.
fn bare(cond: &Expr, holds: bool) -> (&Expr, bool) {
    match &cond.kind {
        ExprKind::Not(inner) => bare(inner, !holds),
        ExprKind::Reveal { value, .. } => bare(value, holds),
        _ => (cond, holds),
    }
}

/// Whether two conditions cannot both come out so. Both sides of a comparison are taken to have values.
pub(super) fn exclude(one: (&Expr, bool), other: (&Expr, bool)) -> bool {
    contradict(bare(one.0, one.1), bare(other.0, other.1))
}

fn contradict(one: (&Expr, bool), other: (&Expr, bool)) -> bool {
    if same(one.0, other.0) {
        return one.1 != other.1;
    }
    if let (Some(own), Some(others)) = (Choice::of(one.0), Choice::of(other.0)) {
        let (own_is, other_is) = (one.1 == own.is, other.1 == others.is);
        let same = own.option == others.option;
        return own.place == others.place
            && if same { own_is != other_is } else { own_is && other_is };
    }
    match (&one.0.kind, &other.0.kind) {
        (
            ExprKind::Compare { op, left, right },
            ExprKind::Compare { op: other_op, left: other_left, right: other_right },
        ) => {
            opposite(*op) == *other_op
                && same(left, other_left)
                && same(right, other_right)
                && one.1 == other.1
        }
        _ => false,
    }
}

const fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Ge => CompareOp::Lt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Le => CompareOp::Gt,
    }
}

/// Whether two expressions are the same; where they are written does not matter.
pub(super) fn same(left: &Expr, right: &Expr) -> bool {
    match (&left.kind, &right.kind) {
        (ExprKind::Const(left), ExprKind::Const(right)) => left == right,
        (ExprKind::Load(left), ExprKind::Load(right)) => left == right,
        (ExprKind::Has(left), ExprKind::Has(right)) => left == right,
        (ExprKind::Param(left), ExprKind::Param(right)) => left == right,
        (ExprKind::Empty, ExprKind::Empty) => true,
        (left_kind, right_kind) => {
            let (own, others) = (left.operands(), right.operands());
            !own.is_empty()
                && own.len() == others.len()
                && operation(left_kind) == operation(right_kind)
                && own.into_iter().zip(others).all(|(left, right)| same(left, right))
        }
    }
}

/// What is done with an expression's parts.
fn operation(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Arith { op, .. } => format!("{op:?}"),
        ExprKind::Compare { op, .. } => format!("{op:?}"),
        ExprKind::Call { helper, .. } => format!("{helper:?}"),
        ExprKind::Not(_) => "not".to_owned(),
        ExprKind::Neg(_) => "minus".to_owned(),
        ExprKind::And(..) => "and".to_owned(),
        ExprKind::Or(..) => "or".to_owned(),
        ExprKind::InSet { .. } => "in".to_owned(),
        ExprKind::Concat(_) => "text".to_owned(),
        ExprKind::Reveal { .. } => "reveal".to_owned(),
        _ => String::new(),
    }
}
