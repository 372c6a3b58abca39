//! Numbers, days, amounts and shares as customers write them: `tables/expressions.LANGUAGE.txt`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::value::Value;
use flowright_nlu::{Context, Understander, train};

const TABLES: [(Lang, &str); 2] = [
    (Lang::EN, include_str!("tables/expressions.en.txt")),
    (Lang::ZH, include_str!("tables/expressions.zh.txt")),
];
const KINDS: [(&str, Builtin); 4] = [
    ("number", Builtin::Number),
    ("date", Builtin::Date),
    ("money", Builtin::Money),
    ("percent", Builtin::Percent),
];
/// Rows that a table has at least.
const ROWS_WANTED: usize = 150;

fn finder() -> Understander {
    let entity = |(name, kind): &(&str, Builtin)| EntitySpec {
        name: (*name).to_owned(),
        kind: EntityKind::Builtin(*kind),
    };
    let entities = KINDS.iter().map(entity).collect();
    Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap()
}

fn read(finder: &Understander, lang: Lang, kind: &str, text: &str) -> String {
    let number = KINDS.iter().position(|(name, _)| *name == kind).unwrap();
    let cx = Context { lang, ..common::cx() };
    let found = finder.find(text, EntityId(u16::try_from(number).unwrap()), &cx);
    match found.first().map(|found| &found.value) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Money(money)) => format!("{} {}", money.currency, money.amount),
        Some(Value::Date(date)) => date.to_string(),
        other => other.map_or_else(|| "-".to_owned(), |value| format!("{value:?}")),
    }
}

#[test]
fn expressions_mean_what_the_tables_say() {
    let finder = finder();
    let mut wrong = Vec::new();
    for (lang, table) in TABLES {
        let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with("//"));
        let mut count = 0;
        for row in rows {
            let mut cells = row.split(" | ");
            let (kind, text) = (cells.next().unwrap(), cells.next().unwrap());
            let (means, found) = (cells.next().unwrap(), read(&finder, lang, kind, text));
            if found != means {
                wrong.push(format!("{lang} {kind} `{text}`: {found}, not {means}"));
            }
            count += 1;
        }
        assert!(count >= ROWS_WANTED, "{lang}: {count} rows");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a language writes `1.000,5`, what could be meant either way is nothing.
#[test]
fn other_languages_write_a_decimal_comma() {
    let finder = finder();
    let ru = Lang::parse("ru").unwrap();
    for (text, means) in [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("1.000,5", "1000.5"),
        ("1,000.5", "1000.5"),
        ("1 000", "1000"),
        ("12 345,50", "12345.5"),
        ("1.000.000", "1000000"),
        ("1.234", "-"),
        ("1,234", "-"),
    ] {
        assert_eq!(read(&finder, ru, "number", text), means, "{text}");
    }
}
