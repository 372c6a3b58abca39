//! What is learned is the same by whatever instructions, and without rows what it is from zero.

use fearless_simd::Level;

use super::{Epochs, Examples, Levels, Weights, permutation};
use crate::rows::Label;

const CLASSES: usize = 20;
const ROWS: usize = 200;
const WORDS: u32 = 50;
const WIDTH: usize = 7;

/// Rows of mixed numbers; one in ten is of nobody, another says what it is not.
fn examples(is_in: impl Fn(usize) -> bool) -> Examples {
    let mut examples = Examples::default();
    for row in (0..ROWS).filter(|row| is_in(*row)) {
        let mixed = permutation(WORDS as usize, row as u64 + 7);
        let mut words: Vec<(u32, f32)> = mixed
            .iter()
            .take(5 + row % 4)
            .map(|word| (*word as u32, 0.3 + *word as f32 / 90.0))
            .collect();
        words.sort_by_key(|(word, _)| *word);
        let levels: Vec<i8> =
            mixed.iter().skip(20).take(WIDTH).map(|word| *word as i8 - 25).collect();
        let sentence = Levels { first: WORDS as usize, levels: &levels, unit: 0.01 };
        let class = (row % CLASSES) as u32;
        let label = match row % 10 {
            8 => Label::Not(class),
            9 => Label::Nobody,
            _ => Label::Of(class),
        };
        examples.push(&words, sentence, label, 1.0);
    }
    examples
}

fn learned(
    examples: &Examples,
    level: Level,
    again: usize,
    held_out: &[Vec<bool>],
) -> Vec<Weights> {
    let epochs = Epochs { all: 100, again };
    examples.train_with(level, WORDS as usize + WIDTH, CLASSES, epochs, held_out)
}

#[test]
fn every_processor_learns_the_same() {
    let held_out: Vec<bool> = (0..ROWS).map(|row| row % 5 == 0).collect();
    let of = |level| learned(&examples(|_| true), level, 5, std::slice::from_ref(&held_out));
    assert_eq!(of(Level::new()), of(Level::baseline()));
}

#[test]
fn what_is_held_out_is_forgotten() {
    let held_out: Vec<bool> = (0..ROWS).map(|row| row % 5 == 0).collect();
    let all = examples(|_| true);
    let kept = learned(&examples(|row| row % 5 != 0), Level::new(), 0, &[]);
    let again = learned(&all, Level::new(), 100, std::slice::from_ref(&held_out));
    let ([from_zero], [whole, without]) = (kept.as_slice(), again.as_slice()) else {
        panic!("one more than is held out");
    };
    let farthest = |from: &Weights| {
        let weights =
            (0..WORDS).flat_map(|word| (0..CLASSES as u32).map(move |class| (word, class)));
        let away = weights
            .map(|(word, class)| (from.weight(word, class) - from_zero.weight(word, class)).abs());
        away.fold(0.0, f32::max)
    };
    assert!(farthest(without) < 0.02 && farthest(whole) > 0.1, "{}", farthest(without));
}
