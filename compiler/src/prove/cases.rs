//! Lists of cases: put together without a loss, taken from each other, joined where there are too
//! many.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Cases, Var, Vocabulary};
use super::sets::Set;

/// Cases beyond which a list is not searched for those that hold others.
const COMPARED_MAX: usize = 256;
/// Cases beyond which they are not looked at together.
const WIDENED_MAX: usize = 8;
/// Cases into which the rest of a case is cut at most.
const PIECES_MAX: usize = 128;

/// Whether whatever is so in one case is possible in the other.
pub(crate) fn within(one: &Case, other: &Case) -> bool {
    other.iter().all(|(var, set)| one.get(var).is_some_and(|own| own.is_in(set)))
}

/// Cases without those that others hold.
pub(crate) fn simplified(mut cases: Cases) -> Cases {
    cases.sort();
    cases.dedup();
    if cases.len() < 2 || cases.len() > COMPARED_MAX {
        return cases;
    }
    let mut kept: Cases = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        let covered = cases
            .iter()
            .enumerate()
            .any(|(j, other)| i != j && within(case, other) && (j < i || !within(other, case)));
        if !covered {
            kept.push(case.clone());
        }
    }
    kept
}

/// The same cases in fewer: those that differ in one variable only become one.
pub(super) fn merged(words: &Vocabulary<'_>, cases: Cases) -> Cases {
    let mut cases = simplified(cases);
    if let [one, other] = cases.as_slice()
        && let Some(both) = joined_in_one(words, one, other)
    {
        return vec![both];
    }
    loop {
        let before = cases.len();
        if before < 2 {
            return cases;
        }
        let vars: BTreeSet<Var> = cases.iter().flat_map(|case| case.keys().cloned()).collect();
        for var in vars {
            let all = words.all(&var);
            // What is the same but for this variable, with all that it may be there.
            let mut alike: BTreeMap<Case, Set> = BTreeMap::new();
            for mut case in cases {
                let set = case.remove(&var).unwrap_or_else(|| all.clone());
                match alike.get_mut(&case) {
                    Some(known) => *known = known.or(&set),
                    None => {
                        alike.insert(case, set);
                    }
                }
            }
            let with_var = |(mut case, set): (Case, Set)| {
                if set != all {
                    case.insert(var.clone(), set);
                }
                case
            };
            cases = alike.into_iter().map(with_var).collect();
        }
        cases = simplified(cases);
        if cases.len() == before {
            let wider = widened(words, cases.clone());
            if wider == cases {
                return cases;
            }
            cases = wider;
        }
    }
}

/// Two cases that differ in one variable only, as one.
fn joined_in_one(words: &Vocabulary<'_>, one: &Case, other: &Case) -> Option<Case> {
    if one.len() != other.len() {
        return None;
    }
    let mut differing = one.iter().zip(other).filter(|(one, other)| one != other);
    let ((var, set), (same, more)) = differing.next()?;
    if var != same || differing.next().is_some() {
        return None;
    }
    let set = set.or(more);
    let mut both = one.clone();
    match set == words.all(var) {
        true => both.remove(var),
        false => both.insert(var.clone(), set),
    };
    Some(both)
}

/// The same cases, each without the variables of which the others hold the rest.
fn widened(words: &Vocabulary<'_>, cases: Cases) -> Cases {
    if cases.len() > WIDENED_MAX {
        return cases;
    }
    let mut all = cases;
    for number in 0..all.len() {
        let vars: Vec<Var> = all.get(number).into_iter().flat_map(|c| c.keys().cloned()).collect();
        for var in vars {
            let Some(case) = all.get(number) else { continue };
            // The rest is in the others only if they speak of the variable, too.
            let mut rest = case.clone();
            let Some(own) = rest.remove(&var) else { continue };
            let outside = words.all(&var).and(&own.not(words.range(&var)));
            if outside.is_none() {
                continue;
            }
            rest.insert(var.clone(), outside);
            // With two cases, the other one holds all of it or there is no use in cutting it up.
            let held = all.iter().any(|other| within(&rest, other))
                || (all.len() > 2 && minus(words, &rest, &all).is_some_and(|left| left.is_empty()));
            if held && let Some(case) = all.get_mut(number) {
                case.remove(&var);
            }
        }
    }
    simplified(all)
}

/// What is in a case and in none of the others. Nothing when it falls into too many pieces.
pub(super) fn minus(words: &Vocabulary<'_>, case: &Case, others: &[Case]) -> Option<Cases> {
    let mut left = vec![case.clone()];
    for other in others {
        let mut next = Vec::new();
        for one in left {
            next.extend(without(words, &one, other));
        }
        left = next;
        if left.len() > PIECES_MAX {
            return None;
        }
    }
    Some(left)
}

/// What is in one case and not in the other, in pieces that share nothing.
fn without(words: &Vocabulary<'_>, case: &Case, other: &Case) -> Cases {
    if words.meet_case(case, other).is_none() {
        return vec![case.clone()];
    }
    let mut pieces = Vec::new();
    let mut inside = case.clone();
    for (var, set) in other {
        let all = words.all(var);
        let own = inside.get(var).cloned().unwrap_or_else(|| all.clone());
        let outside = own.and(&set.not(words.range(var)));
        if !outside.is_none() {
            let mut piece = inside.clone();
            piece.insert(var.clone(), outside);
            pieces.push(piece);
        }
        inside.insert(var.clone(), own.and(set));
    }
    pieces
}

/// One case that holds all of them.
pub(super) fn joined(words: &Vocabulary<'_>, cases: &[Case]) -> Case {
    let Some((first, rest)) = cases.split_first() else { return Case::new() };
    rest.iter().fold(first.clone(), |all, case| {
        let mut both = Case::new();
        for (var, set) in all {
            if let Some(other) = case.get(&var) {
                let set = set.or(other);
                if set != words.all(&var) {
                    both.insert(var, set);
                }
            }
        }
        both
    })
}
