//! Models that are not whole, and more than a model can hold, are refused.

use super::*;
use crate::spec::{Builtin, ChoiceOption, EntityId};

/// A model with something in each of its parts.
fn model() -> Model {
    let piece = |text: &str| Piece::Text(text.to_owned());
    let slot = |entity: u16, said: Option<&str>| Piece::Slot {
        slot: format!("slot{entity}"),
        entity: EntityId(entity),
        said: said.map(str::to_owned),
    };
    let example = |pieces: Vec<Piece>| Example { lang: None, pieces };
    let kinds = [EntityKind::Builtin(Builtin::Date), EntityKind::Learned, EntityKind::Learned];
    let entity = |kind| EntitySpec { name: "what".to_owned(), kind };
    let book = vec![
        example(vec![
            piece("a table at "),
            slot(1, Some("La Scala")),
            piece(" on "),
            slot(0, None),
        ]),
        example(vec![piece("dinner at "), slot(1, Some("Casa Pepe"))]),
        example(vec![piece("bring me a "), slot(2, Some("roast duck"))]),
    ];
    let intent = |name: &str, examples| IntentSpec {
        name: name.to_owned(),
        examples,
        ..IntentSpec::default()
    };
    let open = vec![example(vec![piece("when do you open")])];
    let intents = vec![intent("book", book), intent("open", open)];
    train(&Spec { languages: Vec::new(), intents, entities: kinds.map(entity).into() }).unwrap()
}

type Spoil = fn(&mut Model);

#[test]
fn whatever_does_not_fit_is_refused() {
    let whole = model();
    assert_eq!(Model::from_bytes(&whole.to_bytes()).unwrap(), whole);
    let spoilt: [(&str, Spoil); 10] = [
        ("intents", |m| m.intents = vec![m.intents[0].clone(); 70_000]),
        ("entities", |m| m.entities = vec![m.entities[0].clone(); 70_000]),
        ("choices", |m| {
            let option = ChoiceOption { name: "a".to_owned(), words: Vec::new() };
            m.entities[0].kind = EntityKind::Choice(vec![option; 70_000]);
        }),
        ("patterns of an intent", |m| {
            m.intents[0].patterns = vec!["a".to_owned(); PATTERNS_MAX + 1];
        }),
        ("patterns of an entity", |m| {
            let regexes = vec!["a".to_owned(); PATTERNS_MAX + 1];
            m.entities[0].kind = EntityKind::Pattern { base: Builtin::Text, regexes };
        }),
        ("a slot", |m| m.intents[0].slots[0].1 = 9),
        ("masked twice", |m| m.masked.push(0)),
        ("masked elsewhere", |m| m.masked.push(9)),
        ("one intent less", |m| m.intents.truncate(1)),
        ("no learned entity", |m| m.entities[1].kind = EntityKind::Builtin(Builtin::Url)),
    ];
    for (what, spoil) in spoilt {
        let mut model = whole.clone();
        spoil(&mut model);
        assert!(Model::from_bytes(&model.to_bytes()).is_err(), "{what}");
    }
}

#[test]
fn more_text_than_a_model_learns_from_is_refused() {
    let pieces = vec![Piece::Text("长".repeat(EXAMPLE_CHARS_MAX / 2 + 1))];
    let long = Example { lang: None, pieces };
    let intent = IntentSpec {
        name: "long".to_owned(),
        examples: vec![long.clone()],
        negatives: vec![long],
        ..IntentSpec::default()
    };
    let spec = Spec { intents: vec![intent], ..Spec::default() };
    assert_eq!(train(&spec).unwrap_err(), TrainError::TooMuchText(EXAMPLE_CHARS_MAX + 2));
}

/// Of intents and entities together: as many as fit are read, one more is not.
#[test]
fn more_patterns_than_a_model_holds_are_refused_and_said_so() {
    let regexes = vec!["a".to_owned(); PATTERNS_MAX - 1];
    let kind = EntityKind::Pattern { base: Builtin::Text, regexes };
    let intent = IntentSpec { patterns: vec!["b".to_owned()], ..IntentSpec::default() };
    let entities = vec![EntitySpec { name: "code".to_owned(), kind }];
    let mut spec = Spec { intents: vec![intent], entities, ..Spec::default() };
    let mut model = train(&spec).unwrap();
    assert!(Model::from_bytes(&model.to_bytes()).is_ok());
    spec.intents[0].patterns.push("c".to_owned());
    assert_eq!(train(&spec).unwrap_err(), TrainError::TooManyPatterns(PATTERNS_MAX + 1));
    model.intents[0].patterns.push("c".to_owned());
    let error = Model::from_bytes(&model.to_bytes()).unwrap_err().to_string();
    assert!(error.contains("it has 2001 patterns, a model holds at most 2000"), "{error}");
}

#[test]
fn more_entities_than_have_a_character_are_refused() {
    let date = EntitySpec { name: "day".to_owned(), kind: EntityKind::Builtin(Builtin::Date) };
    let spec = Spec { entities: vec![date; ENTITIES_MAX + 1], ..Spec::default() };
    assert_eq!(train(&spec).unwrap_err(), TrainError::TooManyEntities(ENTITIES_MAX + 1));
}
