//! Values that are learned from examples, on SNIPS: how often a value is found with its exact bounds
//! and kind (conlleval), what training and finding cost. All seven intents are one project, then each
//! is one by itself; with all rows, and with few of each intent.
//!
//! `FLOWRIGHT_HOLD_OUT=13` measures on each thirteenth row of the training split, which is then not
//! learned from: whoever changes a figure of the model looks at that, never at the test split.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

#[path = "../../nlu/tests/common/spans.rs"]
mod spans;

use std::hint::black_box;
use std::time::{Duration, Instant};

use flowright_bench::{grouped, nanos};
use flowright_nlu::{Model, Understander, train};
use spans::{Row, Tally, cx, few, held_out, rows, spec};

const ROUND: Duration = Duration::from_millis(300);

fn main() {
    let Some(train_rows) = rows("train.bio.tsv") else { return };
    let every = std::env::var("FLOWRIGHT_HOLD_OUT").ok().and_then(|n| n.parse::<usize>().ok());
    let (train_rows, test_rows): (Vec<Row>, Vec<Row>) = match every {
        None => (train_rows, rows("test.bio.tsv").unwrap()),
        Some(every) => {
            let (asked, learned) = held_out(&train_rows, every);
            (learned, asked)
        }
    };
    println!(
        "{:<30} {:>6} {:>5}  {:>9} {:>9} {:>9}  {:>8} {:>10} {:>8}",
        "learned from", "rows", "kinds", "precision", "recall", "F1", "train s", "bytes", "us"
    );
    for count in [10, 20, usize::MAX] {
        report(&label("SNIPS", count), &few(&train_rows, count), &test_rows);
    }
    let mut intents: Vec<&str> = train_rows.iter().map(|row| row.intent.as_str()).collect();
    intents.sort_unstable();
    intents.dedup();
    for count in [20, usize::MAX] {
        let mut all = Tally::default();
        for intent in &intents {
            let of = |rows: &[Row]| -> Vec<Row> {
                rows.iter().filter(|row| row.intent == *intent).cloned().collect()
            };
            all.add(&report(&label(intent, count), &few(&of(&train_rows), count), &of(&test_rows)));
        }
        println!("{:<30} {:>12}  {}", label("each by itself", count), "", all.figures());
    }
}

fn label(what: &str, count: usize) -> String {
    if count == usize::MAX { format!("{what}, all") } else { format!("{what}, {count} each") }
}

fn report(label: &str, learned: &[Row], asked: &[Row]) -> Tally {
    let spec = spec(learned);
    let began = Instant::now();
    let model = train(&spec).unwrap();
    let with_values = began.elapsed().as_secs_f64();
    let bytes = model.to_bytes();
    // What the values add: the same project whose examples have none.
    let plain = spans::without_values(&spec);
    let began = Instant::now();
    let plain_model = train(&plain).unwrap();
    let without = began.elapsed().as_secs_f64();
    let added = bytes.len().saturating_sub(plain_model.to_bytes().len());
    let bot = Understander::new(Model::from_bytes(&bytes).unwrap()).unwrap();
    let plain_bot = Understander::new(plain_model).unwrap();
    let cx = cx();
    let mut tally = Tally::default();
    asked.iter().for_each(|row| tally.count(&bot, row));
    let took = |bot: &Understander| {
        let mut texts = asked.iter().map(|row| row.text.as_str()).cycle();
        nanos(ROUND, || {
            black_box(bot.understand(texts.next().unwrap_or(""), &cx));
        }) / 1e3
    };
    println!(
        "{:<30} {:>6} {:>5}  {}  {:>8.2} {:>10} {:>8.1}",
        label,
        learned.len(),
        spec.entities.len(),
        tally.figures(),
        (with_values - without).max(0.0),
        grouped(added as f64),
        took(&bot) - took(&plain_bot),
    );
    tally
}
