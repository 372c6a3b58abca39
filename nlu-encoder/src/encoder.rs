//! The encoder: a folder's network and tokeniser, asked for sentences.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flowright_nlu::{Encoder, EncoderError};

use crate::bert::Bert;
use crate::config::Config;
use crate::error::OpenError;
use crate::files;
use crate::wordpiece::{PIECES_MAX, WordPieces};

/// Largest file of weights.
const WEIGHTS_BYTES_MAX: u64 = 2 << 30;
/// Sentences of the same length that are encoded together.
const TOGETHER: usize = 32;

/// A sentence encoder that runs here, on the processor.
#[derive(Debug)]
pub struct BertEncoder {
    bert: Bert,
    words: WordPieces,
    pieces_max: usize,
    width: usize,
    id: [u8; 32],
    /// The sentences that were encoded together last, as they come again when a project is checked
    /// after an edit. Sentences that are encoded one by one are not kept.
    last: Mutex<HashMap<String, Vec<f32>>>,
}

impl BertEncoder {
    /// Reads a folder with `config.json`, `model.safetensors` and `tokenizer.json` or `vocab.txt`, and
    /// encodes a word to see that all fits together.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        if !folder.is_dir() {
            return Err(OpenError::new(folder, "there is no such folder"));
        }
        let config = Config::read(folder)?;
        let words = WordPieces::read(folder)?;
        if words.largest() as usize >= config.vocab_size {
            let (largest, size) = (words.largest(), config.vocab_size);
            let cause = format!("its word pieces go up to {largest}, config.json knows {size}");
            return Err(OpenError::new(folder, cause));
        }
        let path = folder.join("model.safetensors");
        let Some(bytes) = files::read(&path, WEIGHTS_BYTES_MAX)? else {
            return Err(OpenError::new(&path, "there is no such file"));
        };
        let bert = Bert::new(&bytes, &config).map_err(|cause| OpenError::new(&path, cause))?;
        let encoder = Self {
            bert,
            pieces_max: PIECES_MAX.min(config.max_position_embeddings),
            width: config.hidden_size,
            id: id(&bytes, &config, &words),
            words,
            last: Mutex::default(),
        };
        let tried = encoder.encode("word").map_err(|e| OpenError::new(folder, e.0))?;
        match tried.iter().all(|number| number.is_finite()) {
            true => Ok(encoder),
            false => Err(OpenError::new(&path, "what these weights give is not a number")),
        }
    }

    /// Sentences of the same number of pieces.
    fn encode_pieces(&self, all: &[&[u32]]) -> Result<Vec<Vec<f32>>, EncoderError> {
        let mut sentences = self.bert.sentences(&all.concat(), all.len()).map_err(|error| {
            tracing::error!(%error, "the sentence encoder failed");
            EncoderError(error.to_string())
        })?;
        for sentence in &mut sentences {
            let norm = sentence.iter().map(|number| number * number).sum::<f32>().sqrt();
            if norm > 0.0 {
                sentence.iter_mut().for_each(|number| *number /= norm);
            }
        }
        Ok(sentences)
    }
}

impl Encoder for BertEncoder {
    fn width(&self) -> usize {
        self.width
    }

    fn id(&self) -> [u8; 32] {
        self.id
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        let pieces = self.words.pieces(text, self.pieces_max);
        let mut sentences = self.encode_pieces(&[&pieces])?;
        sentences.pop().ok_or_else(|| EncoderError("it gave nothing".to_owned()))
    }

    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: HashSet<&str> = texts.iter().copied().collect();
        last.retain(|text, _| wanted.contains(text.as_str()));
        let mut by_length: BTreeMap<usize, Vec<(&str, Vec<u32>)>> = BTreeMap::new();
        for text in wanted.into_iter().filter(|text| !last.contains_key(*text)) {
            let pieces = self.words.pieces(text, self.pieces_max);
            by_length.entry(pieces.len()).or_default().push((text, pieces));
        }
        for same in by_length.values_mut() {
            // Which sentences are together must not depend on the order of a set.
            same.sort_unstable();
            for group in same.chunks(TOGETHER) {
                let pieces: Vec<&[u32]> =
                    group.iter().map(|(_, pieces)| pieces.as_slice()).collect();
                let texts = group.iter().map(|(text, _)| (*text).to_owned());
                last.extend(texts.zip(self.encode_pieces(&pieces)?));
            }
        }
        Ok(texts.iter().filter_map(|text| last.get(*text).cloned()).collect())
    }
}

/// A hash of all that decides what the encoder gives.
fn id(weights: &[u8], config: &Config, words: &WordPieces) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(blake3::hash(weights).as_bytes());
    hasher.update(format!("{config:?}").as_bytes());
    words.describe(|part| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    });
    *hasher.finalize().as_bytes()
}
