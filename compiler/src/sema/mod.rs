//! Meaning: names resolved, types checked, the tree turned into [`hir`].

pub mod hir;
