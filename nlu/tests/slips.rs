//! Words of choices with slips of the hand: `tables/slips.txt`.

mod common;

use flowright_nlu::spec::{ChoiceOption, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::value::Value;
use flowright_nlu::{EntityMatch, Understander, train};

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
        let name = |found: &EntityMatch| match &found.value {
            Value::Choice(number) => options[usize::from(*number)].name.clone(),
            other => format!("{other:?}"),
        };
        let meant: Vec<String> = found.iter().filter(|found| found.is_meant()).map(name).collect();
        let said = if meant.is_empty() { "-".to_owned() } else { meant.join(", ") };
        if said != means {
            wrong.push(format!("`{text}`: {said}, not {means}"));
        }
    }
    assert!(wrong.is_empty() && rows.len() >= 40, "{} rows: {wrong:#?}", rows.len());
}

/// What `docs/understanding.md` says of long utterances and of many choices.
#[test]
fn slips_are_looked_for_so_far_and_words_everywhere() {
    let option = |name: String| ChoiceOption { name, words: Vec::new() };
    let letter = |number: u32| char::from_u32('a' as u32 + number % 10).unwrap();
    let alike =
        (0..1_000).map(|n| format!("rqqqqq{}{}{}", letter(n / 100), letter(n / 10), letter(n)));
    let finder = |names: Vec<String>| {
        let kind = EntityKind::Choice(names.into_iter().map(option).collect());
        let entities = vec![EntitySpec { name: "what".to_owned(), kind }];
        Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap()
    };
    let few = finder(vec!["ratatouille".to_owned()]);
    let many = finder(alike.chain(["ratatouille".to_owned()]).collect());
    let found = |finder: &Understander, before: usize, word: &str| {
        let text = format!("{}{word}", "rzzzzzzzz ".repeat(before));
        finder.find(&text, EntityId(0), &common::cx()).len()
    };
    for (finder, last) in [(&few, 59), (&many, 48)] {
        assert_eq!(found(finder, last, "ratatoullie"), 1, "{last}");
        assert_eq!(found(finder, last + 2, "ratatoullie"), 0, "{last}");
        assert_eq!(found(finder, last + 2, "ratatouille"), 1, "{last}");
    }
}
