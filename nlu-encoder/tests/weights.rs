//! A real encoder, where its folder is at hand: all-MiniLM-L6-v2 in the folder that `FLOWRIGHT_ENCODER`
//! names, or in `../shared/encoders/minilm` beside the checkout.
#![cfg(feature = "candle")]
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../nlu/tests/common/sets.rs"]
#[expect(dead_code, reason = "this test needs a part of it")]
mod sets;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_nlu::lang::Lang;
use flowright_nlu::{Context, Encoder, Model, ModelError, Understander, train, train_with};
use flowright_nlu_encoder::BertEncoder;
use serde::Deserialize;
use sets::{OUTSIDE, Rows, data, report, spec};

/// The encoder; nothing, and a word, where its folder is not there.
fn encoder() -> Option<Arc<BertEncoder>> {
    let folder = std::env::var_os("FLOWRIGHT_ENCODER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/encoders/minilm"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("left out: there is no {}; name a folder in FLOWRIGHT_ENCODER", folder.display());
        return None;
    }
    Some(Arc::new(BertEncoder::open(&folder).unwrap()))
}

#[derive(Deserialize)]
struct Row {
    text: String,
    embedding: Vec<f32>,
}

fn nearness(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn sentences_are_what_they_are_elsewhere() {
    let Some(encoder) = encoder() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reference.json");
    let rows: Vec<Row> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let together = encoder.encode_all(&texts).unwrap();
    assert_eq!(together.len(), rows.len());
    let mut apart = 0.0_f32;
    for (row, together) in rows.iter().zip(&together) {
        let alone = encoder.encode(&row.text).unwrap();
        assert_eq!(alone.len(), encoder.width());
        for (((alone, together), expected), place) in
            alone.iter().zip(together).zip(&row.embedding).zip(0..)
        {
            assert!((alone - expected).abs() < 1e-3, "{}: {place}: {alone} {expected}", row.text);
            apart = apart.max((alone - together).abs());
            assert!((alone - together).abs() < 1e-5, "{}: {place}: {alone} {together}", row.text);
        }
    }
    println!("alone and together: {apart} apart at most");
}

#[test]
fn what_means_the_same_is_near() {
    let Some(encoder) = encoder() else { return };
    let near =
        |a: &str, b: &str| nearness(&encoder.encode(a).unwrap(), &encoder.encode(b).unwrap());
    for (said, same, other) in [
        ("Where is my parcel?", "My package has not arrived yet.", "How do I change my PIN?"),
        ("I want my money back", "please refund me", "how do I activate my card"),
        ("I want to talk to a person", "can I speak to a human", "tell me a joke"),
    ] {
        let (near, far) = (near(said, same), near(said, other));
        assert!(near > far + 0.1, "{said}: {same} {near}, {other} {far}");
    }
    assert!((near("pay my bill", "pay my bill") - 1.0).abs() < 1e-5);
}

#[test]
fn few_examples_go_further() {
    let Some(encoder) = encoder() else { return };
    let (Some(rows), Some(test)) =
        (data("banking77", "fewshot_5.tsv"), data("banking77", "test.tsv"))
    else {
        return;
    };
    // A few intents: a debug build is slow.
    let keep: std::collections::BTreeSet<String> =
        rows.iter().map(|(_, label)| label.clone()).step_by(5 * 4).collect();
    let of_these = |rows: Rows| -> Rows {
        rows.into_iter().filter(|(_, label)| keep.contains(label) && label != OUTSIDE).collect()
    };
    let (rows, test) = (of_these(rows), of_these(test));
    let test: Rows = test.into_iter().step_by(3).collect();
    let cx = Context::at(1_780_272_000_000, "UTC", Lang::EN);
    let words = Understander::new(train(&spec(&rows)).unwrap()).unwrap();
    let model = train_with(&spec(&rows), Some(&*encoder)).unwrap();
    let bytes = model.to_bytes();
    let again = train_with(&spec(&rows), Some(&*encoder)).unwrap();
    assert!(bytes == again.to_bytes(), "training is the same again");
    let model = Model::from_bytes(&bytes).unwrap();
    let without = Understander::new(model.clone()).unwrap_err();
    assert_eq!(without, ModelError::NoEncoder(encoder.id()));
    let both = Understander::with_encoder(model, Some(encoder)).unwrap();
    let (words, both) = (report(&words, &test, &cx), report(&both, &test, &cx));
    println!(
        "{} intents: {:.4}, with the encoder {:.4}",
        keep.len(),
        words.accuracy,
        both.accuracy
    );
    assert!(both.accuracy > words.accuracy + 0.02, "{} {}", words.accuracy, both.accuracy);
}
