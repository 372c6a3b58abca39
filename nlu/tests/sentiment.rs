//! How customers feel by what they write: `tables/sentiment.LANGUAGE.txt`.

mod common;

use flowright_nlu::spec::Spec;
use flowright_nlu::{Understander, train};

const TABLES: [(&str, &str); 2] = [
    ("en", include_str!("tables/sentiment.en.txt")),
    ("zh", include_str!("tables/sentiment.zh.txt")),
];
/// Rows that a table has at least.
const ROWS_WANTED: usize = 120;
/// Where a feeling is told from none, and where somebody is upset: thresholds of `docs/language.md`.
const FELT: f32 = 0.2;
const UPSET: f32 = -0.5;

fn is_as_said(kind: &str, felt: f32) -> bool {
    match kind {
        "upset" => felt < UPSET,
        "negative" => felt < -FELT,
        "neutral" => felt.abs() <= FELT,
        "positive" => felt > FELT,
        _ => false,
    }
}

#[test]
fn customers_feel_as_the_tables_say() {
    let bot = Understander::new(train(&Spec::default()).unwrap()).unwrap();
    let felt = |text: &str| bot.understand(text, &common::cx()).sentiment;
    let mut wrong = Vec::new();
    for (lang, table) in TABLES {
        let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with("//"));
        let mut count = 0;
        for row in rows {
            count += 1;
            if let Some((kind, text)) = row.split_once(" | ") {
                if !is_as_said(kind, felt(text)) {
                    wrong.push(format!("{lang} {row}: {:.2}", felt(text)));
                }
                continue;
            }
            let (worse, better) = row.split_once(" < ").unwrap();
            if felt(worse) >= felt(better) {
                wrong.push(format!("{lang} {row}: {:.2} {:.2}", felt(worse), felt(better)));
            }
        }
        assert!(count >= ROWS_WANTED, "{lang}: {count} rows");
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
