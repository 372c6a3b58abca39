//! Pieces of words with their numbers, and words cut into the longest pieces that there are.

use std::collections::HashMap;

use fearless_simd::{Level, Simd, dispatch};

use crate::features::mix;
use crate::hashed::Hashed;

/// Letters of a word that is looked at.
const WORD_CHARS_MAX: usize = 40;
/// Pieces of a text; what follows is not looked at.
const PIECES_MAX: usize = 128;
/// Bytes of the unit that stands before the steps of a piece.
const UNIT_BYTES: usize = 2;

/// The table. Its rows stay where they are: they are most of the program's bytes.
#[derive(Debug)]
pub(super) struct Table<'b> {
    bytes: &'b [u8],
    width: usize,
    /// Where the rows of pieces begin, by the hash of a piece.
    rows: HashMap<u64, u32, Hashed>,
}

impl<'b> Table<'b> {
    /// Reads one; nothing where it is cut off.
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first_chunk()?;
        let (width, mut rest) = rest.split_first_chunk()?;
        let (count, width) = (u32::from_le_bytes(*count), u32::from_le_bytes(*width) as usize);
        let mut rows = HashMap::with_capacity_and_hasher(count as usize, Hashed::default());
        for _ in 0..count {
            let (length, after) = rest.split_first()?;
            let (piece, row) = after.split_at_checked(usize::from(*length))?;
            let (inside, letters) = match piece.strip_prefix(b"##") {
                Some(letters) => (true, letters),
                None => (false, piece),
            };
            let hash = letters.iter().fold(begin(inside), |hash, letter| next(hash, *letter));
            rows.insert(hash, u32::try_from(bytes.len() - row.len()).ok()?);
            rest = row.get(UNIT_BYTES + width..)?;
        }
        Some(Self { bytes, width, rows }).filter(|_| rest.is_empty())
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The sum of a folded text's pieces.
    pub(super) fn sum(&self, text: &str) -> Vec<f32> {
        let mut rows = Vec::new();
        self.cut(text, |row| {
            rows.push(row);
            rows.len() < PIECES_MAX
        });
        dispatch!(Level::new(), simd => simd.vectorize(
            #[inline(always)]
            || self.sum_of(&rows)
        ))
    }

    #[inline(always)]
    fn sum_of(&self, rows: &[u32]) -> Vec<f32> {
        let mut sum = vec![0.0; self.width];
        rows.iter().for_each(|row| self.add(*row, &mut sum));
        sum
    }

    /// In single precision, which has room for each product, and nearly always for the sum: a processor
    /// does several at a time.
    #[inline(always)]
    fn add(&self, row: u32, sum: &mut [f32]) {
        let row = self.bytes.get(row as usize..).and_then(<[u8]>::split_first_chunk);
        let Some((unit, steps)) = row else { return };
        let unit = f32::from(u16::from_le_bytes(*unit));
        let add = |(sum, step): (&mut f32, &u8)| *sum += unit * f32::from(step.cast_signed());
        sum.iter_mut().zip(steps).for_each(add);
    }

    /// Sees the rows of a text's pieces while they are wanted.
    fn cut(&self, text: &str, mut see: impl FnMut(u32) -> bool) {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        for run in text.as_bytes().chunk_by(|a, b| is_letter(a) && is_letter(b)) {
            // What has other letters in it is no word of this language.
            let is_word = run.len() <= WORD_CHARS_MAX && run.is_ascii();
            if is_word && !self.word(run, &mut see) {
                return;
            }
        }
    }

    /// Sees the rows of a word's pieces, none where it cannot be cut into any; whether more are wanted.
    fn word(&self, word: &[u8], see: &mut impl FnMut(u32) -> bool) -> bool {
        let mut rows = [0_u32; WORD_CHARS_MAX];
        let (mut count, mut rest) = (0, word);
        while !rest.is_empty() {
            let Some((row, length)) = self.longest(rest, rest.len() < word.len()) else {
                return true;
            };
            rows.get_mut(count).into_iter().for_each(|place| *place = row);
            count += 1;
            rest = rest.get(length..).unwrap_or(&[]);
        }
        rows.iter().take(count).all(|row| see(*row))
    }

    /// The row of the longest piece that a word, or the rest of one, begins with; and its length.
    fn longest(&self, rest: &[u8], inside: bool) -> Option<(u32, usize)> {
        let mut hashes = [0_u64; WORD_CHARS_MAX];
        let mut hash = begin(inside);
        for (place, letter) in hashes.iter_mut().zip(rest) {
            hash = next(hash, *letter);
            *place = hash;
        }
        let lengths = (1..=rest.len().min(WORD_CHARS_MAX)).rev();
        let known = |length: usize| Some((*self.rows.get(hashes.get(length - 1)?)?, length));
        lengths.into_iter().find_map(known)
    }
}

/// The hash of no letter yet, at the beginning of a word or inside it.
const fn begin(inside: bool) -> u64 {
    mix(if inside { 2 } else { 1 })
}

const fn next(hash: u64, letter: u8) -> u64 {
    mix(hash ^ letter as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of pieces with two steps each: the number of the piece, and as much below zero.
    fn bytes(pieces: &[&str]) -> Vec<u8> {
        let mut bytes = u32::try_from(pieces.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend(2_u32.to_le_bytes());
        for (number, piece) in (1_u8..).zip(pieces) {
            bytes.push(u8::try_from(piece.len()).unwrap());
            bytes.extend(piece.as_bytes());
            bytes.extend([3, 0, number, number.wrapping_neg()]);
        }
        bytes
    }

    #[test]
    fn what_is_cut_off_is_no_table() {
        let mut bytes = bytes(&["pay", "##s"]);
        assert!((0..bytes.len()).all(|end| Table::read(&bytes[..end]).is_none()));
        assert!(Table::read(&bytes).is_some());
        bytes.push(0);
        assert!(Table::read(&bytes).is_none());
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces() {
        let known = ["pay", "payment", "##s", "##ment", "'", "a"];
        let bytes = bytes(&known);
        let table = Table::read(&bytes).unwrap();
        let cut = |text: &str| {
            let mut pieces = Vec::new();
            table.cut(text, |row| {
                let mut sum = [0.0; 2];
                table.add(row, &mut sum);
                pieces.push(known[(sum[0] / 3.0) as usize - 1]);
                true
            });
            pieces
        };
        for (text, pieces) in [
            ("pay payments", &["pay", "payment", "##s"][..]),
            ("pays,paya", &["pay", "##s"]),
            ("a' a", &["a", "'", "a"]),
            ("payé pay", &["pay"]),
            ("ment", &[]),
            ("付pay", &[]),
        ] {
            assert_eq!(cut(text), pieces, "{text}");
        }
        assert_eq!(table.sum("pay payments"), [3.0 * (1.0 + 2.0 + 3.0), -3.0 * (1.0 + 2.0 + 3.0)]);
    }

    #[test]
    fn a_long_text_is_looked_at_as_far_as_it_may_be() {
        let bytes = bytes(&["a"]);
        let table = Table::read(&bytes).unwrap();
        let most = PIECES_MAX as f32;
        assert_eq!(table.sum(&"a ".repeat(10_000)), [3.0 * most, -3.0 * most]);
        assert_eq!(table.sum(&"a".repeat(10_000)), [0.0, 0.0]);
    }
}
