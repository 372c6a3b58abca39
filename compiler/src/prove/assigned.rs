//! What must be so before a cell is set to a value: what is wanted of the cell is wanted of what it is set
//! to.

use super::back::Before;
use super::boxes::{Case, Var};
use super::follow::Follower;
use super::sets::Set;
use crate::ir::Place;
use crate::sema::hir::{Expr, ExprKind};

impl Follower<'_, '_> {
    /// What must be so before a cell is set, so that `after` may be so.
    pub(super) fn unassigned(&mut self, mut after: Case, place: Place, value: &Expr) -> Before {
        let to = Var::Cell(place);
        let wanted = after.get(&to).cloned();
        // What else is known of the cell depends on the value in a way that is not followed.
        let others = |var: &&Var| **var != to && self.words.reads(var, place);
        let mut doubtful = after.keys().any(|var| others(&var));
        match &value.kind {
            ExprKind::Const(value) => {
                let number = self.words.number(&to, value);
                let fits = match (&wanted, number) {
                    (None, _) => true,
                    (Some(set), Some(number)) => set.has(Some(number)),
                    (Some(set), None) => set.may_be_other(),
                };
                if !fits {
                    return Before::none();
                }
                if let Some(number) = number {
                    let Some(apart) = self.apart_from(after, place, number) else {
                        return Before::none();
                    };
                    after = apart;
                    doubtful = after.keys().any(|var| *var != to && self.words.reads(var, place));
                }
                self.forget(&mut after, place);
            }
            ExprKind::Empty => {
                if wanted.is_some_and(|set| !set.may_be_empty()) {
                    return Before::none();
                }
                self.forget(&mut after, place);
            }
            _ => match self.copied(place, value) {
                Some((from, by)) => {
                    let moved = self.moved(&after, place, (from, by));
                    doubtful = moved.is_none();
                    let plain = || {
                        let mut case = after.clone();
                        self.forget(&mut case, place);
                        case
                    };
                    let mut case = moved.unwrap_or_else(plain);
                    if let Some(set) = wanted {
                        let source = Case::from([(Var::Cell(from), set.plus(-by))]);
                        let Some(met) = self.words.meet_case(&case, &source) else {
                            return Before::none();
                        };
                        case = met;
                    }
                    return Before { cases: vec![case], doubtful, ..Before::default() };
                }
                None => {
                    doubtful |= wanted.is_some();
                    self.forget(&mut after, place);
                }
            },
        }
        Before { cases: vec![after], doubtful, ..Before::default() }
    }

    /// What is said of the distance of others to a cell, said of the others, as the cell has a known
    /// value. Nothing where it cannot be.
    fn apart_from(&self, case: Case, place: Place, number: i64) -> Option<Case> {
        let mut others = Case::new();
        let mut kept = case;
        let apart = |var: &Var, set: &Set| match var {
            // place - other in set: other in -set + place.
            Var::Diff(left, right) if *left == place => Some((*right, set.negated().plus(number))),
            // other - place in set: other in set + place.
            Var::Diff(left, right) if *right == place => Some((*left, set.plus(number))),
            _ => None,
        };
        for (other, set) in kept.iter().filter_map(|(var, set)| apart(var, set)) {
            others = self.words.meet_case(&others, &Case::from([(Var::Cell(other), set)]))?;
        }
        kept.retain(|var, set| apart(var, set).is_none());
        self.words.meet_case(&kept, &others)
    }

    /// What is said of a cell's distance to others, said of the cell that it was copied from.
    /// Nothing where it cannot be.
    fn moved(&self, after: &Case, place: Place, (from, by): (Place, i64)) -> Option<Case> {
        let mut case = Case::new();
        for (var, set) in after {
            let (other, set) = match var {
                _ if !self.words.reads(var, place) => {
                    case.insert(var.clone(), set.clone());
                    continue;
                }
                Var::Cell(_) => continue,
                // place - other in set: from - other in set - by.
                Var::Diff(left, right) if *left == place => (*right, set.plus(-by)),
                // other - place in set: from - other in -set - by.
                Var::Diff(left, _) => (*left, set.negated().plus(-by)),
                Var::Of(helper, _) if by == 0 => {
                    case.insert(Var::Of(*helper, from), set.clone());
                    continue;
                }
                Var::Of(..) | Var::Opaque(_) | Var::Turns => return None,
            };
            match from.cmp(&other) {
                std::cmp::Ordering::Less => case.insert(Var::Diff(from, other), set),
                std::cmp::Ordering::Greater => case.insert(Var::Diff(other, from), set.negated()),
                std::cmp::Ordering::Equal if set.has(Some(0)) => None,
                std::cmp::Ordering::Equal => return None,
            };
        }
        Some(case)
    }
}
