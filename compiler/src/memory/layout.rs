//! Where every declaration of a project stands, by its content.

use std::collections::HashMap;

use blake3::Hash;

use crate::base::{FileId, FileSpan};
use crate::sema::File;

/// Where a declaration stands: from its first byte up to where the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: FileId,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Place {
    pub(crate) fn holds(&self, at: FileSpan) -> bool {
        at.file == self.file && self.start <= at.span.start && at.span.end <= self.end
    }
}

/// All declarations of a project.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Nothing where two declarations are the same to the last byte: they cannot be told apart.
    places: HashMap<Hash, Option<Place>>,
    /// By file: the beginnings, in order.
    files: Vec<Vec<(u32, Hash)>>,
}

impl Layout {
    /// Of all files of a project, in the order of their numbers.
    pub(crate) fn of(files: &[File]) -> Self {
        let mut layout = Self::default();
        for file in files {
            for (decl, end) in file.parsed.decls_with_ends() {
                let place = Place { file: file.id, start: decl.origin, end };
                let known = layout.places.entry(decl.content.whole);
                known.and_modify(|twice| *twice = None).or_insert(Some(place));
            }
            let starts = file.parsed.decls.iter().map(|decl| (decl.origin, decl.content.whole));
            layout.files.push(starts.collect());
        }
        layout
    }

    /// Where the only declaration of that content stands.
    pub(crate) fn place(&self, content: Hash) -> Option<Place> {
        *self.places.get(&content)?
    }

    /// The declaration in which something lies.
    pub(crate) fn holder(&self, at: FileSpan) -> Option<(Hash, Place)> {
        let starts = self.files.get(at.file.0 as usize)?;
        let after = starts.partition_point(|(start, _)| *start <= at.span.start);
        let (_, content) = starts.get(after.checked_sub(1)?)?;
        let place = self.place(*content).filter(|place| place.holds(at))?;
        Some((*content, place))
    }
}
