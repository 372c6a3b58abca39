//! Texts are cut as the tokeniser of Hugging Face cuts them: `data/reference.json`, which
//! `reference.py` wrote.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use flowright_nlu_encoder::{PIECES_MAX, WordPieces};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    ids: Vec<u32>,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

#[test]
fn texts_are_cut_as_elsewhere() {
    let words = WordPieces::read(&data()).unwrap();
    let rows = std::fs::read_to_string(data().join("reference.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&rows).unwrap();
    assert!(rows.iter().any(|row| row.ids.len() == PIECES_MAX), "one is too long");
    for Row { text, ids } in rows {
        assert_eq!(words.pieces(&text, PIECES_MAX), ids, "{text}");
    }
    assert_eq!(words.pieces("hello hello", 3), [101, 7592, 102]);
    assert_eq!(words.pieces("hello", 0), [101, 102], "there is always room for the marks");
}

/// A folder for one test, made anew.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    folder
}

#[test]
fn a_plain_list_of_pieces_does_too() {
    let vocab = "[UNK]\n[CLS]\n[SEP]\npay\n##ing\né\ne\nPay\n";
    let plain = folder("plain", &[("vocab.txt", vocab)]);
    assert_eq!(WordPieces::read(&plain).unwrap().pieces("PAYING é", 9), [1, 3, 4, 6, 2]);
    let cased = r#"{"do_lower_case": false}"#;
    let cased = folder("cased", &[("vocab.txt", vocab), ("tokenizer_config.json", cased)]);
    assert_eq!(WordPieces::read(&cased).unwrap().pieces("Paying é", 9), [1, 7, 4, 5, 2]);
}

#[test]
fn other_tokenisers_are_refused() {
    let said = |name: &str, files: &[(&str, &str)]| {
        WordPieces::read(&folder(name, files)).unwrap_err().to_string()
    };
    for (name, text, cause) in [
        ("bpe", r#"{"model": {"type": "BPE", "vocab": {}}}"#, "a `BPE` is not read"),
        (
            "unigram",
            r#"{"model": {"type": "Unigram", "vocab": [["a", 1.0]]}}"#,
            "only a `WordPiece`",
        ),
        ("broken", "{", "it is not as expected"),
        ("bare", r#"{"model": {"type": "WordPiece", "vocab": {}}}"#, "there is no `normalizer`"),
        (
            "other",
            r#"{"model": {"type": "WordPiece", "vocab": {}}, "normalizer": {"type": "NFC"}}"#,
            "the normalizer `NFC` is not read",
        ),
    ] {
        let found = said(name, &[("tokenizer.json", text)]);
        assert!(found.contains(cause) && found.contains("tokenizer.json"), "{found}");
    }
    assert!(said("none", &[]).contains("neither `tokenizer.json` nor `vocab.txt`"));
    assert!(said("short", &[("vocab.txt", "a\n[UNK]\n")]).contains("has no `[CLS]`"));
}
