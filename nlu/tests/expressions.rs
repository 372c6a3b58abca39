//! Values of every built-in kind as customers write them: `tables/expressions.LANGUAGE.txt`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "common/shown.rs"]
mod shown;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::{Context, Understander, train};
use shown::shown;

const TABLES: [(Lang, &str); 2] = [
    (Lang::EN, include_str!("tables/expressions.en.txt")),
    (Lang::ZH, include_str!("tables/expressions.zh.txt")),
];
/// Each kind with its name in the tables, and the rows of it that each table has at least.
const KINDS: [(&str, Builtin, usize); 12] = [
    ("number", Builtin::Number, 130),
    ("percent", Builtin::Percent, 30),
    ("money", Builtin::Money, 70),
    ("date", Builtin::Date, 190),
    ("time", Builtin::Time, 55),
    ("datetime", Builtin::DateTime, 25),
    ("duration", Builtin::Duration, 50),
    ("bool", Builtin::Bool, 45),
    ("email", Builtin::Email, 9),
    ("phone", Builtin::Phone, 15),
    ("url", Builtin::Url, 10),
    ("reference", Builtin::Reference, 25),
];
/// Rows that a table has at least.
const ROWS_WANTED: usize = 400;

fn finder() -> Understander {
    let entity = |(name, kind, _): &(&str, Builtin, usize)| EntitySpec {
        name: (*name).to_owned(),
        kind: EntityKind::Builtin(*kind),
    };
    let entities = KINDS.iter().map(entity).collect();
    Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap()
}

fn read(finder: &Understander, lang: Lang, kind: &str, text: &str) -> String {
    let number = KINDS.iter().position(|(name, ..)| *name == kind).unwrap();
    let cx = Context { lang, ..common::cx() };
    let found = finder.find(text, EntityId(u16::try_from(number).unwrap()), &cx);
    let meant = found.iter().find(|found| !found.range_end);
    meant.map_or_else(|| "-".to_owned(), |found| shown(&found.value))
}

#[test]
fn expressions_mean_what_the_tables_say() {
    let finder = finder();
    let mut wrong = Vec::new();
    for (lang, table) in TABLES {
        let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with("//"));
        let mut count = 0;
        let mut rows_of = [0; KINDS.len()];
        for row in rows {
            let mut cells = row.split(" | ");
            let (kind, text) = (cells.next().unwrap(), cells.next().unwrap());
            let (means, found) = (cells.next().unwrap(), read(&finder, lang, kind, text));
            if found != means {
                wrong.push(format!("{lang} {kind} `{text}`: {found}, not {means}"));
            }
            count += 1;
            rows_of[KINDS.iter().position(|(name, ..)| *name == kind).unwrap()] += 1;
        }
        for ((kind, _, wanted), rows) in KINDS.iter().zip(rows_of) {
            assert!(rows >= *wanted, "{lang}: {rows} rows of {kind}");
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
