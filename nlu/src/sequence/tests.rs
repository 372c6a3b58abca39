//! The model by itself: the same bytes on every machine, sums that are right.

use super::*;

/// Texts in which `<kind:words>` is a value.
const TEXTS: &[&str] = &[
    "book a table at <0:La Scala> for two",
    "dinner at <0:Joe's Diner> tonight",
    "bring me a <1:roast duck> please",
    "我想去<0:全聚德>吃饭",
    "one <1:margherita pizza> at <0:Casa Pepe>",
    "when do you open",
];

fn sequence(text: &str) -> Sequence {
    let mut sequence =
        Sequence { tokens: Vec::new(), spans: Vec::new(), asked: None, is_written: true };
    for (i, part) in text.split(['<', '>']).enumerate() {
        let (kind, words) = match (i % 2, part.split_once(':')) {
            (1, Some((kind, words))) => (Some(kind.parse().unwrap()), words),
            _ => (None, part),
        };
        let first = sequence.tokens.len();
        tokens::cut(words, 0, &mut sequence.tokens);
        if let Some(kind) = kind {
            sequence.spans.push((first, sequence.tokens.len() - 1, kind));
        }
    }
    sequence
}

fn sequences() -> Vec<Sequence> {
    TEXTS.iter().map(|text| sequence(text)).collect()
}

/// FNV-1a, written out: a hash of the standard library may change with its version.
fn fingerprint(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[test]
fn the_same_examples_give_the_same_bytes_on_every_machine() {
    let model = SequenceModel::train(&sequences(), 2);
    let bytes = postcard::to_stdvec(&model).unwrap();
    assert!(bytes == postcard::to_stdvec(&SequenceModel::train(&sequences(), 2)).unwrap());
    // Another number here says that models have changed: that is meant, or it is a fault.
    assert_eq!(fingerprint(&bytes), 0xa9d0_f9f9_f38c_9b93, "{:#x}", fingerprint(&bytes));
}

#[test]
fn what_was_learned_is_found_and_is_likely() {
    let labeller = Labeller::new(&SequenceModel::train(&sequences(), 2));
    for example in sequences() {
        let found = labeller.label(&example.tokens, None);
        let spans: Vec<_> = found.iter().map(|span| (span.first, span.last, span.kind)).collect();
        assert_eq!(spans, example.spans);
        assert!(found.iter().all(|span| (0.3..=1.0).contains(&span.chance)), "{found:?}");
    }
}

/// Units, first token, last token and kind (0: outside), and what the way is worth.
type Way = (Vec<(usize, usize, usize)>, f64);

/// The sums over all ways are those of every way counted by itself.
#[test]
fn chances_are_those_of_all_ways_counted() {
    let (tokens, kinds) = (4, 2);
    let all = labels(kinds);
    let number = |i: usize| ((i * 7919 + 13) % 101) as f32 / 50.0 - 1.0;
    let mut lattice = Lattice::default();
    lattice.clear(tokens, kinds);
    lattice.scores.iter_mut().enumerate().for_each(|(i, score)| *score = number(i));
    let weights: Vec<f32> = (0..joints(kinds)).map(|i| number(i + 1_000)).collect();
    let scores = lattice.scores.clone();
    // Every way.
    let mut ways: Vec<Way> = vec![(Vec::new(), 0.0)];
    let mut whole: Vec<Way> = Vec::new();
    while let Some((units, worth)) = ways.pop() {
        let first = units.last().map_or(0, |(_, last, _)| last + 1);
        let from = units.last().map_or(kinds + 1, |(.., kind)| *kind);
        if first == tokens {
            whole.push((units, worth));
            continue;
        }
        for kind in 0..=kinds {
            for last in first..if kind == 0 { first + 1 } else { tokens } {
                let mut worth = worth + f64::from(weights[from * (kinds + 1) + kind]);
                for token in first..=last {
                    let name = match (kind, token == first, token == last) {
                        (0, ..) => 0,
                        (_, true, true) => lattice::label(kinds, lattice::ALONE, kind - 1),
                        (_, true, false) => lattice::label(kinds, lattice::FIRST, kind - 1),
                        (_, false, true) => lattice::label(kinds, lattice::LAST, kind - 1),
                        (_, false, false) => lattice::label(kinds, lattice::INNER, kind - 1),
                    };
                    worth += f64::from(scores[token * all + name]);
                }
                let mut units = units.clone();
                units.push((first, last, kind));
                ways.push((units, worth));
            }
        }
    }
    let best = whole.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let values: Vec<(usize, usize, usize)> =
        best.0.iter().copied().filter(|(.., kind)| *kind > 0).collect();
    let found = lattice.best(&weights);
    let spans: Vec<_> = found.iter().map(|s| (s.first, s.last, s.kind + 1)).collect();
    assert_eq!(spans, values);
    let factors: Vec<f32> = weights.iter().map(|weight| exp::exp(*weight)).collect();
    lattice.sum(&factors);
    lattice.expect(&factors);
    let total: f64 = whole.iter().map(|(_, worth)| worth.exp()).sum();
    for first in 0..tokens {
        for last in first..tokens {
            for kind in 0..kinds {
                let has = |way: &&Way| way.0.contains(&(first, last, kind + 1));
                let counted: f64 = whole.iter().filter(has).map(|(_, worth)| worth.exp()).sum();
                let span = lattice::Span { kind, first, last, chance: 0.0 };
                let chance = f64::from(lattice.chance(&span));
                assert!((chance - counted / total).abs() < 1e-4, "{first} {last} {kind}: {chance}");
            }
        }
    }
    let expected: f32 = lattice.expected.iter().sum();
    let units: f64 =
        whole.iter().map(|(units, w)| units.len() as f64 * w.exp()).sum::<f64>() / total;
    assert!((f64::from(expected) - units).abs() < 1e-3, "{expected} {units}");
}
