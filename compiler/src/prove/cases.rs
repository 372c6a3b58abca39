//! Lists of cases: put together without a loss, taken from each other, joined where there are too
//! many.

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
    one.is_within(other)
}

/// Cases without those that others hold.
pub(crate) fn simplified(mut cases: Cases) -> Cases {
    if cases.len() < 2 {
        return cases;
    }
    cases.sort();
    cases.dedup();
    if cases.len() > COMPARED_MAX {
        return cases;
    }
    let is_held = |(i, case): (usize, &Case)| {
        let mut others = cases.iter().enumerate().filter(|(j, _)| i != *j);
        others.any(|(j, other)| within(case, other) && (j < i || !within(other, case)))
    };
    let held: Vec<bool> = cases.iter().enumerate().map(is_held).collect();
    let mut held = held.into_iter();
    cases.retain(|_| !held.next().unwrap_or_default());
    cases
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
        let mut vars: Vec<Var> = cases.iter().flat_map(|case| case.keys().cloned()).collect();
        vars.sort_unstable();
        vars.dedup();
        for var in vars {
            join_by(&mut cases, &var, &words.all(&var));
        }
        cases = simplified(cases);
        if cases.len() == before && !widen(words, &mut cases) {
            return cases;
        }
    }
}

/// Makes one of those that are the same but for a variable.
fn join_by(cases: &mut Cases, var: &Var, all: &Set) {
    cases.sort_by(|one, other| one.but_for(var).cmp(other.but_for(var)));
    cases.dedup_by(|next, known| {
        let alike = known.but_for(var).eq(next.but_for(var));
        if alike {
            match (known.get_mut(var), next.get(var)) {
                (Some(set), Some(more)) => *set = set.or(more),
                _ => drop(known.remove(var)),
            }
        }
        alike
    });
    for case in cases {
        if case.get(var) == Some(all) {
            case.remove(var);
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

/// Leaves out of each case the variables of which the others hold the rest; whether there were any.
fn widen(words: &Vocabulary<'_>, cases: &mut Cases) -> bool {
    let mut any = false;
    for number in 0..cases.len() {
        // With too many cases, they are not looked at together.
        let Some(case) = cases.get(number).filter(|_| cases.len() <= WIDENED_MAX) else { break };
        let mut rest = case.clone();
        for var in case.keys().cloned().collect::<Vec<Var>>() {
            let Some(own) = rest.get_mut(&var) else { continue };
            let outside = words.all(&var).and(&own.not(words.range(&var)));
            if outside.is_none() {
                continue;
            }
            let own = std::mem::replace(own, outside);
            // With two cases, the other one holds all of it or there is no use in cutting it up.
            let held = cases.iter().any(|other| within(&rest, other))
                || (cases.len() > 2 && is_held_together(words, &rest, cases));
            match cases.get_mut(number).filter(|_| held) {
                Some(case) => {
                    case.remove(&var);
                    rest.remove(&var);
                    any = true;
                }
                None => _ = rest.insert(var, own),
            }
        }
    }
    if any {
        *cases = simplified(std::mem::take(cases));
    }
    any
}

/// Whether several cases hold all of another one.
fn is_held_together(words: &Vocabulary<'_>, rest: &Case, cases: &[Case]) -> bool {
    // Most share nothing with it, and neither does any piece of it.
    let mut meeting = cases.iter().filter(|other| rest.meets(other)).peekable();
    meeting.peek().is_some()
        && pieces_left(words, rest.clone(), meeting).is_some_and(|left| left.is_empty())
}

/// What is in a case and in none of the others. Nothing when it falls into too many pieces.
pub(super) fn minus(words: &Vocabulary<'_>, case: &Case, others: &[Case]) -> Option<Cases> {
    pieces_left(words, case.clone(), others.iter())
}

fn pieces_left<'c>(
    words: &Vocabulary<'_>,
    case: Case,
    others: impl Iterator<Item = &'c Case>,
) -> Option<Cases> {
    let mut left = vec![case];
    for other in others {
        let mut next = Vec::with_capacity(left.len());
        for one in left {
            cut(words, one, other, &mut next);
        }
        left = next;
        if left.len() > PIECES_MAX {
            return None;
        }
    }
    Some(left)
}

/// Adds what is in one case and not in the other, in pieces that share nothing.
fn cut(words: &Vocabulary<'_>, case: Case, other: &Case, pieces: &mut Cases) {
    if !case.meets(other) {
        pieces.push(case);
        return;
    }
    let mut inside = case;
    for (var, set) in other {
        if inside.get(var).is_some_and(|own| own.is_in(set)) {
            continue;
        }
        let own = inside.get(var).cloned().unwrap_or_else(|| words.all(var));
        let outside = own.and(&set.not(words.range(var)));
        if !outside.is_none() {
            let mut piece = inside.clone();
            piece.insert(var.clone(), outside);
            pieces.push(piece);
        }
        inside.insert(var.clone(), own.and(set));
    }
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
