//! The word pieces of an encoder: from `tokenizer.json`, or from `vocab.txt` with `tokenizer_config.json`.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::OpenError;
use crate::files::{read_json, read_text};

/// Pieces with their numbers, and what is done to a text before it is cut.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub(crate) pieces: HashMap<String, u32>,
    pub(crate) lowercase: bool,
    pub(crate) strip_accents: bool,
}

/// `tokenizer.json`
#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
    #[serde(default)]
    normalizer: Option<Normalizer>,
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    vocab: serde_json::Value,
}

#[derive(Deserialize)]
struct Normalizer {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    lowercase: Option<bool>,
    #[serde(default)]
    strip_accents: Option<bool>,
}

/// `tokenizer_config.json`
#[derive(Deserialize, Default)]
struct Settings {
    #[serde(default)]
    do_lower_case: Option<bool>,
    #[serde(default)]
    strip_accents: Option<bool>,
}

impl Vocabulary {
    /// Reads it from the folder of an encoder.
    pub(crate) fn read(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join("tokenizer.json");
        if let Some(tokenizer) = read_json::<Tokenizer>(&path)? {
            return of_json(tokenizer).map_err(|cause| OpenError::new(&path, cause));
        }
        let path = folder.join("vocab.txt");
        let Some(text) = read_text(&path)? else {
            return Err(OpenError::new(
                folder,
                "there is neither `tokenizer.json` nor `vocab.txt`",
            ));
        };
        let settings: Settings =
            read_json(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
        let lowercase = settings.do_lower_case.unwrap_or(true);
        Ok(Self {
            pieces: text.lines().map(str::to_owned).zip(0..).collect(),
            lowercase,
            strip_accents: settings.strip_accents.unwrap_or(lowercase),
        })
    }
}

fn of_json(tokenizer: Tokenizer) -> Result<Vocabulary, String> {
    let Model { kind, vocab } = tokenizer.model;
    if kind.as_deref() != Some("WordPiece") {
        let kind = kind.unwrap_or_else(|| "tokeniser without a type".to_owned());
        return Err(format!("a `{kind}` is not read, only a `WordPiece`"));
    }
    let pieces = serde_json::from_value(vocab).map_err(|e| format!("`model.vocab`: {e}"))?;
    let normalizer = tokenizer.normalizer.ok_or("there is no `normalizer`")?;
    if normalizer.kind != "BertNormalizer" {
        return Err(format!(
            "the normalizer `{}` is not read, only `BertNormalizer`",
            normalizer.kind
        ));
    }
    let lowercase = normalizer.lowercase.unwrap_or(true);
    let strip_accents = normalizer.strip_accents.unwrap_or(lowercase);
    Ok(Vocabulary { pieces, lowercase, strip_accents })
}
