//! What English words mean: words that are said for the same lie near each other in a table that comes
//! with the crate, and a sentence is the sum of its words. So "cash machine" teaches something of
//! "atm", which counts most where examples are few.
//!
//! The table is made from the pieces of all-MiniLM-L6-v2 (`make.py`, `LICENSE`). It is an encoder like one
//! that a project names, but a thousand times as fast; and it sums in a fixed order, which is the same on
//! every computer.

mod table;

use std::sync::{Arc, LazyLock};

use self::table::Table;
use crate::encoder::{Encoder, EncoderError};
use crate::lang::Lang;
use crate::parallel::{self, TEXTS};

/// How long a sentence is beside its words, with few examples and with many: measured on the validation
/// rows of BANKING77 and HWU64.
const LENGTHS: [f32; 2] = [1.0, 0.6];

/// The table's bytes; its layout is in `make.py`.
static BYTES: &[u8] = include_bytes!("en.table");
static ENGLISH: LazyLock<Option<Arc<Meanings>>> = LazyLock::new(|| {
    let table = Table::read(BYTES)?;
    Some(Arc::new(Meanings { table, id: *blake3::hash(BYTES).as_bytes() }))
});

/// The table as an encoder.
#[derive(Debug)]
pub(crate) struct Meanings {
    table: Table<'static>,
    id: [u8; 32],
}

/// For a bot of these languages.
pub(crate) fn of(languages: &[Lang]) -> Option<Arc<Meanings>> {
    ENGLISH.clone().filter(|_| languages.contains(&Lang::EN))
}

/// The one of that name.
pub(crate) fn with_id(id: [u8; 32]) -> Option<Arc<Meanings>> {
    ENGLISH.clone().filter(|known| known.id == id)
}

impl Encoder for Meanings {
    fn width(&self) -> usize {
        self.table.width()
    }

    fn id(&self) -> [u8; 32] {
        self.id
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        let mut sum = self.table.sum(text);
        let square: f64 = sum.iter().map(|part| f64::from(*part) * f64::from(*part)).sum();
        if square > 0.0 {
            let length = square.sqrt();
            sum.iter_mut().for_each(|part| *part = (f64::from(*part) / length) as f32);
        }
        Ok(sum)
    }

    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        parallel::map(texts, TEXTS, |text| self.encode(text)).into_iter().collect()
    }

    fn lengths(&self) -> [f32; 2] {
        LENGTHS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: &str, b: &str) -> f32 {
        let english = of(&[Lang::EN]).unwrap();
        let (a, b) = (english.encode(a).unwrap(), english.encode(b).unwrap());
        a.iter().zip(&b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn what_means_the_same_lies_near() {
        for (near_to, text, far) in [
            ("cash machine", "atm", "weather"),
            ("invoice", "bill", "holiday"),
            ("my parcel is late", "the delivery is delayed", "play some music"),
        ] {
            assert!(near(text, near_to) > near(text, far) + 0.1, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_of_length_one() {
        let english = of(&[Lang::EN]).unwrap();
        for text in ["where is my parcel".to_owned(), "gratuitous zebra ".repeat(1_000)] {
            let sentence = english.encode(&text).unwrap();
            let square: f32 = sentence.iter().map(|part| part * part).sum();
            assert!((square - 1.0).abs() < 1e-4, "{text}: {square}");
        }
    }

    /// The same on every computer, or bundles would differ.
    #[test]
    fn a_sentence_has_the_same_numbers_everywhere() {
        let sentence = of(&[Lang::EN]).unwrap().encode("where is my parcel").unwrap();
        let bits: Vec<u32> = sentence.iter().take(4).map(|part| part.to_bits()).collect();
        assert_eq!(bits, [0x3e0b_b581, 0xbe1a_1eb3, 0x3e66_766f, 0x3c8a_209c]);
    }

    #[test]
    fn only_bots_that_speak_english_have_it() {
        assert!(of(&[Lang::ZH]).is_none());
        let english = of(&[Lang::ZH, Lang::EN]).unwrap();
        assert!(with_id(english.id()).is_some() && with_id([0; 32]).is_none());
    }

    #[test]
    fn what_has_no_words_is_nowhere() {
        let english = of(&[Lang::EN]).unwrap();
        for text in ["", "你好", "🙂 — ?!", "\u{e000}"] {
            assert!(english.encode(text).unwrap().iter().all(|part| *part == 0.0), "{text}");
        }
    }
}
