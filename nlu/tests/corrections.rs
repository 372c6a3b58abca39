//! What is meant and what is denied where several values are named: `tables/corrections.txt`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
#[path = "common/shown.rs"]
mod shown;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::value::Value;
use flowright_nlu::{Context, Understander, train};
use shown::shown;

const TABLE: &str = include_str!("tables/corrections.txt");
/// Rows that the table has at least in each language.
const ROWS_WANTED: usize = 70;

const CITIES: [(&str, &str); 2] = [("berlin", "柏林"), ("bern", "伯尔尼")];
const COLORS: [(&str, &str); 2] = [("blue", "蓝色"), ("red", "红色")];

fn choice(options: &[(&str, &str)]) -> EntityKind {
    let option = |(name, word): &(&str, &str)| ChoiceOption {
        name: (*name).to_owned(),
        words: vec![(Some(Lang::ZH), (*word).to_owned())],
    };
    EntityKind::Choice(options.iter().map(option).collect())
}

fn kinds() -> Vec<(&'static str, EntityKind)> {
    let builtin = EntityKind::Builtin;
    vec![
        ("number", builtin(Builtin::Number)),
        ("date", builtin(Builtin::Date)),
        ("time", builtin(Builtin::Time)),
        ("datetime", builtin(Builtin::DateTime)),
        ("money", builtin(Builtin::Money)),
        ("duration", builtin(Builtin::Duration)),
        ("city", choice(&CITIES)),
        ("color", choice(&COLORS)),
    ]
}

/// The names of values, in order.
fn listed<'v>(kind: &str, values: impl Iterator<Item = &'v Value>) -> String {
    let name = |value: &Value| match (kind, value) {
        ("city", Value::Choice(i)) => CITIES[usize::from(*i)].0.to_owned(),
        ("color", Value::Choice(i)) => COLORS[usize::from(*i)].0.to_owned(),
        _ => shown(value),
    };
    let names: Vec<String> = values.map(name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

#[test]
fn what_is_denied_is_told_from_what_is_meant() {
    let entity = |(name, kind): (&str, EntityKind)| EntitySpec { name: name.to_owned(), kind };
    let entities = kinds().into_iter().map(entity).collect();
    let finder = Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap();
    let (mut wrong, mut rows) = (Vec::new(), [0, 0]);
    for row in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [code, text, kind, meant, denied] = cells[..] else { panic!("five cells: {row}") };
        let lang = Lang::parse(code).unwrap();
        let number = kinds().iter().position(|(name, _)| *name == kind).unwrap();
        let cx = Context { lang, ..common::cx() };
        let found = finder.find(text, EntityId(u16::try_from(number).unwrap()), &cx);
        let of = |negated: bool| {
            let own = found.iter().filter(|f| f.negated == negated && !f.range_end);
            listed(kind, own.map(|f| &f.value))
        };
        if (of(false).as_str(), of(true).as_str()) != (meant, denied) {
            wrong.push(format!("{text}: meant {}, denied {}", of(false), of(true)));
        }
        rows[usize::from(lang == Lang::ZH)] += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.iter().all(|count| *count >= ROWS_WANTED), "{rows:?}");
}
