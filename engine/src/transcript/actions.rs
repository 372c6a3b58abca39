//! Given answers: those that match a call are used up in order, the last one repeats.

use flowright_compiler::ir::{ActionId, AnswerDef, GivenDef};
use flowright_nlu::value::Value;

use crate::model::ActionResult;

/// A call that a test's conversation made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) action: ActionId,
    pub(super) args: Vec<Option<Value>>,
}

impl Called {
    /// Whether the call is of that action with those arguments.
    pub(super) fn matches(&self, action: ActionId, args: &[(u32, Option<Value>)]) -> bool {
        self.action == action
            && args.iter().all(|(number, wanted)| self.args.get(*number as usize) == Some(wanted))
    }
}

/// The answers that a test gives.
#[derive(Debug)]
pub(super) struct Answers<'t> {
    givens: &'t [GivenDef],
    used: Vec<bool>,
}

impl<'t> Answers<'t> {
    pub(super) fn new(givens: &'t [GivenDef]) -> Self {
        Self { givens, used: vec![false; givens.len()] }
    }

    /// The answer to a call; `None` when the test gives none.
    pub(super) fn answer(&mut self, call: &Called) -> Option<ActionResult> {
        let matching: Vec<usize> = (0..self.givens.len())
            .filter(|i| self.givens.get(*i).is_some_and(|g| call.matches(g.action, &g.args)))
            .collect();
        let fresh = matching.iter().copied().find(|i| self.used.get(*i) == Some(&false));
        let chosen = fresh.or(matching.last().copied())?;
        if let Some(used) = self.used.get_mut(chosen) {
            *used = true;
        }
        Some(match &self.givens.get(chosen)?.answer {
            AnswerDef::Value(value) => ActionResult::Value(value.clone()),
            AnswerDef::Error(error) => ActionResult::Error(*error),
            AnswerDef::Fails => ActionResult::Failed("the test says so".to_owned()),
        })
    }
}
