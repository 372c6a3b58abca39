//! Nothing that was acknowledged is lost, and nothing happens twice: the power goes, the process is
//! killed, the disk lies or fills. Every test prints its seed when it fails; `FLOWRIGHT_SEED` gives
//! it again, `FLOWRIGHT_LONG=1` runs for longer.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bot;
mod desk;
mod disk;
mod kill;
mod power;
mod scenario;

use flowright_faultfs::Rng;

/// Whether the long runs are wanted.
fn long() -> bool {
    std::env::var("FLOWRIGHT_LONG").is_ok_and(|value| value != "0")
}

/// The seed that is wanted, or a new one: it is printed, and shown when the test fails.
fn seed() -> u64 {
    let given = std::env::var("FLOWRIGHT_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Rng::new(now.as_nanos() as u64).number()
    });
    println!("FLOWRIGHT_SEED={seed}");
    seed
}
