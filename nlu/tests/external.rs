//! What a model elsewhere found, laid over what is found here.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::cx;
use flowright_nlu::external::External;
use flowright_nlu::spec::{Builtin, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::value::{Date, Value};
use flowright_nlu::{EntityMatch, Understander, train};

/// Two kinds of days.
fn bot() -> Understander {
    let day =
        |name: &str| EntitySpec { name: name.to_owned(), kind: EntityKind::Builtin(Builtin::Date) };
    let spec = Spec { entities: vec![day("from"), day("till")], ..Spec::default() };
    Understander::new(train(&spec).unwrap()).unwrap()
}

fn found(entity: u16, start: usize, end: usize, day: i8) -> EntityMatch {
    let value = Value::Date(Date::from_ymd(2026, 7, day).unwrap());
    EntityMatch { entity: EntityId(entity), start, end, value, negated: false, range_end: false }
}

#[test]
fn of_values_that_overlap_the_longest_stays() {
    let bot = bot();
    let text = "the third of the month after this one";
    let given = vec![
        found(0, 4, 9, 1),
        found(0, 0, 22, 2),
        found(0, 17, 28, 3),
        found(0, 29, 37, 4),
        // Another entity may stand in the same words.
        found(1, 4, 9, 5),
        // The first of two in the same words.
        found(1, 17, 22, 6),
        found(1, 17, 22, 7),
    ];
    let external = External { entities: given.clone(), ..External::default() };
    let places = |found: &[EntityMatch]| -> Vec<(u16, usize, usize, Value)> {
        found.iter().map(|f| (f.entity.0, f.start, f.end, f.value.clone())).collect()
    };
    let kept = [1, 3, 4, 5].map(|i: usize| given[i].clone());
    let understood = bot.understand_with(text, &cx(), Some(&external));
    assert_eq!(places(&understood.entities), places(&kept));
    let first = bot.find_with(text, EntityId(0), &cx(), Some(&external));
    assert_eq!(places(&first), places(&kept[..2]));
}
