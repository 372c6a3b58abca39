//! Public sets of utterances with their intents, for the tests here and for the table of
//! `bench/benches/understanding.rs`. They are read from `../shared/data` beside the checkout, or from
//! the folder in `FLOWRIGHT_DATA`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Example, IntentSpec, Piece, Spec};

/// The label of utterances that no intent is for.
pub const OUTSIDE: &str = "oos";

/// Utterances, each with its label.
pub type Rows = Vec<(String, String)>;

/// The rows of a file of a set; nothing, and a word, where it is not there.
pub fn data(set: &str, file: &str) -> Option<Rows> {
    let folder = std::env::var_os("FLOWRIGHT_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(set).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("left out: there is no {}", path.display());
        return None;
    };
    let row = |line: &str| {
        let (text, label) = line.split_once('\t').unwrap();
        (text.to_owned(), label.trim().to_owned())
    };
    Some(text.lines().map(row).collect())
}

/// A bot in Chinese and English whose examples are these.
pub fn spec(rows: &[(String, String)]) -> Spec {
    let mut intents: BTreeMap<&str, Vec<Example>> = BTreeMap::new();
    for (text, label) in rows {
        let pieces = vec![Piece::Text(text.clone())];
        intents.entry(label).or_default().push(Example { lang: None, pieces });
    }
    let intent = |(name, examples): (&str, Vec<Example>)| IntentSpec {
        name: name.to_owned(),
        examples,
        ..IntentSpec::default()
    };
    let intents = intents.into_iter().map(intent).collect();
    Spec { languages: vec![Lang::ZH, Lang::EN], intents, ..Spec::default() }
}

/// How often one of `inside` is above one of `outside`, ties counting half.
pub fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let win = |a: &f32, b: &f32| match a.total_cmp(b) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    };
    let wins: f64 = inside.iter().map(|a| outside.iter().map(|b| win(a, b)).sum::<f64>()).sum();
    wins / (inside.len() * outside.len()) as f64
}
