//! Pieces of words with their numbers, and words cut into the longest pieces that there are.

use std::collections::HashMap;

use crate::features::mix;
use crate::hashed::Hashed;

/// Letters of a word that is looked at.
const WORD_CHARS_MAX: usize = 40;
/// Pieces of a text; what follows is not looked at. A sum of so many has 31 bits.
const PIECES_MAX: usize = 128;

/// The table.
#[derive(Debug)]
pub(super) struct Table {
    width: usize,
    /// Numbers of pieces by their hash.
    pieces: HashMap<u64, u32, Hashed>,
    /// How much a step of each piece is.
    units: Vec<i32>,
    /// `width` steps of each piece.
    steps: Vec<i8>,
}

impl Table {
    /// Reads one; nothing where it is cut off.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first_chunk()?;
        let (width, mut rest) = rest.split_first_chunk()?;
        let (count, width) = (u32::from_le_bytes(*count), u32::from_le_bytes(*width) as usize);
        let mut table = Self {
            width,
            pieces: HashMap::with_capacity_and_hasher(count as usize, Hashed::default()),
            units: Vec::with_capacity(count as usize),
            steps: Vec::with_capacity(count as usize * width),
        };
        for number in 0..count {
            let (length, after) = rest.split_first()?;
            let (piece, after) = after.split_at_checked(usize::from(*length))?;
            let (unit, after) = after.split_first_chunk()?;
            let (steps, after) = after.split_at_checked(width)?;
            let (inside, letters) = match piece.strip_prefix(b"##") {
                Some(letters) => (true, letters),
                None => (false, piece),
            };
            let hash = letters.iter().fold(begin(inside), |hash, letter| next(hash, *letter));
            table.pieces.insert(hash, number);
            table.units.push(i32::from(u16::from_le_bytes(*unit)));
            table.steps.extend(steps.iter().map(|step| step.cast_signed()));
            rest = after;
        }
        Some(table).filter(|_| rest.is_empty())
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The sum of a folded text's pieces, in parts of a step.
    pub(super) fn sum(&self, text: &str) -> Vec<i32> {
        let mut sum = vec![0_i32; self.width];
        let mut pieces = 0;
        self.cut(text, |piece| {
            let first = piece as usize * self.width;
            let steps = self.steps.get(first..first + self.width).unwrap_or(&[]);
            let unit = self.units.get(piece as usize).copied().unwrap_or(0);
            sum.iter_mut().zip(steps).for_each(|(sum, step)| *sum += unit * i32::from(*step));
            pieces += 1;
            pieces < PIECES_MAX
        });
        sum
    }

    /// Sees the pieces of a text while it is wanted.
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

    /// Sees the pieces of a word, none where it cannot be cut into any; whether more are wanted.
    fn word(&self, word: &[u8], see: &mut impl FnMut(u32) -> bool) -> bool {
        let mut pieces = [0_u32; WORD_CHARS_MAX];
        let (mut count, mut rest) = (0, word);
        while !rest.is_empty() {
            let Some((piece, length)) = self.longest(rest, rest.len() < word.len()) else {
                return true;
            };
            pieces.get_mut(count).into_iter().for_each(|place| *place = piece);
            count += 1;
            rest = rest.get(length..).unwrap_or(&[]);
        }
        pieces.iter().take(count).all(|piece| see(*piece))
    }

    /// The longest piece that a word, or the rest of one, begins with; and its length.
    fn longest(&self, rest: &[u8], inside: bool) -> Option<(u32, usize)> {
        let mut hashes = [0_u64; WORD_CHARS_MAX];
        let mut hash = begin(inside);
        for (place, letter) in hashes.iter_mut().zip(rest) {
            hash = next(hash, *letter);
            *place = hash;
        }
        let lengths = (1..=rest.len().min(WORD_CHARS_MAX)).rev();
        let known = |length: usize| Some((*self.pieces.get(hashes.get(length - 1)?)?, length));
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

    /// `count` pieces of two steps each.
    fn table(pieces: &[&str]) -> Table {
        let mut bytes = u32::try_from(pieces.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend(2_u32.to_le_bytes());
        for (number, piece) in (1_u8..).zip(pieces) {
            bytes.push(u8::try_from(piece.len()).unwrap());
            bytes.extend(piece.as_bytes());
            bytes.extend([3, 0, number, number.wrapping_neg()]);
        }
        assert!((0..bytes.len()).all(|end| Table::read(&bytes[..end]).is_none()));
        Table::read(&bytes).unwrap()
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces() {
        let table = table(&["pay", "payment", "##s", "##ment", "'", "a"]);
        let cut = |text: &str| {
            let mut pieces = Vec::new();
            table.cut(text, |piece| {
                pieces.push(piece);
                true
            });
            pieces
        };
        for (text, pieces) in [
            ("pay payments", &[0, 1, 2][..]),
            ("pays,paya", &[0, 2]),
            ("a's  a", &[5, 4, 5]),
            ("payé pay", &[0]),
            ("ment", &[]),
            ("付pay", &[]),
        ] {
            assert_eq!(cut(text), pieces, "{text}");
        }
        assert_eq!(table.sum("pay pay's"), [3 * (1 + 1 + 5), -3 * (1 + 1 + 5)]);
    }

    #[test]
    fn a_long_text_is_looked_at_as_far_as_it_may_be() {
        let table = table(&["a"]);
        let most = i32::try_from(PIECES_MAX).unwrap();
        assert_eq!(table.sum(&"a ".repeat(10_000)), [3 * most, -3 * most]);
        assert_eq!(table.sum(&"a".repeat(10_000)), [0, 0]);
    }
}
