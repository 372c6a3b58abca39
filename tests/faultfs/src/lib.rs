//! A file system for SQLite as tests need one: it records what is written and synced, so that a power
//! cut can be acted out at any point; it fails when it is told to; it ends the process in the middle
//! of a write. Everything else it leaves to the machine's own.
//!
//! ```no_run
//! let fs = flowright_faultfs::FaultFs::register("recorded");
//! fs.record();
//! // … open a database through the VFS `recorded`, write, and say what was acknowledged:
//! fs.mark(1);
//! let log = fs.take_log();
//! ```
#![expect(clippy::expect_used, reason = "for tests: what cannot be is a fault of the test")]

mod power;
mod vfs;

pub use power::PowerCut;
pub use vfs::FaultFs;

/// Something that SQLite had the file system do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Bytes at a place of a file.
    Write {
        /// Number of the file, in the order of their first opening.
        file: usize,
        /// Where, in bytes.
        at: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file is as long as this now.
    Truncate {
        /// Number of the file.
        file: usize,
        /// Length in bytes.
        length: usize,
    },
    /// What was written to a file is on the disk.
    Sync {
        /// Number of the file.
        file: usize,
    },
    /// A file is gone.
    Delete {
        /// Number of the file.
        file: usize,
    },
    /// The test says that something was acknowledged.
    Mark(u64),
}
