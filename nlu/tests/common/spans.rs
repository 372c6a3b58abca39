//! SNIPS with the values in its utterances, for the tests here and for `bench/benches/values.rs`.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests; each crate of them uses its part"
)]

#[path = "data.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{EntityId, EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec};
use flowright_nlu::value::Date;
use flowright_nlu::{Context, Understander};

/// An utterance with its intent, and its values: bytes and kind.
#[derive(Debug, Clone)]
pub struct Row {
    pub text: String,
    pub intent: String,
    pub values: Vec<(usize, usize, String)>,
}

pub fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "UTC".to_owned(),
        lang: Lang::EN,
    }
}

/// The rows of a file; nothing, and a word, where it is not there.
pub fn rows(file: &str) -> Option<Vec<Row>> {
    let text = files::text("snips", file)?;
    Some(text.lines().map(row).collect())
}

fn row(line: &str) -> Row {
    let columns: Vec<&str> = line.split('\t').collect();
    let (mut text, mut values) = (String::new(), Vec::<(usize, usize, String)>::new());
    let words = columns[0].split(' ').filter(|word| !word.is_empty());
    for (word, tag) in words.zip(columns[2].trim().split(' ')) {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(word);
        if let Some(kind) = tag.strip_prefix("B-") {
            values.push((start, text.len(), kind.to_owned()));
        } else if tag.starts_with("I-") {
            values.last_mut().unwrap().1 = text.len();
        }
    }
    Row { text, intent: columns[1].to_owned(), values }
}

/// The first so many rows of each intent.
pub fn few(rows: &[Row], each: usize) -> Vec<Row> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for row in rows {
        let count = counts.entry(row.intent.as_str()).or_default();
        *count += 1;
        if *count <= each {
            kept.push(row.clone());
        }
    }
    kept
}

/// Every so manyth row, to ask for while the model is changed, and the others, to learn from: nobody
/// looks at the test split for that.
pub fn held_out(rows: &[Row], every: usize) -> (Vec<Row>, Vec<Row>) {
    let numbered = rows.iter().cloned().enumerate();
    let (asked, learned): (Vec<_>, Vec<_>) = numbered.partition(|(i, _)| i % every == 0);
    let rows = |rows: Vec<(usize, Row)>| rows.into_iter().map(|(_, row)| row).collect();
    (rows(asked), rows(learned))
}

/// A bot whose examples are these, every kind of value a learned entity.
pub fn spec(rows: &[Row]) -> Spec {
    let kinds: BTreeSet<&str> =
        rows.iter().flat_map(|row| &row.values).map(|(.., kind)| kind.as_str()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let mut intents: BTreeMap<&str, Vec<Example>> = BTreeMap::new();
    for row in rows {
        let (mut pieces, mut at) = (Vec::new(), 0);
        for (start, end, kind) in &row.values {
            pieces.push(Piece::Text(row.text[at..*start].to_owned()));
            pieces.push(Piece::Slot {
                slot: kind.clone(),
                entity: EntityId(kinds.binary_search(&kind.as_str()).unwrap() as u16),
                said: Some(row.text[*start..*end].to_owned()),
            });
            at = *end;
        }
        pieces.push(Piece::Text(row.text[at..].to_owned()));
        intents.entry(&row.intent).or_default().push(Example { lang: None, pieces });
    }
    let intent = |(name, examples): (&str, Vec<Example>)| IntentSpec {
        name: name.to_owned(),
        examples,
        ..IntentSpec::default()
    };
    let entity = |name: &&str| EntitySpec { name: (*name).to_owned(), kind: EntityKind::Learned };
    Spec {
        languages: vec![Lang::EN],
        intents: intents.into_iter().map(intent).collect(),
        entities: kinds.iter().map(entity).collect(),
    }
}

/// The same bot, which learns no values.
pub fn without_values(spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    for piece in spec.intents.iter_mut().flat_map(|i| &mut i.examples).flat_map(|e| &mut e.pieces) {
        if let Piece::Slot { said, .. } = piece {
            *piece = Piece::Text(said.take().unwrap());
        }
    }
    spec
}

/// Values that are meant, that are found, and that are both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub meant: usize,
    pub found: usize,
    pub both: usize,
}

impl Tally {
    /// Asks a bot; a value counts with its exact bounds and kind.
    pub fn count(&mut self, bot: &Understander, row: &Row) {
        let meant: BTreeSet<(usize, usize, &str)> =
            row.values.iter().map(|(start, end, kind)| (*start, *end, kind.as_str())).collect();
        let understood = bot.understand(&row.text, &cx());
        let found: BTreeSet<(usize, usize, &str)> = understood
            .entities
            .iter()
            .map(|e| (e.start, e.end, bot.entity_name(e.entity).unwrap()))
            .collect();
        self.meant += meant.len();
        self.found += found.len();
        self.both += meant.intersection(&found).count();
    }

    pub fn add(&mut self, other: &Self) {
        self.meant += other.meant;
        self.found += other.found;
        self.both += other.both;
    }

    pub fn precision(&self) -> f64 {
        self.both as f64 / self.found.max(1) as f64
    }

    pub fn recall(&self) -> f64 {
        self.both as f64 / self.meant.max(1) as f64
    }

    pub fn f1(&self) -> f64 {
        2.0 * self.both as f64 / (self.meant + self.found).max(1) as f64
    }

    /// Precision, recall and F1 as columns.
    pub fn figures(&self) -> String {
        format!("{:>9.4} {:>9.4} {:>9.4}", self.precision(), self.recall(), self.f1())
    }
}
