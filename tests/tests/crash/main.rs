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
