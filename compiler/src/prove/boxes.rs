//! Conditions as sets of cases. A case (a box) says for some variables which values they may have;
//! variables are cells, differences of two cells, and conditions that nothing more is known of.
//!
//! Boxes say at least what is possible: a case that is in none of them cannot be. Variables are
//! taken as independent, so two conditions that contradict each other in a roundabout way may
//! still have a common case.

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::value::{DECIMAL_SCALE, Value};

pub(crate) use super::case::{Case, Cases};
use super::cases::simplified;
use super::functions;
use super::sets::Set;
use super::terms::key;
use crate::graph::reads;
use crate::ir::{Helper, Place, Space, Type, turn};
use crate::sema::hir::{Expr, ExprKind, Project};

/// Cases of one condition beyond which it is not looked at.
const BOXES_MAX: usize = 256;

/// What a box speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Var {
    Cell(Place),
    /// The first less the second, of one kind; empty when one of them is.
    Diff(Place, Place),
    /// A function of a cell; empty when the cell is.
    Of(Helper, Place),
    /// A condition, by its number in [`Vocabulary::opaque`]: 0 does not hold, 1 holds.
    Opaque(u32),
    /// Turns so far, where they are counted.
    Turns,
}

/// What conditions speak of, numbered as they are met.
#[derive(Debug)]
pub(crate) struct Vocabulary<'p> {
    project: &'p Project,
    /// Types of the cells that were met.
    pub(super) types: BTreeMap<Place, Type>,
    known: BTreeSet<Place>,
    texts: Vec<String>,
    /// Conditions that are looked at as a whole, with the cells that they read.
    opaque: Vec<(String, BTreeSet<Place>)>,
    /// Functions of a cell that some condition compares.
    functions: BTreeMap<Place, BTreeSet<Helper>>,
    /// The currency in which a cell of money is compared.
    currencies: BTreeMap<Var, u32>,
}

impl<'p> Vocabulary<'p> {
    pub(crate) const fn new(project: &'p Project) -> Self {
        Self {
            project,
            types: BTreeMap::new(),
            known: BTreeSet::new(),
            texts: Vec::new(),
            opaque: Vec::new(),
            functions: BTreeMap::new(),
            currencies: BTreeMap::new(),
        }
    }

    pub(crate) const fn project(&self) -> &'p Project {
        self.project
    }

    /// Looks at a condition beforehand, so that its cells are known.
    pub(crate) fn learn(&mut self, cond: &Expr) {
        let _ = self.cases(cond, true);
        reads::places(cond, &mut |place, _| {
            self.known.insert(place);
        });
        self.learn_has(cond);
    }

    /// Keeps a cell in view that no condition looks at.
    pub(super) fn learn_place(&mut self, place: Place) {
        self.known.insert(place);
    }

    /// Keeps a function of a cell in view.
    pub(super) fn learn_function(&mut self, helper: Helper, place: Place) {
        self.functions.entry(place).or_default().insert(helper);
    }

    fn learn_has(&mut self, cond: &Expr) {
        if let ExprKind::Has(places) = &cond.kind {
            self.known.extend(places);
        }
        cond.operands().into_iter().for_each(|part| self.learn_has(part));
    }

    /// Whether some condition looks at a cell.
    pub(crate) fn knows(&self, place: Place) -> bool {
        self.known.contains(&place)
    }

    /// The type of a cell that some condition reads.
    pub(crate) fn type_of(&self, place: Place) -> Option<&Type> {
        self.types.get(&place)
    }

    /// A text constant by its number.
    pub(crate) fn text(&self, number: i64) -> Option<&str> {
        self.texts.get(usize::try_from(number).ok()?).map(String::as_str)
    }

    /// The currency in which a cell is compared, packed.
    pub(crate) fn currency(&self, var: &Var) -> Option<u32> {
        self.currencies.get(var).copied()
    }

    /// Whether a variable's value depends on a cell.
    pub(crate) fn reads(&self, var: &Var, place: Place) -> bool {
        match var {
            Var::Cell(cell) | Var::Of(_, cell) => *cell == place,
            Var::Diff(left, right) => *left == place || *right == place,
            Var::Opaque(number) => {
                let reads = self.opaque.get(*number as usize).map(|(_, reads)| reads);
                reads.is_some_and(|reads| reads.contains(&place))
            }
            Var::Turns => false,
        }
    }

    /// The cells that a variable's value depends on.
    pub(crate) fn cells_of(&self, var: &Var) -> Vec<Place> {
        match var {
            Var::Cell(cell) => vec![*cell],
            Var::Diff(left, right) => vec![*left, *right],
            Var::Opaque(number) => {
                let reads = self.opaque.get(*number as usize).map(|(_, reads)| reads);
                reads.into_iter().flatten().copied().collect()
            }
            Var::Of(_, cell) => vec![*cell],
            Var::Turns => Vec::new(),
        }
    }

    /// All that a variable may be.
    pub(crate) fn all(&self, var: &Var) -> Set {
        let (low, high) = self.range(var);
        match var {
            Var::Opaque(_) | Var::Turns => Set::between(low, high),
            Var::Cell(_) | Var::Of(..) | Var::Diff(..) => {
                Set::all((low, high), self.has_others(var))
            }
        }
    }

    /// The whole numbers that stand for a variable's values.
    pub(super) fn range(&self, var: &Var) -> (i64, i64) {
        match var {
            Var::Turns => (0, i64::MAX),
            Var::Of(helper, _) => functions::range(*helper),
            Var::Opaque(_) => (0, 1),
            Var::Diff(..) => (i64::MIN, i64::MAX),
            Var::Cell(Place { space: Space::Turn, index: turn::SENTIMENT }) => {
                (-DECIMAL_SCALE, DECIMAL_SCALE)
            }
            Var::Cell(place) => match self.types.get(place) {
                Some(Type::Bool) => (0, 1),
                Some(Type::Choice(choice)) => {
                    let choice = self.project.choices.get(choice.index());
                    let options = choice.map_or(0, |choice| choice.options.len());
                    (0, i64::try_from(options).unwrap_or(i64::MAX) - 1)
                }
                Some(Type::Text) => (0, i64::MAX),
                Some(Type::Time) => (0, 86_400),
                _ => (i64::MIN, i64::MAX),
            },
        }
    }

    /// Whether a cell may hold what no number stands for.
    fn has_others(&self, var: &Var) -> bool {
        matches!(var, Var::Cell(place) if matches!(self.types.get(place), Some(Type::Text | Type::Money)))
    }

    /// The cases in which a condition holds, or does not; nothing when there are too many.
    pub(crate) fn cases(&mut self, cond: &Expr, holds: bool) -> Option<Cases> {
        match &cond.kind {
            ExprKind::Const(Value::Bool(yes)) => {
                Some(if *yes == holds { vec![Case::new()] } else { Vec::new() })
            }
            ExprKind::Not(inner) => self.cases(inner, !holds),
            ExprKind::Reveal { value, .. } => self.cases(value, holds),
            ExprKind::And(left, right) if holds => self.both(left, right, holds),
            ExprKind::Or(left, right) if !holds => self.both(left, right, holds),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                let mut cases = self.cases(left, holds)?;
                cases.extend(self.cases(right, holds)?);
                (cases.len() <= BOXES_MAX).then_some(cases)
            }
            ExprKind::Has(places) => match places.as_slice() {
                [place] if holds => Some(vec![self.filled(*place)]),
                [place] => Some(vec![self.empty(*place)]),
                _ => Some(self.as_whole(cond, holds)),
            },
            ExprKind::Load(place) => {
                self.types.insert(*place, Type::Bool);
                Some(self.in_or_not(Var::Cell(*place), &Set::one(1), holds))
            }
            ExprKind::Compare { op, left, right } => Some(match self.compared(*op, left, right) {
                Some((var, set)) => self.in_or_not(var, &set, holds),
                None => self.as_whole(cond, holds),
            }),
            ExprKind::InSet { value, set } => Some(match self.listed(value, set) {
                Some((var, set)) => self.in_or_not(var, &set, holds),
                None => self.as_whole(cond, holds),
            }),
            _ => Some(self.as_whole(cond, holds)),
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr, holds: bool) -> Option<Cases> {
        let left = self.cases(left, holds)?;
        let right = self.cases(right, holds)?;
        self.meet(&left, &right)
    }

    /// The cases that are among both.
    pub(crate) fn meet(&self, left: &[Case], right: &[Case]) -> Option<Cases> {
        if left.len().saturating_mul(right.len()) > BOXES_MAX * 16 {
            return None;
        }
        let mut cases: Cases = Vec::new();
        for one in left {
            cases.extend(right.iter().filter_map(|other| self.meet_case(one, other)));
        }
        let cases = simplified(cases);
        (cases.len() <= BOXES_MAX).then_some(cases)
    }

    /// What two cases share; nothing when they exclude each other.
    pub(crate) fn meet_case(&self, left: &Case, right: &Case) -> Option<Case> {
        if right.values().any(Set::is_none) {
            return None;
        }
        let both = |one: &Set, other: &Set| Some(one.and(other)).filter(|met| !met.is_none());
        left.zipped(right, both)?.settled()
    }

    /// A variable in a set, or outside of it: there where it is empty, too.
    fn in_or_not(&self, var: Var, set: &Set, holds: bool) -> Cases {
        let set = match holds {
            true => set.and(&self.all(&var)),
            false => set.not(self.range(&var)).and(&self.all(&var)),
        };
        if set.is_none() { Vec::new() } else { vec![Case::from([(var, set)])] }
    }

    /// The cases in which a condition holds, or does not; where there are too many, the condition as
    /// a whole.
    pub(super) fn followed(&mut self, cond: &Expr, holds: bool) -> Cases {
        self.cases(cond, holds).unwrap_or_else(|| self.as_whole(cond, holds))
    }

    /// A condition that nothing is known of but whether it holds.
    fn as_whole(&mut self, cond: &Expr, holds: bool) -> Cases {
        let key = key(cond);
        let known = self.opaque.iter().position(|(known, _)| *known == key);
        let number = known.unwrap_or_else(|| {
            let mut read = BTreeSet::new();
            reads::mentioned(cond, &mut |place| {
                read.insert(place);
            });
            self.opaque.push((key, read));
            self.opaque.len() - 1
        });
        let var = Var::Opaque(u32::try_from(number).unwrap_or(u32::MAX));
        vec![Case::from([(var, Set::one(i64::from(holds)))])]
    }

    /// The functions of a cell that conditions compare.
    pub(super) fn functions_of(&self, place: Place) -> impl Iterator<Item = Var> {
        let helpers = self.functions.get(&place).into_iter().flatten();
        helpers.map(move |helper| Var::Of(*helper, place))
    }

    /// That a cell holds something, and what follows.
    pub(super) fn filled(&self, place: Place) -> Case {
        let own = std::iter::once(Var::Cell(place)).chain(self.functions_of(place));
        own.map(|var| (var.clone(), self.all(&var).filled())).collect()
    }

    /// That a cell holds nothing, and what follows.
    pub(super) fn empty(&self, place: Place) -> Case {
        let own = std::iter::once(Var::Cell(place)).chain(self.functions_of(place));
        own.map(|var| (var, Set::only_empty())).collect()
    }

    /// The number that stands for a value of a variable; nothing for an amount in a second currency.
    pub(crate) fn number(&mut self, var: &Var, value: &Value) -> Option<i64> {
        Some(match value {
            Value::Number(number) => number.0,
            Value::Money(money) => {
                let currency =
                    self.currencies.entry(var.clone()).or_insert(money.currency.packed());
                (*currency == money.currency.packed()).then_some(money.amount.0)?
            }
            Value::Date(date) => date.0.into(),
            Value::Time(time) => (*time).into(),
            Value::DateTime(ms) | Value::Duration(ms) => *ms,
            Value::Bool(yes) => (*yes).into(),
            Value::Choice(number) => (*number).into(),
            Value::Text(text) => {
                let known = self.texts.iter().position(|known| known == text);
                let number = known.unwrap_or_else(|| {
                    self.texts.push(text.clone());
                    self.texts.len() - 1
                });
                i64::try_from(number).ok()?
            }
            _ => return None,
        })
    }
}
