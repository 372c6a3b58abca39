//! How customers feel by what they write: `tables/sentiment.LANGUAGE.txt`.

mod common;

use std::time::Instant;

use flowright_nlu::spec::Spec;
use flowright_nlu::{Understander, sentiment, train};

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

#[test]
fn much_costs_what_it_is_long() {
    assert_eq!(sentiment(""), 0.0);
    for part in
        ["bad ", "not so ", "差", "不", "not_", "never so bad but ", "不太", "😡", "a.\n", "?"]
    {
        let text = |length: usize| part.repeat(length / part.chars().count());
        let (little, much) = (text(10_000), text(160_000));
        let time = |text: &str, times: usize| {
            let began = Instant::now();
            for _ in 0..times {
                assert!((-1.0..=1.0).contains(&sentiment(text)));
            }
            began.elapsed().as_secs_f64()
        };
        // The same amount in sixteen parts and in one, by turns: whatever else runs holds up both
        // alike. Growth by the square would be sixteen times.
        let rounds = (0..7).map(|_| (time(&little, 16), time(&much, 1)));
        let best = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.min(b.1));
        let (parts, whole) = rounds.reduce(best).unwrap();
        assert!(whole < 5.0 * parts.max(1e-5), "{part:?}: {parts} s in parts, {whole} s in one");
    }
}
