//! Answers that an action can give, for people who answer in its place.

use flowright_compiler::ir::{ActionId, AnswerDef, Program};
use flowright_nlu::value::Date;

use super::answers::plainest;

/// Answers of the project's tests that are suggested for one action.
const OF_TESTS_MAX: usize = 3;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// What it answers.
    pub answer: AnswerDef,
    /// The test of the project that it is from; none where it is made up.
    pub test: Option<String>,
}

/// One answer for success at least (those that the project's tests give, which are about something
/// real, before one that is made up), each declared error, and none at all.
#[must_use]
pub fn suggest(program: &Program, action: ActionId, today: Date) -> Vec<Suggested> {
    let Some(def) = program.actions.get(action.index()) else { return Vec::new() };
    let mut suggested: Vec<Suggested> = Vec::new();
    let of_tests = program.tests.iter().flat_map(|test| {
        let givens = test.givens.iter().filter(|given| given.action == action);
        givens.map(|given| (&given.answer, &test.name))
    });
    for (answer, test) in of_tests {
        let is_new = suggested.iter().all(|known| known.answer != *answer);
        if is_new && suggested.len() < OF_TESTS_MAX && fits(answer, def.result.is_some()) {
            suggested.push(Suggested { answer: answer.clone(), test: Some(test.clone()) });
        }
    }
    let made_up = def.result.as_ref().map(|ty| plainest(ty, today));
    let errors = (0..).zip(&def.errors).map(|(number, _)| AnswerDef::Error(number));
    let others = (suggested.is_empty()).then_some(AnswerDef::Value(made_up)).into_iter();
    let others = others.chain(errors).chain([AnswerDef::Fails]);
    suggested.extend(others.map(|answer| Suggested { answer, test: None }));
    suggested
}

/// Whether it is an answer for success.
const fn fits(answer: &AnswerDef, gives_back: bool) -> bool {
    matches!(
        (answer, gives_back),
        (AnswerDef::Value(Some(_)), true) | (AnswerDef::Value(None), false)
    )
}
