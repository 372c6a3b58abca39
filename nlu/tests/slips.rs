//! Words of choices with slips of the hand: `tables/slips.txt`.

mod common;

use flowright_nlu::spec::{ChoiceOption, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::value::Value;
use flowright_nlu::{Understander, train};

const TABLE: &str = include_str!("tables/slips.txt");

#[test]
fn nearly_a_word_of_a_choice_is_that_choice() {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//"));
    let (choices, rows): (Vec<&str>, Vec<&str>) = lines.partition(|l| l.starts_with("choice "));
    let option = |line: &&str| {
        let (name, words) = line.strip_prefix("choice ").unwrap().split_once(" | ").unwrap();
        let words = words.split(", ").map(|word| (None, word.to_owned())).collect();
        ChoiceOption { name: name.to_owned(), words }
    };
    let options: Vec<ChoiceOption> = choices.iter().map(option).collect();
    let kind = EntityKind::Choice(options.clone());
    let entities = vec![EntitySpec { name: "what".to_owned(), kind }];
    let finder = Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let (text, means) = row.split_once(" | ").unwrap();
        let found = finder.find(text, EntityId(0), &common::cx());
        let said = match found.first().map(|found| &found.value) {
            Some(Value::Choice(number)) => options[usize::from(*number)].name.as_str(),
            _ => "-",
        };
        if said != means {
            wrong.push(format!("`{text}`: {said}, not {means}"));
        }
    }
    assert!(wrong.is_empty() && rows.len() >= 40, "{} rows: {wrong:#?}", rows.len());
}
