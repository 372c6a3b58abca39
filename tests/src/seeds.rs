//! Tests by chance that can be repeated: `FLOWRIGHT_SEED` gives the seed, `FLOWRIGHT_LONG=1` asks
//! for the long form.

use std::time::{SystemTime, UNIX_EPOCH};

pub use flowright_engine::explore::Random;

/// The seed of this run: it is printed, and a test that fails shows what it printed.
#[must_use]
pub fn seed(test: &str) -> u64 {
    let given = std::env::var("FLOWRIGHT_SEED").ok();
    let seed = match &given {
        Some(text) => text.parse().unwrap_or_else(|_| panic!("FLOWRIGHT_SEED={text} is no number")),
        None => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            u64::from(since.subsec_nanos())
        }
    };
    println!("{test}: run again with FLOWRIGHT_SEED={seed}");
    seed
}

/// Whether the test may take its time.
#[must_use]
pub fn is_long() -> bool {
    std::env::var("FLOWRIGHT_LONG").is_ok_and(|value| value == "1")
}

/// Changes some bytes, takes some away, doubles some.
#[must_use]
pub fn changed(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => *bytes.get_mut(at).unwrap() ^= 1 << random.below(8),
            1 => *bytes.get_mut(at).unwrap() = u8::try_from(random.below(256)).unwrap(),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            _ => {
                let part: Vec<u8> = bytes.iter().skip(at).take(random.below(20)).copied().collect();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}
