//! A power cut, acted out on what was recorded: what was synced is there; of the rest each sector, of
//! each write, is or is not, in no order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Op;

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// One file: what is on the disk for sure, and what was written since.
#[derive(Debug, Clone, Default)]
struct File {
    synced: Vec<u8>,
    /// Whether its name is on the disk.
    there: bool,
    pending: Vec<Pending>,
}

#[derive(Debug, Clone)]
enum Pending {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Pending {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                if let Some(place) = bytes.get_mut(*at..end) {
                    place.copy_from_slice(written);
                }
            }
            Self::Truncate(length) => bytes.resize(*length, 0),
        }
    }

    /// In pieces that are written whole.
    fn sectors(&self) -> Vec<Self> {
        match self {
            Self::Write(at, written) => {
                // The first piece ends where a sector does.
                let first = (SECTOR - at % SECTOR).min(written.len());
                let (head, rest) = written.split_at(first);
                let mut pieces = vec![Self::Write(*at, head.to_vec())];
                let mut place = at + first;
                for piece in rest.chunks(SECTOR) {
                    pieces.push(Self::Write(place, piece.to_vec()));
                    place += piece.len();
                }
                pieces
            }
            Self::Truncate(_) => vec![self.clone()],
        }
    }
}

/// What is on the disk as the log goes on.
#[derive(Debug, Clone, Default)]
pub struct PowerCut {
    files: BTreeMap<usize, File>,
    acknowledged: Vec<u64>,
}

impl PowerCut {
    /// What happened next.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Write { file, at, bytes } => {
                let file = self.files.entry(*file).or_default();
                file.pending.push(Pending::Write(*at, bytes.clone()));
            }
            Op::Truncate { file, length } => {
                let file = self.files.entry(*file).or_default();
                file.pending.push(Pending::Truncate(*length));
            }
            Op::Sync { file } => {
                let file = self.files.entry(*file).or_default();
                for pending in std::mem::take(&mut file.pending) {
                    pending.apply(&mut file.synced);
                }
                file.there = true;
            }
            Op::Delete { file } => drop(self.files.remove(file)),
            Op::Mark(number) => self.acknowledged.push(*number),
        }
    }

    /// What was acknowledged so far.
    #[must_use]
    pub fn acknowledged(&self) -> &[u64] {
        &self.acknowledged
    }

    /// The files as they are when the power goes now, one of the ways that can be. `below` gives a random
    /// number below another. `name` gives each file's place; one without a place is left out.
    ///
    /// # Panics
    /// When a file cannot be written.
    pub fn clone_to(
        &self,
        mut below: impl FnMut(usize) -> usize,
        name: impl Fn(usize) -> Option<PathBuf>,
    ) {
        // Anything between nothing and nearly all of what was not synced.
        let share = below(101);
        for (number, file) in &self.files {
            let Some(path) = name(*number) else { continue };
            let mut bytes = file.synced.clone();
            let mut any = file.there;
            for piece in file.pending.iter().flat_map(Pending::sectors) {
                if below(100) < share {
                    piece.apply(&mut bytes);
                    any = true;
                }
            }
            if any {
                write(&path, &bytes);
            }
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the clone can be written");
}
